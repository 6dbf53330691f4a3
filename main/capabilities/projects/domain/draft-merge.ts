import { Size } from '../../../../preload/contract/records/environment'
import { Draft } from '../../../../preload/contract/projects'
import { projectFields, projectOfFields } from './merge'
import { mergeFields, type FieldConflict, type Fields, type Keep } from './three-way'

export interface DraftMerge {
  draft: Draft
  merged: string[]
  conflicts: FieldConflict[]
}

const PLAIN = [
  'name',
  'adopt',
  'existingProject',
  'workItemTitle',
  'availability',
  'replicas',
  'hoursToLive',
  'pauseAfterMinutes',
  'protectedHours',
  'workspaceGi',
  'storageClass',
  'tool',
] as const
const USUAL_MOUNT = 'as usual'

/** Every field of a wizard that a person can change; a machine is one field, and each source of data its own. */
function draftFields(draft: Draft): Map<string, string | number> {
  const plain = PLAIN.flatMap((field): [string, string | number][] =>
    draft[field] === undefined ? [] : [[field, draft[field]]],
  )
  return new Map<string, string | number>([
    ...plain,
    ...[...projectFields(draft.project)].map(
      ([path, value]) => [`project.${path}`, value] as const,
    ),
    ...(draft.size ? ([['size', JSON.stringify(Size.parse(draft.size))]] as const) : []),
    ...draft.data.map(({ source, mount }) => [`data.${source}`, mount ?? USUAL_MOUNT] as const),
  ])
}
const under = (fields: Fields, prefix: string) =>
  [...fields].flatMap(([path, value]) =>
    path.startsWith(prefix) ? [[path.slice(prefix.length), value] as const] : [],
  )

function draftOf(fields: Fields, { of, like }: { of: readonly Draft[]; like: Draft }): Draft {
  const size = fields.get('size')
  const { members, sites, ...project } = projectOfFields(new Map(under(fields, 'project.')))
  return Draft.parse({
    id: like.id,
    step: like.step,
    ...Object.fromEntries(
      PLAIN.flatMap((field) => (fields.has(field) ? [[field, fields.get(field)]] : [])),
    ),
    project: {
      ...project,
      // A list that nobody has begun is not the same as one that somebody emptied.
      ...(of.some((side) => side.project.members) && { members }),
      ...(of.some((side) => side.project.sites) && { sites }),
    },
    ...(size !== undefined && { size: JSON.parse(String(size)) as unknown }),
    data: under(fields, 'data.').map(([source, mount]) => ({
      source,
      ...(mount !== USUAL_MOUNT && { mount }),
    })),
  })
}

const STEPS = Draft.shape.step.options
/** A wizard that two have open has come as far as the one of them that is further. */
const further = (a: Draft['step'], b: Draft['step']) =>
  STEPS.indexOf(a) > STEPS.indexOf(b) ? a : b

/** Merges two changes of a wizard from what both were begun with; where that is not known, every difference is a conflict. */
export function mergeDraft(
  before: Draft | undefined,
  { mine, theirs }: { mine: Draft; theirs: Draft },
  keep: Keep = {},
): DraftMerge {
  const { fields, merged, conflicts } = mergeFields(
    before ? draftFields(before) : new Map(),
    { mine: draftFields(mine), theirs: draftFields(theirs) },
    keep,
  )
  const like = { ...mine, step: further(mine.step, theirs.step) }
  return {
    draft: draftOf(fields, { of: [mine, theirs], like }),
    merged,
    conflicts: conflicts.map(readable),
  }
}

/** A machine reads by its name, with what tells it from another of that name. */
function readable(conflict: FieldConflict): FieldConflict {
  if (conflict.path !== 'size') return conflict
  const says = (text: string) => {
    if (text === 'none') return text
    const { name, cpuCores, memoryGi } = Size.parse(JSON.parse(text))
    return `${name}, ${String(cpuCores)} cores, ${String(memoryGi)} GiB`
  }
  const { path, before, mine, theirs } = conflict
  return { path, before: says(before), mine: says(mine), theirs: says(theirs) }
}

/** Whether two wizards say the same, whenever they were kept. */
export function sameDraft(a: Draft, b: Draft): boolean {
  const [one, other] = [draftFields(a), draftFields(b)]
  return (
    a.step === b.step &&
    one.size === other.size &&
    [...one].every(([path, value]) => other.get(path) === value)
  )
}
