import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'

export interface Field {
  path: string
  before: string
  mine: string
  theirs: string
}
export interface Merge {
  spec: ProjectSpec
  merged: string[]
  conflicts: Field[]
}
export type Keep = Record<string, 'mine' | 'theirs'>
type Flat = Map<string, string | number>

const PLAIN = [
  'title',
  'question',
  'owner',
  'team',
  'costCentre',
  'budgetUsd',
  'repository',
] as const
const members = (list: Member[]): [string, string][] =>
  list.map(({ kind, name, role }) => [`members.${kind}/${name}`, role])

/** Every field a person can change, one by one; members and sites by who and which they are, not by their place in the list. */
function flatten(spec: ProjectSpec): Flat {
  const plain = PLAIN.flatMap((field): [string, string | number][] =>
    spec[field] === undefined ? [] : [[field, spec[field]]],
  )
  return new Map<string, string | number>([
    ...plain,
    ['timeBox.start', spec.timeBox.start],
    ['timeBox.due', spec.timeBox.due],
    ...members(spec.members),
    ...spec.sites.map((site): [string, string] => [`sites.${site}`, 'allowed']),
  ])
}

function unflatten(flat: Flat): ProjectSpec {
  const text = (path: string) => String(flat.get(path) ?? '')
  const repository = flat.get('repository')
  return {
    title: text('title'),
    question: text('question'),
    owner: text('owner'),
    team: text('team'),
    costCentre: text('costCentre'),
    budgetUsd: Number(flat.get('budgetUsd') ?? 0),
    timeBox: { start: text('timeBox.start'), due: text('timeBox.due') },
    members: [...flat].flatMap(([path, role]): Member[] => {
      const match = /^members\.(User|Group)\/(.*)$/s.exec(path)
      return match
        ? [{ kind: match[1] as Member['kind'], name: match[2] ?? '', role: role as Member['role'] }]
        : []
    }),
    sites: [...flat.keys()].flatMap((path) =>
      path.startsWith('sites.') ? [path.slice('sites.'.length)] : [],
    ),
    ...(repository !== undefined && { repository: String(repository) }),
  }
}

/**
 * Merges field by field: what only one side changed is taken, what both changed alike is taken, what both changed differently is a
 * conflict unless `keep` says whose value stands.
 */
export function mergeProject(
  before: ProjectSpec,
  sides: { mine: ProjectSpec; theirs: ProjectSpec },
  keep: Keep = {},
): Merge {
  const [was, mine, theirs] = [flatten(before), flatten(sides.mine), flatten(sides.theirs)]
  const result: Flat = new Map()
  const merged: string[] = []
  const conflicts: Field[] = []
  for (const path of new Set([...theirs.keys(), ...mine.keys(), ...was.keys()])) {
    const [old, my, their] = [was.get(path), mine.get(path), theirs.get(path)]
    const { value, outcome } = mergeField({ old, my, their, keep: keep[path] })
    if (outcome === 'conflict')
      conflicts.push({ path, before: shown(old), mine: shown(my), theirs: shown(their) })
    if (outcome === 'merged') merged.push(path)
    if (value !== undefined) result.set(path, value)
  }
  return { spec: unflatten(result), merged, conflicts }
}
type Value = string | number | undefined
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
const shown = (value: string | number | undefined) => (value === undefined ? 'none' : String(value))
