import type {
  CountScore,
  DriftProfile,
  DriftWindow,
  ProfileColumn,
  WindowColumn,
} from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { UnusableInput } from '../domain/failures'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { countWindows, hashOf, profileReference, scoreWindows } from '../profile'
import { identifier } from '../adapters/sql'
import { bookOf } from './cache'
import type { Answers, FeatureAsk, FeaturesAsk } from './questions'
import { currentRequest, referenceRequest } from './request'
import { wordsOf } from './words'

const missing = (what: string) =>
  new UnusableInput(`There is no ${what} in this model.`, 'Pick one of its list.')

export async function featuresOf({ book, window }: FeaturesAsk): Promise<CountScore[]> {
  await Promise.resolve()
  const found = bookOf(book).scores.find((scores) => scores.window === window)
  if (!found) throw missing(`window ${window}`)
  return found.columns
}

type Numeric = Extract<WindowColumn, { kind: 'numeric' }>
type Categorical = Extract<WindowColumn, { kind: 'categorical' }>
const sum = (a: readonly number[], b: readonly number[]) =>
  a.map((count, at) => count + (b[at] ?? 0))
const least = (a: number | null, b: number | null, pick: (...values: number[]) => number) =>
  a === null ? b : b === null ? a : pick(a, b)
const numbers = (a: Numeric, b: Numeric): Numeric => ({
  ...a,
  counts: sum(a.counts, b.counts),
  min: least(a.min, b.min, Math.min),
  max: least(a.max, b.max, Math.max),
  tally: {
    rows: a.tally.rows + b.tally.rows,
    nulls: a.tally.nulls + b.tally.nulls,
    nan: a.tally.nan + b.tally.nan,
    inf: a.tally.inf + b.tally.inf,
    negativeInf: a.tally.negativeInf + b.tally.negativeInf,
    zeros: a.tally.zeros + b.tally.zeros,
  },
})
function categories(a: Categorical, b: Categorical): Categorical {
  const created = new Map(a.created)
  for (const [name, count] of b.created) created.set(name, (created.get(name) ?? 0) + count)
  return {
    ...a,
    counts: sum(a.counts, b.counts),
    created: [...created],
    tally: { rows: a.tally.rows + b.tally.rows, nulls: a.tally.nulls + b.tally.nulls },
  }
}
/** Windows of one column put together: their counts are added, since their cells are the same. */
export function together(parts: readonly WindowColumn[]): WindowColumn {
  const [first, ...rest] = parts.toSorted(
    (a, b) => Number(a.kind === 'unscored') - Number(b.kind === 'unscored'),
  )
  if (!first) throw missing('window')
  return rest.reduce((whole, part) => {
    if (whole.kind === 'numeric' && part.kind === 'numeric') return numbers(whole, part)
    return whole.kind === 'categorical' && part.kind === 'categorical'
      ? categories(whole, part)
      : whole
  }, first)
}

/** A profile of one column, as a family of its own. */
function alone(column: ProfileColumn, rows: number): DriftProfile {
  const content = {
    format: 'takt-drift-profile' as const,
    version: 1 as const,
    rows,
    columns: [column],
  }
  return { ...content, hash: hashOf(content) }
}

interface Counted {
  reference: ProfileColumn
  windows: DriftWindow[]
  rows: number
}
const fromBook = ({ profile, windows }: Book, { column, windows: names }: FeatureAsk): Counted => {
  const reference = profile.columns.find((each) => each.column === column)
  if (!reference) throw missing(`column ${column}`)
  return {
    reference,
    windows: windows.filter(({ name }) => names.includes(name)),
    rows: profile.rows,
  }
}
async function fromRows(
  { about }: Book,
  { column, windows: names, segment, located }: FeatureAsk,
): Promise<Counted> {
  if (!located)
    throw new UnusableInput(
      'A segment is counted from rows, and a bundle has none.',
      'Open the model where its data can be reached.',
    )
  const profile = await profileReference({
      ...referenceRequest(about.settings, located, segment),
      columns: [column],
    }),
    [reference] = profile.columns
  if (!reference) throw missing(`column ${column}`)
  return {
    reference,
    windows: await countWindows(profile, {
      ...currentRequest(about.settings, located, segment),
      only: new Set(names),
    }),
    rows: profile.rows,
  }
}

/** One feature: the chosen windows put together against the reference; the score of a single whole window is the one that was written. */
export async function featureOf(ask: FeatureAsk): Promise<Answers['feature']> {
  const book = bookOf(ask.book),
    { reference, windows, rows } = ask.segment ? await fromRows(book, ask) : fromBook(book, ask)
  const own = windows.flatMap(({ columns }) =>
    columns.filter(({ column }) => column === ask.column),
  )
  if (own.length === 0)
    throw missing(
      ask.segment
        ? `row of ${ask.segment.value} in these windows`
        : `window ${ask.windows.join(', ')}`,
    )
  const current = together(own),
    currentRows =
      current.kind === 'unscored'
        ? windows.reduce((all, window) => all + window.rows, 0)
        : current.tally.rows
  const written =
    ask.segment || windows.length > 1
      ? undefined
      : book.scores
          .find(({ window }) => window === windows[0]?.name)
          ?.columns.find(({ column }) => column === ask.column)
  const [again] = scoreWindows(
    alone(reference, rows),
    [{ name: 'chosen', rows: currentRows, columns: [current] }],
    { special: await loadSpecialFunctions(), rule: book.about.settings.rule },
  )
  const score = written ?? again?.columns[0]
  if (!score) throw missing(`column ${ask.column}`)
  return {
    column: ask.column,
    reference,
    current,
    currentRows,
    score,
    says: wordsOf({ reference, current, score }),
    how: {
      kernel: kernelOf(reference, book),
      ...(book.about.sql !== undefined && { sql: sqlOf(ask.column, book.about.sql) }),
    },
  }
}

const kernelOf = (reference: ProfileColumn, { about }: Book): string =>
  (reference.kind === 'categorical'
    ? `Categories counted by DuckDB ${about.engine['duckdb'] ?? ''}; chi-square homogeneity, G or a permutation where counts are small; Jensen-Shannon base 2 and Cramér's V.`
    : `Read by DuckDB ${about.engine['duckdb'] ?? ''} and counted in ${reference.kind === 'numeric' ? reference.counts.length : 0} frozen cells; Jensen-Shannon base 2 on the reference's deciles, bounds on Kolmogorov-Smirnov and Wasserstein-1 from the cells.`
  ).replace(/ {2,}| (?=;|and)/g, ' ')
const sqlOf = (column: string, relation: string): string =>
  `SELECT ${identifier(column)} FROM ${relation}`
