import { z } from 'zod'
import { explain } from '../../../../preload/contract/explain'
import type { Plan, PlanChange } from '../../../../preload/contract/operations'
import type { Environment } from '../../../../preload/contract/records'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient, KubeObject } from '../../../platform/kubernetes/types'
import { workspaceClaim } from '../../environments'
import { approvalBlocks } from '../../money'
import type { MadePlan, OperationKind } from '../../operations'
import { scaledPods } from '../../objects'
import { namespaceAway } from '../../ownership'
import {
  asYaml,
  KUBE,
  planBody,
  preview,
  refusals,
  reviewChanges,
  runMark,
  stepsOf,
} from '../../plans'
import { snapshotClassFor } from '../../snapshots'
import { approvalOf } from '../gate'
import { policyOf } from '../live/policy'
import type { CloudPool } from '../ports'
import { cents } from '../words'
import { copyOf, groundOf } from './copy'
import type { NotebookMoveInput } from './input'
import { askedOf, awayOf } from './marks'
import { moneyOf, overCaps, quotasOf, softCaps, type Money } from './money'
import type { Asked as AskedFor } from '../live/marks'
import { snapshotOf, type NotebookPorts } from './steps'
import { KEPT_MEMORY, type EnvironmentRef } from './words'

type Blocked = Plan['blockedBy']
const Exists = z.looseObject({})
const Env = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z
          .array(
            z.object({
              env: z
                .array(z.object({ name: z.string(), value: z.string().default('') }))
                .default([]),
            }),
          )
          .min(1),
      }),
    }),
  }),
})

/** The cloud site that environments go to; undefined where none is connected. */
export function cloudSite(
  { sites, records }: Pick<NotebookPorts, 'sites' | 'records'>,
  wanted?: string,
): string | undefined {
  const home = sites.homeId()
  const open = sites
    .states()
    .filter(({ id, place }) => place === 'cloud' && id !== home && sites.client(id).ok)
  const named = wanted ?? policyOf(records).spec.to
  return (open.find(({ id }) => id === named) ?? (wanted === undefined ? open[0] : undefined))?.id
}
export const NO_CLOUD = { says: 'No cloud site is connected.', remedy: 'Connect one under Sites.' }

const DEARER = 1.25
/** On-demand pools whose machine is large enough, cheapest first: the best one and the same GPUs in other zones. */
function poolsFor(pools: readonly CloudPool[], spec: Environment['spec']): CloudPool[] {
  const [best, ...rest] = fitting(pools, spec)
  return best
    ? [
        best,
        ...rest.filter(
          (one) =>
            one.gpuProduct === best.gpuProduct &&
            one.usdPerNodeHour <= best.usdPerNodeHour * DEARER,
        ),
      ]
    : []
}
/** The cheapest on-demand pool whose machine is large enough. A machine that can be taken away at two minutes' notice is no place to work. */
function fitting(pools: readonly CloudPool[], { size }: Environment['spec']): CloudPool[] {
  const gpus = size.gpu?.count ?? 0
  const fits = pools.filter(
    (pool) =>
      !pool.spot &&
      pool.gpusPerNode >= gpus &&
      pool.cpuCores >= size.cpuCores &&
      pool.memoryGi >= size.memoryGi &&
      pool.priceAsOf > 0 &&
      (pool.nodesLeft > 0 || pool.nodes.length > 0),
  )
  return fits.toSorted(
    (a, b) => a.usdPerNodeHour - b.usdPerNodeHour || a.name.localeCompare(b.name),
  )
}

interface Facts {
  environment: Environment
  home: KubeClient
  there: KubeClient
  user: string
  pool: CloudPool | undefined
  others: CloudPool[]
  money: Money
  asked: AskedFor | undefined
  place: Outcome<string>
  away: boolean
  now: number
  signal: AbortSignal | undefined
}
async function gather(
  ports: NotebookPorts,
  { ref, to, signal }: { ref: EnvironmentRef; to: string; signal: AbortSignal | undefined },
): Promise<Outcome<Facts>> {
  const [home, there] = [ports.sites.home(), ports.sites.client(to)]
  if (!home.ok) return home
  if (!there.ok) return there
  const [who, environment, away, asked] = await Promise.all([
    home.value.whoAmI(signal),
    ports.records.read('Environment', ref, signal),
    awayOf(home.value, ref, signal),
    askedOf(home.value, ref, signal),
  ])
  if (!asked.ok) return asked
  if (!who.ok) return who
  if (!environment.ok) return environment
  if (!away.ok) return away
  const market = environment.value.spec.size.gpu
    ? await ports.cloud.market(to, signal)
    : succeed({ pools: [] })
  if (!market.ok) return market
  const [pool, ...others] = poolsFor(market.value.pools, environment.value.spec)
  const now = home.value.clock.now()
  const money = await moneyOf(ports, {
    home: home.value,
    environment: environment.value,
    pool,
    to,
    now,
    signal,
  })
  if (!money.ok) return money
  return succeed({
    environment: environment.value,
    home: home.value,
    there: there.value,
    user: who.value.user,
    pool,
    others,
    money: money.value,
    asked: asked.value,
    place: ports.workspaces.placeOf({ depot: to, ...ref }),
    away: away.value !== undefined,
    now,
    signal,
  })
}

/** Pointers to data as its pod has them; what is mounted does not travel. */
async function pointersOf({
  environment: { spec, meta, status },
  home,
  signal,
}: Facts): Promise<Outcome<NotebookMoveInput['copy']['data']>> {
  const found = await home.get(
    status.workload?.startsWith('StatefulSet/') ? KUBE.statefulSets : KUBE.notebooks,
    { namespace: meta.namespace ?? '', name: meta.name },
    Env,
    signal,
  )
  if (!found.ok) return found
  const env = new Map(
    found.value?.spec.template.spec.containers[0]?.env.map(({ name, value }) => [name, value]),
  )
  return succeed(
    spec.data.flatMap(({ source, mount }) =>
      mount === 'pointer'
        ? [
            {
              source,
              mount,
              pointer:
                env.get(`TAKT_DATA_${source.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`) ?? '',
            },
          ]
        : [],
    ),
  )
}

async function inputOf(
  ports: NotebookPorts,
  facts: Facts,
  {
    to,
    before,
    approving,
  }: { to: string; before: NotebookMoveInput | undefined; approving: boolean },
): Promise<Outcome<NotebookMoveInput>> {
  const {
    environment: { meta, spec, status },
    home,
    there,
    pool,
    place,
    signal,
  } = facts
  const { namespace = '' } = meta
  const { run, at } = before ?? { run: runMark(ports.random), at: timestamp(facts.now) }
  const whose = whoseOf(facts, approving)
  const [data, notebooks, className, ns, storage] = await Promise.all([
    pointersOf(facts),
    there.list(KUBE.notebooks, { namespace }, Exists, signal),
    snapshotClassFor(home, spec.workspace.storageClass, signal),
    namespaceAway(there, { name: namespace, use: 'own' }, signal),
    spec.workspace.storageClass === undefined
      ? succeed(undefined)
      : there.get(KUBE.storageClasses, { name: spec.workspace.storageClass }, Exists, signal),
  ])
  if (!data.ok) return data
  if (!ns.ok) return ns
  const workload = nativeOf(status.workload)
  return succeed({
    site: home.site,
    namespace,
    name: meta.name,
    uid: meta.uid,
    ...whose,
    run,
    workload,
    replicas: spec.replicas,
    to,
    at,
    place: place.ok ? place.value : '',
    wasRunning: spec.state === 'running',
    ...given({
      mbps: policyOf(ports.records).spec.linkMbps,
      snapshot: snapshotFor(meta.name, run, className),
    }),
    ...machineOf(pool),
    others: facts.others.map(asked),
    copy: {
      workload: workload === 'Notebook' && notebooks.ok ? 'Notebook' : 'StatefulSet',
      data: data.value,
      makesNamespace: ns.value.makes,
      spec: copySpec(spec, { to, pool, keepsClass: storage.ok && storage.value !== undefined }),
    },
  })
}

/** Who moves it, and who approves that: where leads approve, the one who asked. */
const whoseOf = (
  { user, asked: before }: Facts,
  approving: boolean,
): Pick<NotebookMoveInput, 'by' | 'approvedBy'> =>
  approving && before ? { by: before.by, approvedBy: user } : { by: user }
type Spec = Environment['spec']
const nativeOf = (text = ''): 'StatefulSet' | 'Notebook' =>
  text.startsWith('StatefulSet/') ? 'StatefulSet' : 'Notebook'
const snapshotFor = (name: string, run: string, className: string | undefined) =>
  className === undefined ? undefined : { name: `${name}-${run}`.slice(0, 63), className }
const asked = ({ name, nodesLeft, usdPerNodeHour }: CloudPool) => ({
  name,
  nodes: nodesLeft > 0 ? 1 : 0,
  usdPerHour: cents(usdPerNodeHour),
})
const machineOf = (
  pool: CloudPool | undefined,
): Pick<NotebookMoveInput, 'pool' | 'nodeSelector'> =>
  pool ? { pool: asked(pool), nodeSelector: { 'nvidia.com/gpu.product': pool.gpuProduct } } : {}
function copySpec(
  spec: Spec,
  { to, pool, keepsClass }: { to: string; pool: CloudPool | undefined; keepsClass: boolean },
): Spec {
  const { gpu: own, ...size } = spec.size
  const gpu = own &&
    pool && { resource: 'nvidia.com/gpu', count: own.count, model: pool.gpuProduct }
  return {
    ...spec,
    site: to,
    state: 'running',
    availability: 'single',
    replicas: 1,
    size: { ...size, ...(gpu && { gpu }) },
    data: spec.data.filter(({ mount }) => mount === 'pointer'),
    workspace: {
      gi: spec.workspace.gi,
      ...(keepsClass && given({ storageClass: spec.workspace.storageClass })),
    },
  }
}

function blocksOf(
  { records }: NotebookPorts,
  { environment: { spec, meta }, pool, place, away }: Facts,
  to: string,
): Blocked {
  const project = records.find('Project', spec.project)
  const may = spec.data.flatMap(({ source }) => {
    const found = records.find('DataSource', source)
    return found && !found.spec.mayGoTo.includes(to)
      ? [
          {
            says: `${source} may not leave for ${to}, and its workspace may hold parts of it.`,
            remedy: `Its owner ${found.spec.owner} can allow it.`,
          },
        ]
      : []
  })
  return [
    ...(away ? [{ says: `${meta.name} is away already.`, remedy: 'Return it first.' }] : []),
    ...(spec.replicas > 1
      ? [
          {
            says: 'Several replicas have a workspace each: they do not move.',
            remedy: 'Save a revision and reproduce it there.',
          },
        ]
      : []),
    ...(project && !project.spec.sites.includes(to)
      ? [
          {
            says: `Project ${spec.project} may not use ${to}.`,
            remedy: 'Its lead can add the site to the project.',
          },
        ]
      : []),
    ...may,
    ...(place.ok ? [] : [explain(place.failure)]),
    ...(spec.size.gpu && !pool
      ? [
          {
            says: `No machine of ${to} is large enough, or none can be had now.`,
            remedy: 'See Cloud for what each pool lacks, or take a smaller size first.',
          },
        ]
      : []),
  ]
}

/** What a lead has still to approve of a move: what a person who may not asks for. */
const notebookApproval = async (
  ports: NotebookPorts,
  { job, usd }: Facts['money'],
  signal?: AbortSignal,
): Promise<Blocked> =>
  approvalBlocks(await approvalOf(ports, { costCentre: job.costCentre }, signal), { usd })

interface Asked {
  ref: EnvironmentRef
  to: string
  /** Whether it is a lead who moves it where leads approve. */ approving?: boolean
  before?: NotebookMoveInput | undefined
  signal?: AbortSignal | undefined
}
/** What moving an environment would do. */
export async function planNotebookMove(
  ports: NotebookPorts,
  kind: OperationKind<NotebookMoveInput>,
  { ref, to, approving = false, before, signal }: Asked,
): Promise<Outcome<MadePlan<NotebookMoveInput>>> {
  const facts = await gather(ports, { ref, to, signal })
  if (!facts.ok) return facts
  const made = await inputOf(ports, facts.value, { to, before, approving })
  if (!made.ok) return made
  const input = made.value
  const objects = [...groundOf(input), ...copyOf(input)]
  const seen = await preview(facts.value.there, objects, { signal })
  if (!seen.ok) return seen
  const mine: PlanChange[] = [
    {
      op: 'change',
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Environment',
      name: ref.name,
      namespace: ref.namespace,
      note: `paused on ${input.site}, with a pointer to its copy`,
    },
    ...snapshotOf(input).map(({ apiVersion, kind: of, metadata }): PlanChange => ({
      op: 'create',
      apiVersion,
      kind: of,
      ...metadata,
      note: 'its volume as it is now',
    })),
  ]
  const [here, there, needs] = await Promise.all([
    reviewChanges(ports.sites, { site: input.site, changes: mine }, signal),
    reviewChanges(ports.sites, { site: to, changes: seen.value.changes }, signal),
    // What it costs is the pool's to say.
    ports.needs.roomFor(to, podsOfCopy(input), signal),
  ])
  if (!here.ok) return here
  if (!there.ok) return there
  const permissions = [...here.value, ...there.value]
  const place = await namespaceAway(facts.value.there, { name: ref.namespace, use: 'own' }, signal)
  if (!place.ok) return place
  const approval = await notebookApproval(ports, facts.value.money, signal)
  return succeed({
    kind,
    input,
    again: (later) =>
      planNotebookMove(ports, kind, { ref, to, approving, before: input, signal: later }),
    plan: planBody({
      kind: kind.kind,
      title: `Move ${ref.name} to ${to}`,
      verb: input.approvedBy === undefined ? 'Move' : 'Approve and move',
      site: input.site,
      subject: { kind: 'Environment', ...ref },
      as: facts.value.user,
      quotas: [...quotasOf(facts.value.money), ...needs.quotas],
      changes: [...mine, ...seen.value.changes.map((change) => ({ ...change, note: `on ${to}` }))],
      dryRun: seen.value.dryRun,
      permissions,
      ...priceOf(facts.value),
      ...timeOf(ports, facts.value, to),
      ...withNeeds(told(facts.value, input), needs),
      steps: stepsOf(kind, input),
      yaml: asYaml(objects),
      undo: `Brings back what was written there and starts it on ${input.site} again, as Return does.`,
      blockedBy: [
        ...blocksOf(ports, facts.value, to),
        ...overCaps(facts.value.money),
        ...needs.blockedBy,
        ...place.value.blockedBy,
        ...approval,
        ...seen.value.blockedBy,
        ...refusals(permissions),
      ],
    }),
  })
}

const podsOfCopy = (input: NotebookMoveInput) =>
  copyOf(input)
    .filter(({ kind }) => kind === input.copy.workload)
    .flatMap((object) =>
      scaledPods(object as unknown as KubeObject, { from: 0, to: Math.max(1, input.replicas) }),
    )
const withNeeds = (
  { risks, choices }: Pick<Plan, 'risks' | 'choices'>,
  needs: Pick<Plan, 'risks'>,
) => ({ choices, risks: [...risks, ...needs.risks] })
function priceOf({ pool }: Facts): Pick<Plan, 'price'> {
  return pool
    ? {
        price: {
          usdPerHour: cents(pool.usdPerNodeHour),
          basis: `one ${pool.instanceType} for as long as it is away, used or not`,
          book: `${pool.priceSource}, ${timestamp(pool.priceAsOf)}`,
        },
      }
    : {}
}
const GI = 2 ** 30
function timeOf(
  { cloud }: NotebookPorts,
  { environment: { spec }, pool }: Facts,
  to: string,
): Pick<Plan, 'time'> {
  const rate = cloud.link(to).bytesPerSecond
  const boot = pool?.bootSeconds ?? 0
  const ship = rate > 0 ? Math.round((spec.workspace.gi * GI) / rate) : undefined
  if (ship === undefined)
    return {
      time: {
        seconds: boot,
        says: `the machine boots in ${String(Math.ceil(boot / 60))} min; how long the workspace takes is not known: the line was never measured`,
      },
    }
  return {
    time: {
      seconds: boot + ship,
      lowSeconds: boot,
      highSeconds: boot + ship,
      says: `starts in ${String(Math.ceil(boot / 60))} min with little to ship, in ${String(Math.ceil((boot + ship) / 60))} min where its whole volume is full of new files`,
    },
  }
}
function told(
  { environment: { spec, meta }, pool, money }: Facts,
  input: NotebookMoveInput,
): Pick<Plan, 'risks' | 'choices'> {
  const own = spec.size.gpu
  const mounted = spec.data.filter(({ mount }) => mount !== 'pointer').map(({ source }) => source)
  const digest = spec.tool.image.includes('@sha256:')
  return {
    risks: [
      KEPT_MEMORY,
      ...(mounted.length > 0
        ? [
            `Not there: ${mounted.join(', ')}. Volumes of data are not shipped; only the workspace is.`,
          ]
        : []),
      ...(digest
        ? []
        : [`Its image ${spec.tool.image} names no digest: what its tag means may have changed.`]),
      ...softCaps(money),
      'Its end and its pause when idle do not hold there: the machine is paid for until somebody returns it.',
    ],
    choices: [
      `Ships volume ${workspaceClaim(meta.name)} by way of ${input.place}: files that differ from what lies there, at most ${String(spec.workspace.gi)} GiB. Both sides are compared before it starts.`,
      ...(pool && own
        ? [
            `It gets ${String(own.count)} × ${pool.gpuProduct} on a ${pool.instanceType} instead of ${own.model ?? own.resource}.`,
          ]
        : ['It asks for no GPU: it runs on what runs there, and no machine is rented for it.']),
      ...(digest ? [`The same image: ${spec.tool.image}.`] : []),
      ...(input.snapshot
        ? [`Snapshot ${input.snapshot.name} of its volume stays here.`]
        : ['Its storage takes no snapshots: the volume itself stays here, untouched.']),
      ...(input.copy.workload === input.workload
        ? []
        : ['Notebooks are not installed there: it runs as a StatefulSet.']),
      `It stays paused on ${input.site} and points at its copy until it is returned.`,
    ],
  }
}
