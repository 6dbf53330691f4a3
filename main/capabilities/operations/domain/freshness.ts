import type { Plan, PlanChange } from '../../../../preload/contract/operations'

type Drafted = Omit<Plan, 'id' | 'madeAt' | 'expiresAt'>

const nameOf = ({ kind, name, namespace }: PlanChange) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`
const keyOf = (change: PlanChange) => `${change.apiVersion} ${nameOf(change)}`
/** Changes by what they change. A plan over two sites may name the same thing twice: the first is then compared with the first. */
function keyed(changes: readonly PlanChange[]): Map<string, PlanChange> {
  const all = new Map<string, PlanChange>()
  for (const change of changes) {
    let key = keyOf(change)
    while (all.has(key)) key += ' again'
    all.set(key, change)
  }
  return all
}
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/**
 * What a person confirmed and would no longer get, in words. Free capacity, times and answers about rights move all the time and
 * are not promises; what would be changed, what it costs, what would be lost and what blocks it are.
 */
export function differences(then: Drafted, now: Drafted): string[] {
  const [before, after] = [keyed(then.changes), keyed(now.changes)]
  const moved = [...after].flatMap(([key, change]) => {
    const old = before.get(key)
    if (!old) return [`${nameOf(change)} would now be ${PAST[change.op]} too`]
    if (old.op !== change.op)
      return [`${nameOf(change)} would now be ${PAST[change.op]}, not ${PAST[old.op]}`]
    return same(old.lines ?? [], change.lines ?? []) ? [] : [`${nameOf(change)} has changed`]
  })
  const gone = [...before]
    .filter(([key]) => !after.has(key))
    .map(([, change]) => `${nameOf(change)} is no longer part of it`)
  return [
    ...moved,
    ...gone,
    ...(same(then.price?.usdPerHour, now.price?.usdPerHour) &&
    same(then.price?.usdInAll, now.price?.usdInAll)
      ? []
      : ['the price']),
    ...(same(then.losses, now.losses) ? [] : ['what would be lost']),
    ...(same(
      then.steps.map(({ id }) => id),
      now.steps.map(({ id }) => id),
    )
      ? []
      : ['its steps']),
    ...(then.as === now.as ? [] : ['the signed-in person']),
  ]
}
const PAST: Record<PlanChange['op'], string> = {
  create: 'created',
  change: 'changed',
  delete: 'deleted',
  same: 'left as it is',
}
