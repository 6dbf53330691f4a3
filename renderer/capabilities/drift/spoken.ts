import type { VerdictOperation } from '../../../preload/contract/drift'

/** One thing that was said of a window, as it is listed. */
export interface SpokenRow {
  key: string
  said: VerdictOperation
  /** Another verdict says that it holds over this one. */
  isOverruled: boolean
  /** The author said something else of it later. */
  isReplaced: boolean
  /** The author's latest verdict, which differs from that of somebody else. */
  disagrees: boolean
}

const newestFirst = (a: VerdictOperation, b: VerdictOperation): number =>
  b.at.localeCompare(a.at) || b.id.localeCompare(a.id)
const subject = ({ column }: VerdictOperation): string => column ?? ''

/** All that was said of a window, the latest first; where people's latest verdicts differ, each of them is marked. */
export function spokenRows(said: readonly VerdictOperation[]): SpokenRow[] {
  const overruled = new Set(said.flatMap(({ over }) => over ?? [])),
    sorted = said.toSorted(newestFirst)
  const latest = new Map<string, VerdictOperation>()
  for (const one of sorted) {
    const place = `${subject(one)}\n${one.author}`
    if (one.verdict !== undefined && !overruled.has(one.id) && !latest.has(place))
      latest.set(place, one)
  }
  const holding = new Set(latest.values())
  return sorted.map((one, at) => ({
    key: `${one.id} ${one.author} ${one.at} ${at}`,
    said: one,
    isOverruled: overruled.has(one.id),
    isReplaced: one.verdict !== undefined && !overruled.has(one.id) && !holding.has(one),
    disagrees:
      holding.has(one) &&
      [...holding].some(
        (other) => subject(other) === subject(one) && other.verdict !== one.verdict,
      ),
  }))
}
