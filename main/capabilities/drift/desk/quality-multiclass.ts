import type { QualityPoint } from '../../../../preload/contract/drift-review'
import { identifier, literal } from '../adapters/sql'
import { expectedAccuracy, fitMulticlass, type ClassRows } from '../domain/performance/multiclass'
import type { Asked, Quality } from './quality'
import { evenly, textOf, type Side } from './rows'

const MOST_ROWS = 100_000
const LEAST_LABELLED = 200

/** The probability of the predicted class: one column, or one for each class whose name begins alike. */
function sure({ columns }: Side, { labels }: Pick<Asked, 'labels'>): string | undefined {
  const named = labels.probability,
    predicted = columns.find(({ name }) => name === labels.prediction)
  if (named === undefined || !predicted) return undefined
  if (columns.some(({ name }) => name === named)) return `CAST(${identifier(named)} AS DOUBLE)`
  const each = columns
    .filter(({ name }) => name.startsWith(named))
    .map(
      ({ name }) =>
        `WHEN ${literal(name.slice(named.length))} THEN CAST(${identifier(name)} AS DOUBLE)`,
    )
  return each.length > 1 ? `CASE ${textOf(predicted)} ${each.join(' ')} END` : undefined
}
async function read(
  side: Side,
  asked: Pick<Asked, 'labels'>,
): Promise<{ all: ClassRows; labelled: ClassRows } | undefined> {
  const { engine, relation, columns } = side,
    probability = sure(side, asked),
    { labels } = asked
  const text = (name: string) => {
    const column = columns.find((each) => each.name === name)
    return column ? textOf(column) : 'NULL'
  }
  if (probability === undefined) return undefined
  const rows = (
    await engine.rows(
      `SELECT ${probability} AS sure, CAST(${text(labels.prediction)} = ${text(labels.label)} AS INTEGER) AS correct FROM ${await evenly({ engine, relation }, MOST_ROWS)}`,
    )
  ).filter(({ sure: found }) => found !== null)
  const known = rows.filter(({ correct }) => correct !== null),
    probabilities = (of: typeof rows) => Float64Array.from(of, (row) => Number(row['sure']))
  return {
    all: { sure: probabilities(rows) },
    labelled: {
      sure: probabilities(known),
      correct: Uint8Array.from(known, (row) => Number(row['correct'])),
    },
  }
}

/** Several classes: the share of right answers, expected from how sure the model was and how right it was when that sure. */
export async function multiclassQuality({ labels, reference, windows }: Asked): Promise<Quality> {
  const learnt = await read(reference, { labels })
  if (!learnt)
    return {
      points: [],
      missing:
        'The probability of the predicted class is needed, or one column for each class whose name begins alike.',
    }
  if (learnt.labelled.sure.length < LEAST_LABELLED)
    return {
      points: [],
      missing: `The reference has only ${learnt.labelled.sure.length} labelled rows; ${LEAST_LABELLED} are needed.`,
    }
  const estimator = fitMulticlass(learnt.labelled),
    points: QualityPoint[] = []
  for (const { name, side } of windows) {
    const rows = await read(side, { labels })
    if (!rows || rows.all.sure.length === 0) continue
    const { correct = new Uint8Array() } = rows.labelled,
      known = correct.length,
      right = correct.reduce((sum, one) => sum + one, 0) / known,
      spread = 3 * Math.sqrt((right * (1 - right)) / known)
    points.push({
      window: name,
      metric: 'accuracy',
      estimated: expectedAccuracy(estimator, rows.all),
      labelled: known / rows.all.sure.length,
      ...(known > 0 && {
        realised: {
          value: right,
          lower: Math.max(0, right - spread),
          upper: Math.min(1, right + spread),
        },
      }),
    })
  }
  return { points }
}
