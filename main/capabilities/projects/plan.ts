import { failure } from '../../../preload/contract/failures'
import type { Plan, PlanChange } from '../../../preload/contract/operations'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import { isGpuResource } from '../../kernel/inventory'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import {
  asYaml,
  planBody,
  preview,
  refusals,
  removal,
  reviewChanges,
  runMark,
  stepsOf,
} from '../plans'
import { checkProject, type Facts } from './domain/check'
import { projectManifests } from './domain/manifests'
import { startingQuota, type Hard } from './domain/quota'
import type { CreateInput, DeleteInput } from './operation'
import type { ProjectPorts } from './ports'

export interface Wanted {
  name: string
  spec: ProjectSpec
  workItem?: { title: string } | undefined
  run?: string
}
const DAY_MS = 86_400_000
export const QUOTA_CHOICE =
  'The quota starts without GPUs; provisioning an environment raises it by what that environment asks for.'

/** A namespace of somebody else's that has the project's name. */
export const takenBy = (changes: PlanChange[], remedy: string): Plan['blockedBy'] =>
  changes
    .filter(({ kind, op }) => kind === 'Namespace' && op !== 'create')
    .map(({ name }) => ({
      says: `A namespace called ${name} exists already and is not this project's.`,
      remedy,
    }))

export const factsOf = (
  { records, sites }: Pick<ProjectPorts, 'records' | 'sites'>,
  now: number,
): Facts => ({
  now,
  sites: sites.states().map(({ id }) => id),
  costCentres: records.known('Budget').items.map(({ meta, spec, status }) => ({
    name: meta.name,
    spec,
    spentUsd: status.spentUsd ?? 0,
  })),
})

/** The quota a project begins with, from its budget, the price book and the kinds of GPU the site has. */
export async function firstQuota(
  ports: Pick<ProjectPorts, 'records' | 'capacity'>,
  home: KubeClient,
  { spec, signal }: { spec: ProjectSpec; signal?: AbortSignal | undefined },
): Promise<Hard> {
  const inventory = await ports.capacity.snapshot(home.site, signal)
  const gpus = inventory.ok
    ? [
        ...new Set(
          inventory.value.nodes.flatMap(({ allocatable }) =>
            Object.keys(allocatable).filter(isGpuResource),
          ),
        ),
      ].sort()
    : []
  const days = Math.max(1, (Date.parse(spec.timeBox.due) - Date.parse(spec.timeBox.start)) / DAY_MS)
  return startingQuota(
    { usd: spec.budgetUsd, days },
    ports.records.find('PriceBook', 'default')?.spec,
    gpus,
  )
}

/** Everything creating a project would do, or what stands in its way. */
export async function planCreate(
  ports: ProjectPorts,
  kind: OperationKind<CreateInput>,
  at: { wanted: Wanted; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<CreateInput>>> {
  const { wanted, signal } = at
  const home = ports.sites.home()
  if (!home.ok) return home
  const who = await home.value.whoAmI(signal)
  if (!who.ok) return who
  if (ports.records.find('Project', wanted.name))
    return fail(failure('ALREADY_EXISTS', { kind: 'project', name: wanted.name }))
  const hard = await firstQuota(ports, home.value, { spec: wanted.spec, signal })
  const run = wanted.run ?? runMark(ports.random)
  const input: CreateInput = {
    site: home.value.site,
    run,
    by: who.value.user,
    name: wanted.name,
    spec: wanted.spec,
    workItemTitle: wanted.workItem?.title ?? (wanted.spec.title || wanted.name),
    hard,
  }
  const objects = projectManifests(input.name, input.spec, input)
  const seen = await preview(home.value, objects, signal ? { signal } : {})
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    { site: input.site, changes: seen.value.changes },
    signal,
  )
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: `Create project ${input.name}`,
    verb: 'Create',
    site: input.site,
    subject: { kind: 'Project', name: input.name },
    as: who.value.user,
    changes: seen.value.changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    blockedBy: [
      ...checkProject(input.spec, factsOf(ports, home.value.clock.now())),
      ...takenBy(seen.value.changes, 'Choose another name.'),
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    choices: [QUOTA_CHOICE],
    undo: 'Removes what was made, as long as the namespace holds nothing else.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planCreate(ports, kind, { wanted: { ...wanted, run }, signal: again }),
  })
}

const counted = (count: number, one: string, many = `${one}s`) =>
  count === 1 ? `1 ${one}` : `${String(count)} ${many}`

/** What deleting a project would lose and keep. */
export async function planDelete(
  ports: ProjectPorts,
  kind: OperationKind<DeleteInput>,
  at: { name: string; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<DeleteInput>>> {
  const { name, signal } = at
  const home = ports.sites.home()
  if (!home.ok) return home
  const who = await home.value.whoAmI(signal)
  if (!who.ok) return who
  const project = await ports.records.read('Project', { name }, signal)
  if (!project.ok) return project
  const input: DeleteInput = { site: home.value.site, name }
  const changes = [
    removal({ apiVersion: 'v1', kind: 'Namespace', name, note: 'with everything in it' }),
    removal({ apiVersion: 'takt.dev/v1alpha1', kind: 'Project', name }),
  ]
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const mine = <T extends { meta: { namespace?: string | undefined } }>(items: T[]) =>
    items.filter(({ meta }) => meta.namespace === name).length
  const known = ports.records
  const lost = [
    counted(mine(known.known('Environment').items), 'environment') + ' with their volumes',
    counted(mine(known.known('WorkItem').items), 'work item') + ' with their history',
    counted(mine(known.known('Revision').items), 'revision'),
    counted(mine(known.known('DataSnapshot').items), 'snapshot'),
  ].filter((text) => !text.startsWith('0 '))
  const plan = planBody({
    kind: kind.kind,
    title: `Delete project ${name}`,
    verb: 'Delete for good',
    site: input.site,
    subject: { kind: 'Project', name },
    as: who.value.user,
    changes,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    blockedBy: refusals(checks.value),
    risks: [
      'A namespace ends only when everything in it has ended; a pod that hangs can hold it up.',
    ],
    losses: {
      lost: [`namespace ${name}`, ...lost],
      kept: [
        'the data sources themselves',
        ...(project.value.spec.repository ? [`code in ${project.value.spec.repository}`] : []),
        'what was spent, in the cost centre',
      ],
      typeName: name,
    },
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planDelete(ports, kind, { name, signal: again }),
  })
}
