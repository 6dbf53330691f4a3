import type { ProfileColumn } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import type { Multivariate } from '../../../../preload/contract/drift-review'
import { firstLine } from '../adapters/sources'
import { asDouble, asText, identifier, literal } from '../adapters/sql'
import { separate } from '../domain/multivariate/domain-classifier'
import { fitReconstruction, reconstructionError } from '../domain/multivariate/reconstruction'
import { rankCauses } from '../domain/root-cause'
import type { Located } from './questions'
import { evenly, withSides, type Side } from './rows'
import { segmentScores } from './segments'

const MOST_ROWS = 2000,
  LEAST_ROWS = 100,
  CHUNKS = 10
interface Where {
  window: string
  located: Located
}

/** What no single column shows in one window: how well it can be told from the reference, how columns move together, what may be behind it, and where. */
export async function multivariateOf(
  book: Book,
  { window, located }: Where,
): Promise<Multivariate> {
  const causes = causesOf(book, window)
  try {
    const joint = await withSides(book.about.settings, located, async ({ reference, windows }) => {
      const current = windows.find(({ name }) => name === window)
      return current
        ? jointly(book.profile.columns, reference, current)
        : { missing: `There are no rows of ${window}.` }
    })
    return { ...joint, causes, segments: await segmentScores(book, { window, located }) }
  } catch (error) {
    return { missing: `The rows cannot be read: ${firstLine(error)}`, causes, segments: [] }
  }
}

/** The same from a bundle: what was found when it was written; causes need no rows. */
export function keptMultivariate(book: Book, window: string): Multivariate {
  const kept = book.about.multivariate.find((found) => found.window === window)
  if (kept) {
    const { window: _window, ...found } = kept
    return found
  }
  return {
    missing:
      'It takes the rows, which a bundle does not have; only its last window was looked at before.',
    causes: causesOf(book, window),
    segments: [],
  }
}

async function jointly(
  columns: readonly ProfileColumn[],
  reference: Side,
  current: Side,
): Promise<Pick<Multivariate, 'domainAuc' | 'reconstruction' | 'missing'>> {
  const scored = columns.filter(
    ({ kind, column }) =>
      kind !== 'unscored' &&
      [reference, current].every((side) => side.columns.some(({ name }) => name === column)),
  )
  if (scored.length < 2)
    return { missing: 'At least two columns are needed to look at them together.' }
  const [before, now] = [await matrix(scored, reference), await matrix(scored, current)],
    rows = Math.min(before[0]?.length ?? 0, now[0]?.length ?? 0)
  if (rows < LEAST_ROWS)
    return { missing: `Only ${rows} rows; ${LEAST_ROWS} are needed on each side.` }
  const { auc, lower, upper } = separate(before, now),
    fitted = fitReconstruction(before),
    { value, samplingError } = reconstructionError(fitted, now)
  const length = Math.floor((before[0]?.length ?? 0) / CHUNKS),
    chunks = Array.from(
      { length: CHUNKS },
      (_, at) =>
        reconstructionError(
          fitted,
          before.map((column) => column.subarray(at * length, (at + 1) * length)),
        ).value,
    )
  const mean = chunks.reduce((a, b) => a + b, 0) / CHUNKS,
    deviation = Math.sqrt(chunks.reduce((sum, chunk) => sum + (chunk - mean) ** 2, 0) / CHUNKS)
  return {
    domainAuc: { value: auc, lower: Math.max(0, lower), upper },
    reconstruction: {
      value,
      lower: Math.max(0, value - 3 * samplingError),
      upper: value + 3 * samplingError,
      referenceUpper: mean + 3 * deviation,
    },
  }
}

/** Columns as numbers: a category by its place in the frozen list, what is missing by what is usual. */
async function matrix(
  columns: readonly ProfileColumn[],
  { engine, relation, columns: types }: Side,
): Promise<Float64Array[]> {
  const sql = columns.map((column, at) => {
    const type = types.find(({ name }) => name === column.column)
    if (!type || column.kind === 'unscored') return `0::DOUBLE AS ${identifier(`f${at}`)}`
    if (column.kind === 'numeric')
      return `coalesce(CASE WHEN isfinite(${asDouble(type)}) THEN ${asDouble(type)} END, ${Number.isFinite(Number(column.mean)) ? Number(column.mean) : 0}::DOUBLE) AS ${identifier(`f${at}`)}`
    // By falling share, so that neighbours in number are neighbours in use.
    const byUse = column.categories
      .map((name, place) => ({ name, count: column.counts[place] ?? 0 }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 500)
      .map(({ name }) => literal(name))
    return `coalesce(list_position([${byUse.join(', ')}], ${asText(type)}), 0)::DOUBLE AS ${identifier(`f${at}`)}`
  })
  const rows = await engine.rows(
    `SELECT ${sql.join(', ')} FROM ${await evenly({ engine, relation }, MOST_ROWS)}`,
  )
  return columns.map((_, at) => Float64Array.from(rows, (row) => Number(row[`f${at}`])))
}

function causesOf({ about, profile, scores }: Book, window: string): Multivariate['causes'] {
  const { importance } = about.settings,
    found = scores.find((each) => each.window === window)?.columns ?? []
  const cells = found.flatMap(({ column, severity, measures, decision }) => {
    const frozen = profile.columns.find((each) => each.column === column)
    if (severity === null || !frozen || frozen.kind === 'unscored' || decision !== 'drifted')
      return []
    const second = typeof measures['cramers_v'] === 'number' ? measures['cramers_v'] : 0
    return [
      {
        column,
        evidence: { js: severity, second },
        limits: { js: frozen.limits.js, second: Number(frozen.limits.second) },
      },
    ]
  })
  const ranked = rankCauses(
      cells,
      importance ?? Object.fromEntries(cells.map(({ column }) => [column, 1])),
    ).filter(({ weight }) => weight > 0),
    all = ranked.reduce((sum, { weight }) => sum + weight, 0)
  return ranked.map(({ column, size, weight, importance: leans }) => ({
    column,
    share: weight / all,
    says: `It moved ${Math.min(size, 999).toFixed(1)} times as far as its limit${importance ? `, and the model leans on it by ${leans.toFixed(2)}` : ''}.`,
  }))
}
