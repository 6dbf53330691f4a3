import { failure } from '../../../preload/contract/failures'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import { given } from '../../kernel/given'
import { isGpuResource } from '../../kernel/inventory'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { asYaml, planBody, preview, refusals, reviewChanges, runMark, stepsOf } from '../plans'
import { checkProject, type Facts } from './domain/check'
import { projectManifests } from './domain/manifests'
import { startingQuota, type Hard } from './domain/quota'
import { leadsFor, namespacePlace } from './namespace'
import type { CreateInput } from './operation'
import type { ProjectPorts } from './ports'

export interface Wanted {
  name: string
  spec: ProjectSpec
  workItem?: { title: string } | undefined
  adopt?: boolean | undefined
  draft?: string | undefined
  run?: string
}
const DAY_MS = 86_400_000
export const QUOTA_CHOICE =
  'The quota starts without GPUs; provisioning an environment raises it by what that environment asks for.'

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

const firstTitle = ({ name, spec, workItem }: Wanted) => workItem?.title ?? (spec.title || name)
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
  const [hard, leads, place] = [
    await firstQuota(ports, home.value, { spec: wanted.spec, signal }),
    await leadsFor(home.value, who.value.user, signal),
    await namespacePlace(home.value, {
      name: wanted.name,
      adopt: wanted.adopt ?? false,
      remedy: 'Choose another name.',
      signal,
    }),
  ]
  if (!place.ok) return place
  const run = wanted.run ?? runMark(ports.random)
  const input: CreateInput = {
    site: home.value.site,
    run,
    by: who.value.user,
    name: wanted.name,
    spec: wanted.spec,
    workItemTitle: firstTitle(wanted),
    hard,
    leads,
    ...given({ adopt: place.value.adopt }),
    ...given({ draft: wanted.draft }),
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
      ...place.value.blockedBy,
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    choices: [...place.value.choices, QUOTA_CHOICE],
    undo: 'Removes what was made; the namespace stays where it holds anything else by then.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planCreate(ports, kind, { wanted: { ...wanted, run }, signal: again }),
  })
}
