import type { CountScore, ProfileColumn, WindowColumn } from '../../../../preload/contract/drift'

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const figure = (value: number): string =>
  Math.abs(value) >= 1000 || value === 0 ? value.toFixed(0) : value.toPrecision(3)
const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

/** The value below which a share of the counts lies, read off the cells. */
export function quantileOfCells({
  edges,
  counts,
  share,
}: {
  edges: readonly number[]
  counts: readonly number[]
  share: number
}): number | undefined {
  const wanted = total(counts) * share
  let seen = 0
  for (const [at, count] of counts.entries()) {
    const low = edges[at - 1],
      high = edges[at]
    if (seen + count >= wanted && count > 0)
      return low === undefined
        ? high
        : high === undefined
          ? low
          : low + ((wanted - seen) / count) * (high - low)
    seen += count
  }
  return undefined
}

type Numeric = [
  Extract<ProfileColumn, { kind: 'numeric' }>,
  Extract<WindowColumn, { kind: 'numeric' }>,
]
function ofNumbers([reference, current]: Numeric): string[] {
  const said = [...medianWords([reference, current]), ...crowdWords([reference, current])]
  if (current.min !== null && current.min < reference.min)
    said.push(
      `Values reach down to ${figure(current.min)}; the reference began at ${figure(reference.min)}.`,
    )
  if (current.max !== null && current.max > reference.max)
    said.push(
      `Values reach up to ${figure(current.max)}; the reference ended at ${figure(reference.max)}.`,
    )
  return said
}
function medianWords([reference, current]: Numeric): string[] {
  // Where every value is the same, that value is the median, wherever its cell reaches.
  const [before, now] = [reference, current].map(({ counts, min, max }) =>
    min !== null && min === max
      ? min
      : quantileOfCells({ edges: reference.edges, counts, share: 0.5 }),
  )
  return before !== undefined && now !== undefined && before !== now
    ? [`The median went from ${figure(before)} to ${figure(now)}.`]
    : []
}
/** Where most values crowd into a cell that held few before. */
function crowdWords([reference, current]: Numeric): string[] {
  const all = total(current.counts),
    fullest = Math.max(...current.counts),
    at = current.counts.indexOf(fullest)
  const was = (reference.counts[at] ?? 0) / Math.max(1, total(reference.counts))
  if (all === 0 || fullest / all <= 0.5 || fullest / all <= 2 * was) return []
  return [
    current.min === current.max
      ? `Every value is ${figure(current.min ?? 0)}: something upstream may be broken.`
      : `${percent(fullest / all)} of the values lie in one cell that held ${percent(was)}.`,
  ]
}

type Categorical = [
  Extract<ProfileColumn, { kind: 'categorical' }>,
  Extract<WindowColumn, { kind: 'categorical' }>,
]
function ofCategories([reference, current]: Categorical): string[] {
  const all = total(current.counts) + total(current.created.map(([, count]) => count)),
    before = total(reference.counts)
  const gone = reference.categories.filter(
    (_, at) =>
      current.counts[at] === 0 && (reference.counts[at] ?? 0) / Math.max(1, before) >= 0.005,
  )
  const moved = reference.categories
    .map((name, at) => ({
      name,
      was: (reference.counts[at] ?? 0) / Math.max(1, before),
      is: (current.counts[at] ?? 0) / Math.max(1, all),
    }))
    .sort((a, b) => Math.abs(b.is - b.was) - Math.abs(a.is - a.was))[0]
  return [
    ...(current.created.length > 0
      ? [
          `New: ${current.created
            .slice(0, 3)
            .map(([name, count]) => `${name} (${percent(count / Math.max(1, all))})`)
            .join(
              ', ',
            )}${current.created.length > 3 ? ` and ${current.created.length - 3} more` : ''}.`,
        ]
      : []),
    ...(gone.length > 0
      ? [
          `Vanished: ${gone.slice(0, 3).join(', ')}${gone.length > 3 ? ` and ${gone.length - 3} more` : ''}.`,
        ]
      : []),
    ...(moved && Math.abs(moved.is - moved.was) >= 0.01
      ? [`${moved.name} went from ${percent(moved.was)} to ${percent(moved.is)}.`]
      : []),
  ]
}

/** What stands out of one column, in sentences, most telling first. */
export function wordsOf({
  reference,
  current,
  score,
}: {
  reference: ProfileColumn
  current: WindowColumn
  score: CountScore
}): string[] {
  const said = score.decision === 'unscored' ? [`It cannot be scored: ${score.reason}.`] : []
  if (reference.kind === 'unscored' || current.kind === 'unscored') return said
  const rates = [reference, current].map(({ tally }) =>
    tally.rows === 0 ? 0 : tally.nulls / tally.rows,
  ) as [number, number]
  if (Math.abs(rates[1] - rates[0]) >= 0.01)
    said.push(`Nulls went from ${percent(rates[0])} to ${percent(rates[1])}.`)
  if (reference.kind === 'numeric' && current.kind === 'numeric')
    said.push(...ofNumbers([reference, current]))
  if (reference.kind === 'categorical' && current.kind === 'categorical')
    said.push(...ofCategories([reference, current]))
  if (score.decision !== 'unscored')
    said.push(`${score.reason.charAt(0).toUpperCase()}${score.reason.slice(1)}.`)
  return said
}
