import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'
import { mergeFields, type FieldConflict, type Fields, type Keep } from './three-way'

export type { Keep }
type SomeOfProject = { [K in keyof ProjectSpec]?: ProjectSpec[K] | undefined }
export interface Merge {
  spec: ProjectSpec
  merged: string[]
  conflicts: FieldConflict[]
}

const PLAIN = [
  'title',
  'question',
  'owner',
  'team',
  'costCentre',
  'budgetUsd',
  'repository',
] as const

/** Every field of a project that a person can change, one by one; members and sites by who and which they are, not by their place in the list. */
export function projectFields(spec: SomeOfProject): Map<string, string | number> {
  const { timeBox, members = [], sites = [] } = spec
  const plain = PLAIN.flatMap((field): [string, string | number][] =>
    spec[field] === undefined ? [] : [[field, spec[field]]],
  )
  return new Map<string, string | number>([
    ...plain,
    ...(timeBox
      ? ([
          ['timeBox.start', timeBox.start],
          ['timeBox.due', timeBox.due],
        ] as const)
      : []),
    ...members.map(({ kind, name, role }) => [`members.${kind}/${name}`, role] as const),
    ...sites.map((site) => [`sites.${site}`, 'allowed'] as const),
  ])
}
/** A project again from its fields; one that is not there is left out, and lists are there in any case. */
export function projectOfFields(fields: Fields): Partial<ProjectSpec> {
  const start = fields.get('timeBox.start')
  const due = fields.get('timeBox.due')
  return {
    ...Object.fromEntries(
      PLAIN.flatMap((field) => (fields.has(field) ? [[field, fields.get(field)]] : [])),
    ),
    ...((start !== undefined || due !== undefined) && {
      timeBox: { start: String(start ?? ''), due: String(due ?? '') },
    }),
    members: [...fields].flatMap(([path, role]): Member[] => {
      const match = /^members\.(User|Group)\/(.*)$/s.exec(path)
      return match
        ? [{ kind: match[1] as Member['kind'], name: match[2] ?? '', role: role as Member['role'] }]
        : []
    }),
    sites: [...fields.keys()].flatMap((path) =>
      path.startsWith('sites.') ? [path.slice('sites.'.length)] : [],
    ),
  }
}

/** Merges two changes of a project from the version that both were read at. */
export function mergeProject(
  before: ProjectSpec,
  sides: { mine: ProjectSpec; theirs: ProjectSpec },
  keep: Keep = {},
): Merge {
  const { fields, merged, conflicts } = mergeFields(
    projectFields(before),
    { mine: projectFields(sides.mine), theirs: projectFields(sides.theirs) },
    keep,
  )
  return { spec: wholeProject(fields), merged, conflicts }
}
function wholeProject(fields: Fields): ProjectSpec {
  const text = (path: string) => String(fields.get(path) ?? '')
  return {
    title: text('title'),
    question: text('question'),
    owner: text('owner'),
    team: text('team'),
    costCentre: text('costCentre'),
    budgetUsd: Number(fields.get('budgetUsd') ?? 0),
    timeBox: { start: text('timeBox.start'), due: text('timeBox.due') },
    members: [],
    sites: [],
    ...projectOfFields(fields),
  }
}
