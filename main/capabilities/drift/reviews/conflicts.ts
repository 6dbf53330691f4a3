import type { VerdictOperation } from '../../../../preload/contract/drift'
import type { Fleet, VerdictConflict } from '../../../../preload/contract/drift-review'
import type { z } from 'zod'
import { canonical } from '../hash'

type Conflict = z.infer<typeof VerdictConflict>

/**
 * Every operation once, in the order of time. What makes it one is all that it says: ids are made apart, and two people's operations of
 * one id are two.
 */
export function united(...sets: readonly (readonly VerdictOperation[])[]): VerdictOperation[] {
  const byContent = new Map(sets.flat().map((operation) => [canonical(operation), operation]))
  return [...byContent]
    .toSorted(
      ([textA, a], [textB, b]) =>
        compare(a.at, b.at) || compare(a.id, b.id) || compare(textA, textB),
    )
    .map(([, operation]) => operation)
}
// By code units, so that every machine sorts alike whatever its language.
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Where people's latest verdicts on one thing differ and nobody has said yet which holds. Ours is that of the named person where there is one. */
export function conflictsIn(
  model: string,
  operations: readonly VerdictOperation[],
  me: string,
): Conflict[] {
  const beaten = new Set(operations.flatMap(({ over }) => over ?? [])),
    latest = new Map<string, Map<string, VerdictOperation>>()
  for (const operation of united(operations)) {
    if (!operation.verdict || beaten.has(operation.id)) continue
    const key = canonical([operation.window, operation.column ?? null]),
      byAuthor = latest.get(key) ?? new Map<string, VerdictOperation>()
    latest.set(key, byAuthor.set(operation.author, operation))
  }
  return [...latest.values()].flatMap((byAuthor) => {
    const said = [...byAuthor.values()],
      ours = byAuthor.get(me) ?? said.at(-1)
    return ours
      ? said
          .filter((theirs) => theirs.verdict !== ours.verdict)
          .map((theirs) => ({
            model,
            window: ours.window,
            ...(ours.column !== undefined && { column: ours.column }),
            ours,
            theirs,
          }))
      : []
  })
}

const median = (values: number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b),
    middle = Math.floor(sorted.length / 2)
  return sorted.length === 0
    ? null
    : sorted.length % 2 === 1
      ? (sorted[middle] ?? null)
      : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
/** How review goes: which share of verdicts was said away from the site, and how long a breach waits for one (median). */
export function measuresOf(operations: readonly VerdictOperation[]): Fleet['measures'] {
  const verdicts = operations.filter(
    ({ verdict, over }) => verdict !== undefined && over === undefined,
  )
  const waits = verdicts.flatMap(({ at, breachAt }) =>
    breachAt === undefined ? [] : [Math.max(0, (Date.parse(at) - Date.parse(breachAt)) / 1000)],
  )
  return {
    offlineShare:
      verdicts.length === 0
        ? null
        : verdicts.filter(({ offline }) => offline === true).length / verdicts.length,
    breachToVerdictSeconds: median(waits),
  }
}
