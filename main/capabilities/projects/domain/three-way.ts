/** A field that both sides changed, and what stood there. */
export interface FieldConflict {
  path: string
  before: string
  mine: string
  theirs: string
}
export type Keep = Record<string, 'mine' | 'theirs'>
/** What somebody may change, one field a path. */
export type Fields = ReadonlyMap<string, string | number>
type Value = string | number | undefined

export interface FieldMerge {
  fields: Map<string, string | number>
  /** Paths whose value came from the other side alone. */
  merged: string[]
  conflicts: FieldConflict[]
}

/**
 * Merges field by field: what only one side changed is taken, what both changed alike is taken, what both changed differently is a
 * conflict unless `keep` says whose value stands.
 */
export function mergeFields(
  before: Fields,
  { mine, theirs }: { mine: Fields; theirs: Fields },
  keep: Keep = {},
): FieldMerge {
  const fields = new Map<string, string | number>()
  const merged: string[] = []
  const conflicts: FieldConflict[] = []
  for (const path of new Set([...theirs.keys(), ...mine.keys(), ...before.keys()])) {
    const [old, my, their] = [before.get(path), mine.get(path), theirs.get(path)]
    const { value, outcome } = mergeField({ old, my, their, keep: keep[path] })
    if (outcome === 'conflict')
      conflicts.push({ path, before: shown(old), mine: shown(my), theirs: shown(their) })
    if (outcome === 'merged') merged.push(path)
    if (value !== undefined) fields.set(path, value)
  }
  return { fields, merged, conflicts }
}

function mergeField({
  old,
  my,
  their,
  keep,
}: {
  old: Value
  my: Value
  their: Value
  keep: 'mine' | 'theirs' | undefined
}): { value: Value; outcome: 'mine' | 'merged' | 'conflict' } {
  if (their === old || my === their) return { value: my, outcome: 'mine' }
  if (my === old) return { value: their, outcome: 'merged' }
  return { value: keep === 'mine' ? my : their, outcome: keep === undefined ? 'conflict' : 'mine' }
}
const shown = (value: Value) => (value === undefined || value === '' ? 'none' : String(value))
