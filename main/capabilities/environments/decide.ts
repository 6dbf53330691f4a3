import { Name } from '../../../preload/contract/common'
import { ProjectAsk, type Draft } from '../../../preload/contract/projects'
import type { Plan } from '../../../preload/contract/operations'
import type { Project, Tool } from '../../../preload/contract/records'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import type { EnvironmentSpec, Size } from '../../../preload/contract/records/environment'
import { DISCOVERY_STATIONS } from '../../../preload/contract/records/work'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { slug } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { overQuota, overQuotaSays, quotaUses, type Quota } from '../../kernel/quotas'
import type { KubeClient } from '../../platform/kubernetes/types'
import { runMark } from '../plans'
import {
  checkProject,
  factsOf,
  firstQuota,
  firstWorkItem,
  leadsFor,
  namespacePlace,
  QUOTA_NAME,
  raisedQuota,
  type Hard,
} from '../projects'
import { decideData, type DataDecision } from './data'
import { chooseStorage, chooseWorkload } from './domain/choices'
import { environmentName, projectOf } from './domain/names'
import { addsOf } from './domain/quota'
import { tooLarge } from './domain/sizes'
import { quotasOf } from '../needs'
import { featuresOf } from './features'
import type { ProvisionInput } from './input'
import type { EnvironmentPorts } from './ports'

type Blocked = Plan['blockedBy'][number]
/** What stays the same when a plan is made again. */
export interface Pins {
  run: string
  name: string
  taken: Record<string, string>
  expiresAt: string
  project?: ProjectSpec
}
export interface Wanted {
  draft: Draft
  pins?: Pins
  /** For doing a revision again: its own name, work item, image and snapshots instead of new ones. */
  name?: string
  workItem?: string
  image?: string
  reproduces?: string
  restoreFrom?: string
  snapshots?: { source: string; snapshot: string; pointer: string }[]
}
export interface Decided {
  input: ProvisionInput
  pins: Pins
  choices: string[]
  risks: string[]
  blockedBy: Blocked[]
  quotas: Plan['quotas']
  complete: boolean
  spec: ProjectSpec
}
interface Floor {
  ports: EnvironmentPorts
  home: KubeClient
  user: string
  signal: AbortSignal | undefined
}

const USUAL_SIZE: Size = { name: 'CPU small', cpuCores: 4, memoryGi: 16 }
const MISSING_TOOL = { name: 'none', image: 'none', port: 8888, probePath: '/' }
const HOUR_MS = 3_600_000

interface ProjectChoice {
  name: string
  spec: ProjectSpec
  isNew: boolean
  blockedBy: Blocked[]
  choices: string[]
  adopt?: { uid: string } | undefined
}
/** The project the environment belongs to: one that exists, or the one the draft describes. */
async function projectFor(
  { ports, home, user, signal }: Floor,
  { draft, pins }: Wanted,
): Promise<Outcome<ProjectChoice>> {
  if (draft.existingProject !== undefined) {
    const found = await ports.records.read('Project', { name: draft.existingProject }, signal)
    return found.ok
      ? succeed({
          name: draft.existingProject,
          spec: found.value.spec,
          isNew: false,
          blockedBy: [],
          choices: [],
        })
      : found
  }
  const team = ports.records.find('Budget', draft.project.costCentre ?? '')?.spec.team ?? ''
  const now = home.clock.now()
  const partial = pins?.project ?? projectOf(draft, { person: user, site: home.site, team, now })
  const parsed = ProjectAsk.safeParse(partial)
  const named = Name.safeParse(draft.name).success
    ? []
    : [
        {
          says: 'The project has no valid name yet.',
          remedy: 'Use lower-case letters, digits and hyphens.',
        },
      ]
  const taken = ports.records.find('Project', draft.name)
    ? [
        {
          says: `A project called ${draft.name} exists already.`,
          remedy: 'Choose another name, or add an environment to that project.',
        },
      ]
    : []
  if (parsed.success) {
    const place = await namespacePlace(home, {
      name: draft.name,
      adopt: draft.adopt === draft.name,
      remedy: 'Choose another name under Define.',
      signal,
    })
    if (!place.ok) return place
    return succeed({
      name: draft.name,
      spec: parsed.data,
      isNew: true,
      blockedBy: [
        ...named,
        ...taken,
        ...place.value.blockedBy,
        ...checkProject(parsed.data, factsOf(ports, now)),
      ],
      choices: place.value.choices,
      adopt: place.value.adopt,
    })
  }
  const issues = parsed.error.issues.map(({ path, message }) => ({
    says: `${path.join('.')}: ${message}`,
    remedy: 'Fill it in under Define.',
  }))
  const spec: ProjectSpec = {
    title: '',
    question: 'not asked yet',
    owner: user,
    team: 'none',
    members: [],
    costCentre: 'none',
    timeBox: partial.timeBox,
    budgetUsd: 0,
    sites: [home.site],
  }
  return succeed({
    name: slug(draft.name, 'project'),
    spec,
    isNew: true,
    blockedBy: [...named, ...taken, ...issues],
    choices: [],
  })
}

/** The work item it serves: the one named, else the first of the project still in discovery, else a new one. */
function itemFor(
  { ports }: Floor,
  { draft, workItem }: Wanted,
  project: { name: string; spec: ProjectSpec; isNew: boolean },
): ProvisionInput['item'] {
  if (workItem !== undefined) return { name: workItem }
  const title = titleOf(draft, project)
  if (project.isNew) return { name: firstWorkItem(project.name, project.spec, title).name }
  const items = ports.records
    .known('WorkItem')
    .items.filter(({ meta }) => meta.namespace === project.name)
  const named = items.find(
    ({ spec, meta }) =>
      draft.workItemTitle !== undefined &&
      (spec.title === draft.workItemTitle || meta.name === slug(draft.workItemTitle, '')),
  )
  const open =
    draft.workItemTitle === undefined
      ? items.find(({ status }) => DISCOVERY_STATIONS.some((station) => station === status.station))
      : undefined
  const found = named ?? open
  return found ? { name: found.meta.name } : firstWorkItem(project.name, project.spec, title)
}

function specOf(
  floor: Floor,
  wanted: Wanted,
  of: {
    project: { name: string }
    item: string
    tool: Tool | undefined
    expiresAt: string
    data: DataDecision
    storageClass: string | undefined
  },
): EnvironmentSpec {
  const { draft, reproduces } = wanted
  const several = draft.availability === 'high' && of.tool?.spec.severalReplicas === true
  return {
    project: of.project.name,
    workItem: of.item,
    owner: floor.user,
    site: floor.home.site,
    size: draft.size ?? USUAL_SIZE,
    availability: draft.availability,
    replicas: several ? Math.max(2, draft.replicas) : 1,
    tool: of.tool
      ? {
          name: of.tool.meta.name,
          image: wanted.image ?? of.tool.spec.image,
          port: of.tool.spec.port,
          probePath: of.tool.spec.probePath,
        }
      : MISSING_TOOL,
    data: of.data.mounted,
    workspace: {
      gi: draft.workspaceGi,
      ...(of.storageClass !== undefined && { storageClass: of.storageClass }),
    },
    expiresAt: of.expiresAt,
    idle: {
      pauseAfterMinutes: draft.pauseAfterMinutes,
      ...(draft.protectedHours !== undefined && { protectedHours: draft.protectedHours }),
    },
    state: 'running',
    ...(reproduces !== undefined && { reproduces }),
  }
}

function missing(draft: Draft, tool: Tool | undefined): Blocked[] {
  const large = draft.size && tooLarge(draft.size)
  return [
    ...(draft.size
      ? []
      : [{ says: 'No size is picked yet.', remedy: 'Pick one under Environment.' }]),
    ...(large ? [{ says: `${large}.`, remedy: 'Pick a smaller size.' }] : []),
    ...(tool ? unfit(draft, tool.spec) : [noTool(draft.tool)]),
  ]
}
const noTool = (name: string | undefined): Blocked =>
  name === undefined
    ? { says: 'No tool is picked yet.', remedy: 'Pick one under Tools.' }
    : { says: `There is no tool called ${name}.`, remedy: 'Pick another one under Tools.' }
function unfit({ size }: Draft, { stage, title, version, minimum }: Tool['spec']): Blocked[] {
  const small = size && (size.cpuCores < minimum.cpuCores || size.memoryGi < minimum.memoryGi)
  return [
    ...(stage === 'retired'
      ? [{ says: `${title} ${version} is retired.`, remedy: 'Pick a version that is approved.' }]
      : []),
    ...(small
      ? [
          {
            says: `${title} needs at least ${String(minimum.cpuCores)} cores and ${String(minimum.memoryGi)} GiB.`,
            remedy: 'Pick a larger size.',
          },
        ]
      : []),
  ]
}

/** The quota after this environment, and whether another quota stands in the way. */
function quotaFor(
  quotas: Quota[],
  adds: Record<string, number>,
): {
  raised: ProvisionInput['quota']
  after: Hard | undefined
  blockedBy: Blocked[]
  uses: Plan['quotas']
} {
  const own = quotas.find(({ name }) => name === QUOTA_NAME)
  const after = own && raisedQuota(own.hard, own.used, adds)
  const raised =
    own && after && JSON.stringify(own.hard) !== JSON.stringify(after)
      ? { before: own.hard, after }
      : undefined
  const others = quotas.filter(({ name }) => name !== QUOTA_NAME)
  const over = others.flatMap((quota) =>
    overQuota(quota, adds).map((use) => ({
      says: overQuotaSays(quota, use),
      remedy: 'Choose a smaller size, stop something, or ask a lead to raise it.',
    })),
  )
  return {
    raised,
    after,
    blockedBy: over,
    uses: [
      ...(own && after ? quotaUses({ ...own, hard: after }, adds) : []),
      ...others.flatMap((quota) => quotaUses(quota, adds)),
    ],
  }
}

/** What is known before anything is decided: the project, what the cluster offers, the tool, and the names. */
async function gather(floor: Floor, wanted: Wanted) {
  const { ports, home, signal } = floor
  const [project, features] = [await projectFor(floor, wanted), await featuresOf(home, signal)]
  if (!project.ok) return project
  if (!features.ok) return features
  const tool =
    wanted.draft.tool === undefined ? undefined : ports.records.find('Tool', wanted.draft.tool)
  const names = new Set(
    ports.records
      .known('Environment')
      .items.filter(({ meta }) => meta.namespace === project.value.name)
      .map(({ meta }) => meta.name),
  )
  const name =
    wanted.pins?.name ??
    wanted.name ??
    environmentName(wanted.draft.name || project.value.name, tool?.spec.kind ?? '', names)
  return succeed({
    project: project.value,
    features: features.value,
    tool,
    item: itemFor(floor, wanted, project.value),
    name,
  })
}
type Gathered = Extract<Awaited<ReturnType<typeof gather>>, { ok: true }>['value']

/** The quota a project begins with, or those it has. */
async function quotasFor(
  { ports, home, signal }: Floor,
  project: Gathered['project'],
): Promise<Outcome<{ quotas: Quota[]; first: Hard | undefined }>> {
  if (project.isNew) {
    const first = await firstQuota(ports, home, { spec: project.spec, signal })
    return succeed({ quotas: [{ name: QUOTA_NAME, hard: first, used: {} }], first })
  }
  const quotas = await quotasOf(home, project.name, signal)
  return quotas.ok ? succeed({ quotas: quotas.value, first: undefined }) : quotas
}

/** Gathers what has to be known and decides everything about an environment; nothing is changed. */
export async function decide(floor: Floor, wanted: Wanted): Promise<Outcome<Decided>> {
  const { ports, home, user, signal } = floor
  const { draft } = wanted
  const known = await gather(floor, wanted)
  if (!known.ok) return known
  const { project, features, tool, item, name } = known.value
  const {
    taken: chosen = {},
    expiresAt = timestamp(home.clock.now() + draft.hoursToLive * HOUR_MS),
    run = runMark(ports.random),
  } = wanted.pins ?? {}
  const data = await decideData(ports, home, {
    draft,
    namespace: project.name,
    environment: name,
    by: user,
    taken: chosen,
    given: wanted.snapshots,
    signal,
  })
  const words = storageWords(chooseStorage(features, draft.storageClass))
  const spec = specOf(floor, wanted, {
    project,
    item: item.name,
    tool,
    expiresAt,
    data,
    storageClass: words.storageClass,
  })
  const standing = await quotasFor(floor, project)
  if (!standing.ok) return standing
  const quota = quotaFor(
    standing.value.quotas,
    addsOf(
      spec,
      data.volumes.flatMap(({ clone }) => clone?.gi ?? []),
    ),
  )
  const workload = chooseWorkload(features, spec.replicas)
  const { first } = standing.value
  const create = first && {
    ...creation(floor, { run, project, draft }),
    hard: quota.after ?? first,
    leads: await leadsFor(home, user, signal),
    ...given({ adopt: project.adopt }),
  }
  const taken = Object.fromEntries(data.takes.map((take) => [take.spec.source, take.name]))
  return succeed({
    input: {
      site: home.site,
      run,
      by: user,
      namespace: project.name,
      name,
      item,
      spec,
      workload: workload.value,
      takes: data.takes,
      bring: data.bring,
      data: data.volumes,
      draft: draft.id,
      ...given({
        project: create,
        quota: create ? undefined : quota.raised,
        restoreFrom: wanted.restoreFrom,
      }),
    },
    pins: {
      run,
      name,
      expiresAt,
      taken,
      ...given({ project: project.isNew ? project.spec : undefined }),
    },
    quotas: quota.uses,
    complete: tool !== undefined,
    spec: project.spec,
    choices: [
      ...project.choices,
      workload.says,
      ...words.choices,
      ...data.choices,
      ...availabilityWords(draft, spec),
    ],
    risks: [...stageWords(tool), ...data.risks, ...lateWords(spec, project.spec)],
    blockedBy: [
      ...project.blockedBy,
      ...missing(draft, tool),
      ...words.blockedBy,
      ...siteWords(project.spec, home.site),
      ...data.blockedBy,
      ...quota.blockedBy,
    ],
  })
}

const creation = (
  { home, user }: Floor,
  { run, project, draft }: { run: string; project: Gathered['project']; draft: Draft },
) => ({
  site: home.site,
  run,
  by: user,
  name: project.name,
  spec: project.spec,
  workItemTitle: titleOf(draft, project),
})
const titleOf = (draft: Draft, project: { name: string; spec: ProjectSpec }) =>
  draft.workItemTitle || project.spec.title || project.name
const stageWords = (tool: Tool | undefined) =>
  tool?.spec.stage === 'evaluating' ? [`${tool.spec.title} is still being evaluated.`] : []
const storageWords = (
  storage: ReturnType<typeof chooseStorage>,
): { storageClass: string | undefined; choices: string[]; blockedBy: Blocked[] } =>
  'refused' in storage
    ? {
        storageClass: undefined,
        choices: [],
        blockedBy: [{ says: storage.refused, remedy: 'Choose another storage class.' }],
      }
    : { storageClass: storage.value, choices: [storage.says], blockedBy: [] }
function availabilityWords(draft: Draft, spec: EnvironmentSpec): string[] {
  if (draft.availability === 'single')
    return [
      'One pod: after a fault of its node it starts again within 3 min, with the same volume.',
    ]
  const pods =
    spec.replicas > 1
      ? `${String(spec.replicas)} pods`
      : 'one pod, because this tool cannot serve from several'
  return [
    `High availability: ${pods}, a priority class, a disruption budget, and never on spot capacity.`,
  ]
}
function lateWords(spec: EnvironmentSpec, project: Project['spec']): string[] {
  const late =
    Date.parse(spec.expiresAt) > Date.parse(project.timeBox.due)
      ? ['It lives longer than the time box of its project.']
      : []
  return spec.availability === 'high' && spec.replicas === 1
    ? [...late, 'Its disruption budget holds up a drain of its node until it is paused.']
    : late
}
const siteWords = (project: Project['spec'], site: string): Blocked[] =>
  project.sites.includes(site)
    ? []
    : [
        {
          says: `The project may not use ${site}.`,
          remedy: `Allow ${site} in the project, or pick a size elsewhere.`,
        },
      ]
