import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { MemberChange } from '../../../preload/contract/people'
import { isRequested, Member, type ProjectSpec } from '../../../preload/contract/records/project'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import {
  applyAll,
  asYaml,
  done,
  planBody,
  preview,
  refusals,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
} from '../plans'
import {
  boundMembers,
  changedBindings,
  checkMembers,
  editProject,
  projectRecord,
  roleBindings,
} from '../projects'
import { changedMembers, inverse, readable, titleOf } from './domain/members'
import { rightsChanges, rightsSay } from './domain/rights'
import type { PeoplePorts } from './ports'

export const MembersInput = z.object({
  site: z.string(),
  run: z.string(),
  project: z.string(),
  changes: z.array(MemberChange),
  before: z.array(Member),
})
export type MembersInput = z.infer<typeof MembersInput>
type Ports = Pick<PeoplePorts, 'sites' | 'records' | 'random'>

/** Writes the members into the project, merging with what others changed meanwhile. Doing it again changes nothing more. */
async function write(
  ports: Ports,
  { project, changes, signal }: { project: string; changes: MemberChange[]; signal: AbortSignal },
): Promise<Outcome<ProjectSpec>> {
  const read = await ports.records.read('Project', { name: project }, signal)
  if (!read.ok) return read
  const { meta, spec } = read.value
  const after = { ...spec, members: changedMembers(spec.members, changes) }
  if (JSON.stringify(after) === JSON.stringify(spec)) return succeed(spec)
  // A role that somebody else changed in the meantime gives way: this is the newer decision about the same person.
  const keep = Object.fromEntries(
    changes.map(({ kind, name }) => [`members.${kind}/${name}`, 'mine' as const]),
  )
  const written = await editProject(
    ports,
    { name: project, basedOn: { resourceVersion: meta.resourceVersion, spec }, spec: after, keep },
    signal,
  )
  if (!written.ok) return written
  const now = await ports.records.read('Project', { name: project }, signal)
  return now.ok ? succeed(now.value.spec) : now
}

/** Role bindings as the project's record says now: once more after an interruption, since the record may have been written and they not. */
const bind =
  (ports: Ports) =>
  async ({ input, client, signal }: StepContext<MembersInput>): Promise<Outcome<void>> => {
    const on = client(input.site)
    if (!on.ok) return on
    const read = await ports.records.read('Project', { name: input.project }, signal)
    if (!read.ok) return read
    if (isRequested(read.value.status)) return succeed(undefined)
    // Those of roles that this change emptied as well, and of no role that it did not touch and nobody has.
    const touched = new Set(
      [...input.before, ...input.changes].map(({ role }) => `takt-${role ?? ''}s`),
    )
    const bindings = roleBindings(input.project, read.value.spec, true).filter(
      ({ metadata, ...rest }) =>
        touched.has(metadata.name) || (rest as { subjects?: unknown[] }).subjects?.length !== 0,
    )
    return done(await applyAll(on.value, bindings, { run: input.run, signal }))
  }

export const membersKind = (ports: Ports): OperationKind<MembersInput> => ({
  kind: 'project-members',
  premise: {
    says: 'The record is read again and merged with what others changed; a newer decision about one person gives way to nobody.',
  },
  input: MembersInput,
  undoable: true,
  cancelLeaves: ({ project }) => `Nothing: the members of ${project} are as they were.`,
  steps: () => [
    {
      id: 'record',
      title: 'Write the members into the project',
      promiseSeconds: 2,
      async run({ input, kept, signal }) {
        const written = await write(ports, {
          project: input.project,
          changes: input.changes,
          signal,
        })
        if (!written.ok) return written
        kept['project'] = input.project
        return succeed(undefined)
      },
      async undo(context) {
        const { input, signal } = context
        const written = await write(ports, {
          project: input.project,
          changes: inverse(input.before, input.changes),
          signal,
        })
        return written.ok ? bind(ports)(context) : written
      },
    },
    {
      id: 'bindings',
      title: 'Let them in, by the role bindings of its namespace',
      promiseSeconds: 2,
      run: bind(ports),
    },
  ],
})

/** The owner's last role is never taken: without one the owner would be bound as an engineer, whatever the role was. */
const ownerRemoved = ({
  project,
  spec,
  changes,
}: {
  project: string
  spec: ProjectSpec
  changes: MemberChange[]
}): Plan['blockedBy'] =>
  changes.some(({ kind, name, role }) => !role && kind === 'User' && name === spec.owner)
    ? [
        {
          says: `${spec.owner} owns ${project}, and removing an owner takes no rights: whoever owns a project works in it.`,
          remedy: 'Let somebody else own it first, then remove them; or give them another role.',
        },
      ]
    : []

/** What is held against the change itself: a member who stands there wrongly already may still be removed. */
function broughtIn(before: Member[], after: Member[]): Plan['blockedBy'] {
  const old = new Set(checkMembers({ members: before }).map(({ says }) => says))
  return checkMembers({ members: after }).filter(({ says }) => !old.has(says))
}

/** What changing the members would do. */
export async function planMembers(
  ports: Ports,
  kind: OperationKind<MembersInput>,
  at: { project: string; changes: MemberChange[]; run?: string; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<MembersInput>>> {
  const { project, changes, signal, run = runMark(ports.random) } = at
  const signed = await signedIn(ports.sites, signal)
  if (!signed.ok) return signed
  const read = await ports.records.read('Project', { name: project }, signal)
  if (!read.ok) return read
  const { spec, status } = read.value
  const after = { ...spec, members: changedMembers(spec.members, changes) }
  if (JSON.stringify(after) === JSON.stringify(spec))
    return fail(
      failure('INVALID', {
        issues: [{ path: 'changes', says: `The members of ${project} are like that already.` }],
      }),
    )
  const input: MembersInput = {
    site: signed.value.home.site,
    run,
    project,
    changes,
    before: spec.members,
  }
  const objects = [
    projectRecord(project, after),
    ...(isRequested(status) ? [] : changedBindings(project, spec, after)),
  ]
  const seen = await preview(signed.value.home, objects, signal ? { signal } : {})
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    { site: input.site, changes: seen.value.changes },
    signal,
  )
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: titleOf(project, spec.members, changes),
    verb: changes.every(({ role }) => role === undefined) ? 'Remove' : 'Let in',
    site: input.site,
    subject: { kind: 'Project', name: project },
    as: signed.value.user,
    changes: readable(seen.value.changes, spec.members, after.members),
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    blockedBy: [
      ...ownerRemoved({ project, spec, changes }),
      ...broughtIn(spec.members, after.members),
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    choices: [
      ...rightsChanges(boundMembers(spec), boundMembers(after)).map(rightsSay),
      ...(isRequested(status)
        ? ['The project was only asked for: they are let in when somebody fulfils it.']
        : []),
    ],
    risks: changes.some(({ role }) => role === undefined)
      ? ['Who is removed loses access to the namespace at once; what they run goes on.']
      : [],
    undo: 'Gives everybody the role they had before.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planMembers(ports, kind, { project, changes, run, signal: again }),
  })
}
