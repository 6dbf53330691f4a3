import { isRecord, sameJson } from '../cluster'
import { fieldStep, type FieldSet } from '../managed/field-set'
import { isAtomicMap, itemStep, listKind, member } from '../managed/typed'
import type { Schema } from '../schema/schema'

/** The live value with an applied configuration laid over it; lists of well-known types are merged item by item. */
export function mergeApplied(schema: Schema | undefined, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live
  if (Array.isArray(applied) && Array.isArray(live) && listKind(schema) !== 'atomic')
    return mergeItems({ schema, live, applied })
  if (!isRecord(applied) || !isRecord(live) || isAtomicMap(schema)) return applied
  const result: Record<string, unknown> = { ...live }
  for (const [key, value] of Object.entries(applied))
    result[key] = mergeApplied(member(schema, key), live[key], value)
  return result
}
interface Items {
  schema: Schema | undefined
  live: unknown[]
  applied: unknown[]
}
/** Items keep the order of the applied list; live items it does not name stay where they stand between them. */
function mergeItems({ schema, live, applied }: Items): unknown[] {
  const wanted = new Map(applied.map((item) => [itemStep(schema, item), item]))
  const known = new Map(live.map((item) => [itemStep(schema, item), item]))
  const result: unknown[] = []
  const placed = new Set<string>()
  const steps = [...wanted.keys()]
  let next = 0
  const place = (step: string): void => {
    placed.add(step)
    const before = known.get(step)
    result.push(
      before === undefined
        ? wanted.get(step)
        : mergeApplied(schema?.items, before, wanted.get(step)),
    )
  }
  for (const [step, item] of known) {
    if (!wanted.has(step)) {
      result.push(item)
      continue
    }
    while (next < steps.length && !placed.has(step)) place(steps[next++] ?? step)
  }
  while (next < steps.length) {
    const step = steps[next++]
    if (step !== undefined && !placed.has(step)) place(step)
  }
  return result
}

const isHeld = (set: FieldSet | undefined): boolean =>
  set !== undefined && (set.member || set.children.size > 0)
/** Takes out what an applier held before and nobody holds now. */
export function removeUnowned(
  value: unknown,
  about: { schema: Schema | undefined; last: FieldSet; owned: FieldSet | undefined },
): unknown {
  const { schema, last, owned } = about
  if (Array.isArray(value)) {
    return listKind(schema) === 'atomic'
      ? value
      : value.flatMap((item) =>
          kept(item, itemStep(schema, item), { schema: schema?.items, last, owned }),
        )
  }
  if (!isRecord(value) || isAtomicMap(schema)) return value
  const result: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    const [left] = kept(inner, fieldStep(key), { schema: member(schema, key), last, owned })
    if (left !== undefined) result[key] = left
  }
  return result
}
function kept(
  value: unknown,
  step: string,
  {
    schema,
    last,
    owned,
  }: { schema: Schema | undefined; last: FieldSet; owned: FieldSet | undefined },
): unknown[] {
  const before = last.children.get(step)
  if (!isHeld(before) || before === undefined) return [value]
  const now = owned?.children.get(step)
  const left = removeUnowned(value, { schema, last: before, owned: now })
  if (isHeld(now)) return [left]
  // What was only passed through on the way to held fields stays for what nobody holds in it, such as a uid.
  const holdsMore = isRecord(left) && !before.member && before.children.size > 0
  return holdsMore && Object.keys(left).length > 0 ? [left] : []
}
export const changes = (before: unknown, after: unknown): boolean => !sameJson(before, after)
