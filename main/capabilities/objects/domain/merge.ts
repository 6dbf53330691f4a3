import { sameValue, stringifyExact } from '../../../kernel/exact-json'
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

const show = (value: unknown): string =>
  (value === undefined ? 'nothing' : stringifyExact(value)).slice(0, 200)

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
    if (sameValue(my, was) || sameValue(my, their)) return their
    if (sameValue(their, was)) return my
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
