import { isPlain, type Plain } from './raw'

export interface FieldConflict {
  path: string
  before: string
  mine: string
  theirs: string
}
export interface Merged {
  value: Plain
  conflicts: FieldConflict[]
}
interface Three {
  base: unknown
  mine: unknown
  theirs: unknown
}

const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
/** The same fields in the same order, so that only what is said counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  return isPlain(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value
}
const show = (value: unknown): string =>
  (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 200)

/** What I changed since the base, put into what they have by now. Both changed the same field to different values: a conflict. Lists are one field, because their order has a meaning. */
export function merge3({
  base,
  mine,
  theirs,
}: {
  base: Plain
  mine: Plain
  theirs: Plain
}): Merged {
  const conflicts: FieldConflict[] = []
  const one = ({ base: was, mine: my, theirs: their }: Three, path: string): unknown => {
    if (same(my, was) || same(my, their)) return their
    if (same(their, was)) return my
    if (isPlain(my) && isPlain(their))
      return fields({ base: isPlain(was) ? was : {}, mine: my, theirs: their }, path)
    conflicts.push({ path, before: show(was), mine: show(my), theirs: show(their) })
    return their
  }
  const fields = (three: { base: Plain; mine: Plain; theirs: Plain }, path: string): Plain =>
    Object.fromEntries(
      [...new Set([...Object.keys(three.theirs), ...Object.keys(three.mine)])].flatMap((key) => {
        const value = one(
          { base: three.base[key], mine: three.mine[key], theirs: three.theirs[key] },
          path === '' ? key : `${path}.${key}`,
        )
        return value === undefined ? [] : [[key, value]]
      }),
    )
  return { value: fields({ base, mine, theirs }, ''), conflicts }
}
