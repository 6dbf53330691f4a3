import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import type { Plan, PlanChange } from '../../../preload/contract/operations'
import type { EnvironmentChange } from '../../../preload/contract/projects'
import type { Environment } from '../../../preload/contract/records'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import { quotaUses } from '../../kernel/quotas'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { planBody, refusals, removal, resourceOf, reviewChanges, signedIn, stepsOf } from '../plans'
import { QUOTA_NAME, raisedQuota } from '../projects'
import { AWAY } from './change'
import type { ChangeInput, PauseBasis } from './change-input'
import { workspaceClaim } from './domain/manifests'
import { addsOf } from './domain/quota'
import { requestsOfSize, tooLarge } from './domain/sizes'
import { withEstimates } from './estimates'
import { makeNeeds, quotasOf, type AddedPods, type Needs } from '../needs'
import { priceOf, timeOf } from './plan'
import type { EnvironmentPorts } from './ports'

type Blocked = Plan['blockedBy']
type Line = { op: '+' | '-' | ' '; text: string }
export interface WantedChange {
  ref: NamespacedRef
  change: EnvironmentChange
  /** Given where it begins by itself. */
  basis?: PauseBasis | undefined
}
const VERBS: Record<EnvironmentChange['to'], { verb: string; title: string }> = {
  stop: { verb: 'Stop', title: 'Stop' },
  resume: { verb: 'Resume', title: 'Resume' },
  resize: { verb: 'Resize', title: 'Resize' },
  extend: { verb: 'Extend', title: 'Extend' },
  delete: { verb: 'Delete for good', title: 'Delete' },
}
interface Facts {
  environment: Environment
  now: number
  home: KubeClient
  user: string
  signal: AbortSignal | undefined
}
interface Part {
  input: Partial<ChangeInput>
  lines: Line[]
  blockedBy: Blocked
  risks: string[]
  quotas: Plan['quotas']
}
const part = (told: Partial<Part>): Part => ({
  input: {},
  lines: [],
  blockedBy: [],
  risks: [],
  quotas: [],
  ...told,
})
const changed = (path: string, before: string, after: string): Line[] => [
  { op: '-', text: `${path}: ${before}` },
  { op: '+', text: `${path}: ${after}` },
]

function stateChange({ environment }: Facts, after: 'running' | 'paused'): Part {
  const before = environment.spec.state
  const already =
    before === after
      ? [{ says: `${environment.meta.name} is ${after} already.`, remedy: 'Nothing needs doing.' }]
      : []
  const risks = after === 'paused' ? ['What runs in it and is not saved in its volume ends.'] : []
  return part({
    input: { state: { before, after } },
    lines: changed('spec.state', before, after),
    blockedBy: already,
    risks,
  })
}

async function sizeChange(
  { environment, home, signal }: Facts,
  change: Extract<EnvironmentChange, { to: 'resize' }>,
): Promise<Outcome<Part>> {
  const { spec, meta } = environment
  const large = tooLarge(change.size)
  const quotas = await quotasOf(home, meta.namespace ?? '', signal)
  if (!quotas.ok) return quotas
  const own = quotas.value.find(({ name }) => name === QUOTA_NAME)
  const [old, young] = [addsOf(spec, []), addsOf({ ...spec, size: change.size }, [])]
  // Only what is more than before is added to what the quota counts already.
  const adds = Object.fromEntries(
    [...new Set([...Object.keys(old), ...Object.keys(young)])]
      .map((resource) => [
        resource,
        (young[resource] ?? 0) - (spec.state === 'running' ? (old[resource] ?? 0) : 0),
      ])
      .filter(([, more]) => Number(more) > 0),
  ) as Record<string, number>
  const after = own && raisedQuota(own.hard, own.used, adds)
  const raised =
    own && after && JSON.stringify(after) !== JSON.stringify(own.hard)
      ? { before: own.hard, after }
      : undefined
  return succeed(
    part({
      input: { size: { before: spec.size, after: change.size }, ...(raised && { quota: raised }) },
      lines: changed('spec.size', spec.size.name, change.size.name),
      blockedBy: large === undefined ? [] : [{ says: `${large}.`, remedy: 'Pick a smaller size.' }],
      quotas: own && after ? quotaUses({ ...own, hard: after }, adds) : [],
      risks:
        spec.state === 'running'
          ? ['It starts again on another machine: what is not saved in its volume ends.']
          : [],
    }),
  )
}

function extension(
  { environment, now }: Facts,
  { expiresAt }: Extract<EnvironmentChange, { to: 'extend' }>,
): Part {
  const at = Date.parse(expiresAt)
  const past =
    Number.isNaN(at) || at <= now
      ? [
          {
            says: 'The new end is in the past by the clock of the site.',
            remedy: 'Choose a later end.',
          },
        ]
      : []
  return part({
    input: { expiresAt: { before: environment.spec.expiresAt, after: expiresAt } },
    lines: changed('spec.expiresAt', environment.spec.expiresAt, expiresAt),
    blockedBy: past,
  })
}

async function partOf(facts: Facts, change: EnvironmentChange): Promise<Outcome<Part>> {
  switch (change.to) {
    case 'stop':
      return succeed(stateChange(facts, 'paused'))
    case 'resume':
      return succeed(stateChange(facts, 'running'))
    case 'resize':
      return sizeChange(facts, change)
    case 'extend':
      return succeed(extension(facts, change))
    case 'delete':
      return succeed(part({ input: { remove: { keepWorkspace: change.keepWorkspace } } }))
  }
}

function changesOf(
  { environment }: Facts,
  {
    change,
    lines,
    quota,
    workload,
  }: {
    change: EnvironmentChange
    lines: Line[]
    quota: boolean
    workload: 'Notebook' | 'StatefulSet'
  },
): PlanChange[] {
  const { name, namespace = '' } = environment.meta
  const record = { apiVersion: 'takt.dev/v1alpha1', kind: 'Environment', name, namespace }
  const native = {
    apiVersion: workload === 'Notebook' ? 'kubeflow.org/v1' : 'apps/v1',
    kind: workload,
    name,
    namespace,
  }
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: workspaceClaim(name),
    namespace,
  }
  if (change.to === 'delete')
    return [
      ...(change.keepWorkspace
        ? [{ op: 'change' as const, ...claim, note: 'kept' }]
        : [removal({ ...claim, note: `${String(environment.spec.workspace.gi)} Gi` })]),
      removal(native),
      removal(record),
    ]
  return [
    ...(quota
      ? [
          {
            op: 'change' as const,
            apiVersion: 'v1',
            kind: 'ResourceQuota',
            name: QUOTA_NAME,
            namespace,
          },
        ]
      : []),
    { op: 'change' as const, ...record, lines },
    ...(change.to === 'extend' ? [] : [{ op: 'change' as const, ...native }]),
  ]
}

function lossesOf(
  ports: EnvironmentPorts,
  { environment }: Facts,
  keepWorkspace: boolean,
): NonNullable<Plan['losses']> {
  const { name, namespace } = environment.meta
  const revisions = ports.records
    .known('Revision')
    .items.filter(({ meta, spec }) => meta.namespace === namespace && spec.environment === name)
    .map(({ spec }) => spec.number)
    .sort((a, b) => a - b)
  const newest = revisions.at(-1)
  const clones = environment.spec.data
    .filter(({ mount }) => mount === 'clone')
    .map(({ source }) => `the private clone of ${source}, with what was written to it`)
  const since =
    newest === undefined
      ? ', of which nothing was ever saved as a revision'
      : `, with everything newer than rev ${String(newest)}`
  return {
    lost: [
      ...(keepWorkspace
        ? []
        : [`volume ${workspaceClaim(name)}, ${String(environment.spec.workspace.gi)} GiB${since}`]),
      ...clones,
      'what runs in it',
    ],
    kept: [
      ...(keepWorkspace ? [`volume ${workspaceClaim(name)}`] : []),
      ...(newest === undefined
        ? []
        : [
            revisions.length === 1
              ? `rev ${String(newest)}`
              : `rev ${String(revisions[0])} to ${String(newest)}`,
          ]),
      ...environment.spec.data.flatMap(({ snapshot }) =>
        snapshot ? [`snapshot ${snapshot}`] : [],
      ),
    ],
    typeName: name,
  }
}

const whyPaused = (basis: PauseBasis): string =>
  basis.kind === 'time-box'
    ? `Its time ended ${basis.expiresAt}`
    : `Nobody worked in it since ${basis.since}`

/** What a change of an environment would do. */
export async function planChange(
  ports: EnvironmentPorts,
  kind: OperationKind<ChangeInput>,
  { wanted, signal }: { wanted: WantedChange; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<ChangeInput>>> {
  const { ref, change } = wanted
  const [me, environment] = [
    await signedIn(ports.sites, signal),
    await ports.records.read('Environment', ref, signal),
  ]
  if (!me.ok) return me
  if (!environment.ok) return environment
  const { home, user } = me.value
  const facts: Facts = { environment: environment.value, now: home.clock.now(), ...me.value }
  const [made, away] = [await partOf(facts, change), await awayBlocks(facts, change)]
  if (!made.ok) return made
  if (!away.ok) return away
  const { spec, status, meta } = environment.value
  const workload = status.workload?.startsWith('StatefulSet/') ? 'StatefulSet' : 'Notebook'
  const restarts = startsAnew(environment.value, change)
  const input: ChangeInput = {
    site: home.site,
    ...ref,
    uid: meta.uid,
    by: user,
    workload,
    replicas: spec.replicas,
    ...given({
      workItem: spec.workItem,
      basis: wanted.basis,
      why: wanted.basis && whyPaused(wanted.basis),
      restarts,
    }),
    ...made.value.input,
  }
  const changes = changesOf(facts, {
    change,
    lines: made.value.lines,
    quota: input.quota !== undefined,
    workload,
  })
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const after = await outlook(ports, facts, { change, restarts })
  const plan = planBody({
    kind: kind.kind,
    title: `${VERBS[change.to].title} ${meta.name}`,
    verb: VERBS[change.to].verb,
    site: input.site,
    subject: { kind: 'Environment', ...ref },
    as: user,
    changes,
    permissions: checks.value,
    ...given({ price: after.price, time: after.time }),
    quotas: [...made.value.quotas, ...after.quotas],
    risks: [...made.value.risks, ...after.risks],
    steps: stepsOf(kind, input),
    blockedBy: [
      ...away.value,
      ...made.value.blockedBy,
      ...refusals(checks.value),
      ...after.blockedBy,
    ],
    ...(change.to === 'delete'
      ? { losses: lossesOf(ports, facts, change.keepWorkspace) }
      : { undo: 'Puts back what stood before.' }),
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planChange(ports, kind, { wanted, signal: again }),
  })
}

const Marked = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
})
/** While its copy works elsewhere it may neither start here nor go: there would be two of it, or a copy that nobody accounts for. */
async function awayBlocks(
  { environment: { meta }, home, signal }: Facts,
  { to }: EnvironmentChange,
): Promise<Outcome<Blocked>> {
  if (to !== 'resume' && to !== 'delete' && to !== 'resize') return succeed([])
  const found = await home.get(
    resourceOf({ apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' }),
    { name: meta.name, namespace: meta.namespace ?? '' },
    Marked,
    signal,
  )
  if (!found.ok) return found
  return succeed(
    found.value?.metadata.annotations[AWAY] === undefined
      ? []
      : [
          {
            says: `${meta.name} is away: its copy runs on another site.`,
            remedy: 'Return it first.',
          },
        ],
  )
}
const startsAnew = ({ spec }: Environment, change: EnvironmentChange) =>
  change.to === 'resume' || (change.to === 'resize' && spec.state === 'running')
interface Outlook extends Pick<Needs, 'quotas' | 'risks' | 'blockedBy'> {
  price: Plan['price'] | undefined
  time: Plan['time'] | undefined
}
/** The pods that an environment runs, as what they need is asked. */
const podsOf = ({ meta, spec: { size, replicas } }: Environment): AddedPods => ({
  of: `Environment ${meta.name}`,
  namespace: meta.namespace ?? '',
  count: replicas,
  requests: requestsOfSize(size),
  nodeSelector: size.gpu?.model === undefined ? {} : { 'nvidia.com/gpu.product': size.gpu.model },
})
/** What it costs an hour afterwards, and when it would be usable where it starts anew. */
async function outlook(
  ports: EnvironmentPorts,
  { environment, home, signal }: Facts,
  { change, restarts }: { change: EnvironmentChange; restarts: boolean },
): Promise<Outlook> {
  if (change.to === 'stop' || change.to === 'delete')
    return { price: undefined, time: undefined, risks: [], quotas: [], blockedBy: [] }
  const spec = {
    ...environment.spec,
    size: change.to === 'resize' ? change.size : environment.spec.size,
  }
  const inventory = restarts ? await withEstimates(ports, home.site, signal) : undefined
  const start = inventory?.ok ? timeOf(inventory.value, spec) : { time: undefined, risks: [] }
  const needs =
    change.to === 'resume' && environment.spec.state !== 'running'
      ? await makeNeeds(ports).of(home.site, [podsOf(environment)], signal)
      : { quotas: [], risks: [], blockedBy: [] }
  // What is left of its life shrinks by the minute, so only the rate is part of what is confirmed.
  const price = priceOf({ spec, hoursToLive: 1 }, ports.records.find('PriceBook', 'default'))
  return {
    ...start,
    ...needs,
    // The same said with what is short says more.
    risks: needs.risks.length > 0 ? needs.risks : start.risks,
    price: price && { usdPerHour: price.usdPerHour, basis: price.basis, book: price.book },
  }
}
