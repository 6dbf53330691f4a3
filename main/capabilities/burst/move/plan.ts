import type { BurstDecision, WorkloadRef } from '../../../../preload/contract/burst'
import type { Plan, PlanChange } from '../../../../preload/contract/operations'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import type { Manifest } from '../../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { approvalBlocks } from '../../money'
import type { KubeObject } from '../../../platform/kubernetes/types'
import { resumedPods } from '../../objects'
import type { MadePlan, OperationKind } from '../../operations'
import {
  asYaml,
  planBody,
  preview,
  refusals,
  reviewChanges,
  runMark,
  stepsOf,
  type PlanBody,
} from '../../plans'
import { approvalOf } from '../gate'
import { moneyBlocks, shortBudgets, standing } from '../live/budgets'
import type { Planner, PlannedQueue } from '../live/planner'
import type { Known } from '../live/snapshot'
import type { BurstPorts } from '../ports'
import { MARK } from '../live/workload'
import { kindIn, markOf } from './marks'
import { expectedAway, machineRisks, tooOld } from './away'
import { consider, copyFor, notFound, type Considered } from './consider'
import type { MoveInput } from './input'
import { movingJob, type Moving } from './running'
import { cents } from '../words'

export interface Wanted {
  ref: WorkloadRef
  to?: { site?: string | undefined; pool?: string | undefined } | undefined
  approvedBy?: string | undefined
  askedBy?: string | undefined
  mode?: MoveInput['mode']
}
export type MovePorts = BurstPorts & { planner: Planner }
/** Everything found out about one move: what a quote shows and a plan does. */
export interface Found {
  planned: PlannedQueue
  known: Known
  decision: BurstDecision
  options: ReturnType<PlannedQueue['plan']['options']>
  considered: Considered | undefined
  moving: Moving
  to: string | undefined
  by: string
}

const HOLDS = 0.05
const LEAST_USD = 0.5
/** How much dearer another pool may be before it is another decision. */
const DEARER = 1.25

/** Gathers, decides and looks at manifests and queues for one workload. Changes nothing. */
export async function find(
  ports: MovePorts,
  { ref, to, mode }: Pick<Wanted, 'ref' | 'to' | 'mode'>,
  signal?: AbortSignal,
): Promise<Outcome<Found>> {
  const home = ports.sites.client(ref.site)
  if (!home.ok) return home
  const who = await home.value.whoAmI(signal)
  if (!who.ok) return who
  const first = await ports.planner.plan(ref.site, { to: to?.site, signal })
  if (!first.ok) return first
  const planned = onto(first.value, ref, to?.pool)
  const known = planned.known.find((one) => isRef(one, ref))
  if (!known) return notFound(ref)
  return withManifest(
    ports,
    { ref, signal },
    {
      ...decided(planned, known, { pool: to?.pool, automatic: mode === 'automatic' }),
      by: who.value.user,
    },
  )
}
const isRef = ({ work }: Known, ref: WorkloadRef) =>
  work.kind === ref.kind && work.namespace === ref.namespace && work.name === ref.name
/** The plan onto the site that has machines for it; who names machines of the first site gets that one. */
function onto(first: PlannedQueue, ref: WorkloadRef, pool: string | undefined): PlannedQueue {
  const key = first.known.find((one) => isRef(one, ref))?.key
  const named =
    pool !== undefined && (first.seen.market?.pools.some(({ name }) => name === pool) ?? false)
  return key === undefined || named ? first : (first.elsewhere.get(key) ?? first)
}
type Decided = Omit<Found, 'considered' | 'by'>
function decided(
  planned: PlannedQueue,
  known: Known,
  { pool, automatic }: { pool: string | undefined; automatic: boolean },
): Decided {
  const { seen, plan } = planned
  const moving = movingJob(known, seen.now)
  const options = plan
    .options(moving.job)
    .filter((one) => (pool === undefined || one.pool === pool) && !(automatic && one.priceTooOld))
  const own =
    known.state === 'waiting' ? plan.decisions.find(({ job }) => job === known.key) : undefined
  return { planned, known, decision: own ?? plan.quote(moving.job), options, moving, to: seen.to }
}
async function withManifest(
  ports: MovePorts,
  { ref, signal }: { ref: WorkloadRef; signal: AbortSignal | undefined },
  base: Decided & { by: string },
): Promise<Outcome<Found>> {
  const {
    to,
    known: { work },
    planned: { seen },
    options,
  } = base
  if (to === undefined) return succeed({ ...base, considered: undefined })
  const pool = seen.market?.pools.find(({ name }) => name === options[0]?.pool)
  const considered = await consider(ports, { ref, work, to, pool, signal })
  if (!considered.ok) return considered
  const { shipment } = considered.value
  if (shipment && work.dataUri !== undefined)
    ports.planner.shippedIs(to, work.dataUri, shipment.missingBytes / 1e9)
  return succeed({ ...base, considered: considered.value })
}

/** The plan of a move. Made again, it keeps the price that was shown unless facts moved it. */
export async function planMove(
  ports: MovePorts,
  kind: OperationKind<MoveInput>,
  asked: { wanted: Wanted; before?: MoveInput | undefined; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<MoveInput>>> {
  const { wanted, before, signal } = asked
  const found = await find(ports, wanted, signal)
  if (!found.ok) return found
  const old = wanted.mode === 'automatic' ? tooOld(found.value) : undefined
  if (old) return fail(old)
  const { considered, to } = found.value
  const input =
    considered && to !== undefined
      ? inputOf(ports, { wanted, found: found.value, considered, to, before })
      : undefined
  const again = (later: AbortSignal) =>
    planMove(ports, kind, { wanted, before: input, signal: later })
  if (!input || !considered) {
    const none: MoveInput = {
      ...NOTHING,
      site: wanted.ref.site,
      kind: wanted.ref.kind,
      namespace: wanted.ref.namespace,
      name: wanted.ref.name,
    }
    return succeed({
      kind,
      input: none,
      again,
      plan: planBody({
        ...headOf(kind, wanted.ref, found.value),
        blockedBy: blocks(found.value),
        steps: [],
      }),
    })
  }
  const body = await bodyOf(ports, kind, {
    found: found.value,
    considered,
    input,
    automatic: wanted.mode === 'automatic',
    signal,
  })
  return body.ok ? succeed({ plan: body.value, kind, input, again }) : body
}

const NOTHING: MoveInput = {
  site: '',
  to: '',
  kind: 'Job',
  namespace: '',
  name: '',
  uid: '',
  run: '',
  by: '',
  at: '',
  copy: { site: '', name: '', object: {} },
  queue: { from: '', to: '' },
  pools: [{ name: '', nodes: 0, usd: 0 }],
  usd: 0,
  wasRunning: false,
  multikueue: false,
  kueueThere: false,
  predicted: {},
  mode: 'advise',
  bootMs: 0,
}
const headOf = (kind: OperationKind<MoveInput>, ref: WorkloadRef, { by, to }: Found) => ({
  kind: kind.kind,
  title: `Move ${ref.name} to ${to ?? 'the cloud'}`,
  verb: 'Go',
  site: ref.site,
  subject: { kind: ref.kind, name: ref.name, namespace: ref.namespace },
  as: by,
})

interface Making {
  wanted: Wanted
  found: Found
  considered: Considered
  to: string
  before: MoveInput | undefined
}
function inputOf(ports: MovePorts, { wanted, found, considered, to, before }: Making): MoveInput {
  const {
    known: { work, state },
    planned: { seen },
  } = found
  const run = before?.run ?? runMark(ports.random)
  return {
    site: wanted.ref.site,
    to,
    kind: work.kind,
    namespace: work.namespace,
    name: work.name,
    uid: work.uid,
    run,
    by: wanted.askedBy ?? found.by,
    at: before?.at ?? timestamp(seen.now),
    mode: wanted.mode ?? seen.policy.mode,
    copy: {
      site: considered.copySite,
      name: considered.copyName,
      object: copyFor(considered, { ref: wanted.ref, work, run }),
    },
    queue: given(considered.queue),
    multikueue: considered.multikueue,
    kueueThere: considered.kueueThere,
    ...priced(found, before),
    wasRunning: state === 'running',
    ...(considered.shipment && {
      data: { from: considered.shipment.from, to: considered.shipment.target },
    }),
    ...given({
      approvedBy: wanted.approvedBy,
      checkpoint: work.annotations[MARK.checkpoint],
      mbps: seen.policy.linkMbps,
    }),
  }
}
/** What was shown holds while the facts have moved little; else it is another price, and the plan is stale. */
function priced(
  { options, moving, planned }: Found,
  before: MoveInput | undefined,
): Pick<MoveInput, 'pools' | 'usd' | 'predicted' | 'bootMs'> {
  const [best] = options
  const usd = cents(best?.usd ?? 0)
  if (before && Math.abs(before.usd - usd) <= Math.max(LEAST_USD, HOLDS * before.usd))
    return {
      pools: before.pools,
      usd: before.usd,
      predicted: before.predicted,
      bootMs: before.bootMs,
    }
  const pool = planned.seen.market?.pools.find(({ name }) => name === best?.pool)
  return {
    pools: options
      .filter((one) => one.usd <= Math.max(LEAST_USD, (best?.usd ?? 0) * DEARER))
      .map(({ pool: name, nodes, usd: own }) => ({ name, nodes, usd: cents(own) })),
    usd,
    bootMs: (pool?.bootSeconds ?? 0) * 1000,
    predicted: expectedAway({ options, moving }) ?? {},
  }
}

/** What forbids the move: the workload itself, and the planner where going is impossible rather than unwise. */
export function blocks(found: Found): Plan['blockedBy'] {
  const { considered, decision, options, to, planned, moving } = found
  if (to === undefined)
    return [{ says: 'No cloud site is connected.', remedy: 'Connect one under Sites.' }]
  const own = considered?.obstacles ?? []
  if (moving.job.dataset?.mayLeave === false)
    return [
      ...own,
      {
        says: `${moving.job.dataset.name} may not leave the building.`,
        remedy: 'Its owner decides where it may go.',
      },
    ]
  const [best] = options
  if (!best)
    return [
      ...own,
      {
        says:
          decision.kind === 'refuse'
            ? decision.says
            : 'No pool can take it now: no quota, no capacity, or prices that are too old.',
        remedy: 'See Cloud for what each pool lacks.',
      },
    ]
  return [...own, ...moneyBlocks(planned.lines, moving.job, { usd: best.usd })]
}

interface Body {
  found: Found
  considered: Considered
  input: MoveInput
  automatic: boolean
  signal: AbortSignal | undefined
}
async function bodyOf(
  ports: MovePorts,
  kind: OperationKind<MoveInput>,
  { found, considered, input, automatic, signal }: Body,
): Promise<Outcome<PlanBody>> {
  const there = ports.sites.client(input.copy.site)
  if (!there.ok) return there
  const copy = input.copy.object as unknown as Manifest
  const previewed = await preview(there.value, [copy], { signal })
  if (!previewed.ok) return previewed
  const changes = changesOf(input, { considered, previewed: previewed.value.changes })
  const [permissions, needs] = await Promise.all([
    rightsOf(ports, { input, changes, signal }),
    // Where its pods run, which with MultiKueue is not where the copy stands; what they cost is the pool's to say.
    ports.needs.roomFor(input.to, resumedPods(copy as unknown as KubeObject), signal),
  ])
  if (!permissions.ok) return permissions
  const { planned, decision, moving, known } = found
  const approval = await approvalOf(ports, { costCentre: moving.job.costCentre, automatic }, signal)
  return succeed(
    planBody({
      ...headOf(
        kind,
        { site: input.site, kind: input.kind, namespace: input.namespace, name: input.name },
        found,
      ),
      verb: input.approvedBy === undefined ? 'Go' : 'Approve and go',
      changes,
      dryRun: previewed.value.dryRun,
      permissions: permissions.value,
      blockedBy: [
        ...blocks(found),
        ...approvalBlocks(approval, { usd: input.usd }),
        ...needs.blockedBy,
        ...previewed.value.blockedBy,
        ...refusals(permissions.value),
      ],
      price: priceOf(found, input),
      ...timeOf(found, planned.seen.now),
      quotas: [...quotasOf(planned, moving, input.usd), ...needs.quotas],
      choices: choicesOf(input, { considered, decision }),
      risks: [...risksOf(found, considered), ...needs.risks],
      steps: stepsOf(kind, input),
      yaml: asYaml([copy]),
      undo:
        known.state === 'running'
          ? 'Stops the copy and starts the original again from its checkpoint.'
          : 'Removes the copy and puts the original back in its place in the queue.',
    }),
  )
}
const quotasOf = (planned: PlannedQueue, { job }: Moving, adds: number): Plan['quotas'] =>
  standing(planned.lines, job).map(({ title, scope, spentUsd, committedUsd, capUsd }) => ({
    name: `Budget ${title || scope}`,
    used: cents(spentUsd + committedUsd),
    adds,
    limit: capUsd,
    unit: 'USD',
  }))
function priceOf(
  { planned }: Found,
  { pools: [pool], usd }: MoveInput,
): NonNullable<Plan['price']> {
  const market = planned.seen.market?.pools.find(({ name }) => name === pool?.name)
  const book = market ? `${market.priceSource}, ${timestamp(market.priceAsOf)}` : 'no price'
  return {
    usdPerHour: cents((market?.usdPerNodeHour ?? 0) * Math.max(1, pool?.nodes ?? 0)),
    usdInAll: usd,
    basis: `until it ends, in ${pool?.name ?? 'no pool'}`,
    book,
  }
}
/** The rights of the signed-in person on both sites. */
async function rightsOf(
  ports: MovePorts,
  {
    input,
    changes,
    signal,
  }: { input: MoveInput; changes: PlanChange[]; signal: AbortSignal | undefined },
): Promise<Outcome<Plan['permissions']>> {
  const isThere = ({ note }: PlanChange) => note === ON_COPY(input)
  const [mine, theirs] = await Promise.all([
    reviewChanges(
      ports.sites,
      { site: input.site, changes: changes.filter((change) => !isThere(change)) },
      signal,
    ),
    reviewChanges(ports.sites, { site: input.copy.site, changes: changes.filter(isThere) }, signal),
  ])
  if (!mine.ok) return mine
  return theirs.ok ? succeed([...mine.value, ...theirs.value]) : theirs
}
const ON_COPY = (input: MoveInput) => `on ${input.copy.site}`

function changesOf(
  input: MoveInput,
  { considered, previewed }: { considered: Considered; previewed: PlanChange[] },
): PlanChange[] {
  const copy = previewed.map((change): PlanChange => ({
    ...change,
    note: ON_COPY(input),
    lines: considered.twoLines?.lines ?? [],
  }))
  return [
    {
      op: 'change',
      apiVersion: String(input.copy.object['apiVersion'] ?? ''),
      kind: input.kind,
      name: `${input.name} on ${input.site}`,
      namespace: input.namespace,
      note: 'kept suspended, with a pointer to its copy',
    },
    ...(input.queue.clusterQueue !== undefined && !input.multikueue
      ? [
          {
            op: 'create' as const,
            apiVersion: 'kueue.x-k8s.io/v1beta1',
            kind: 'LocalQueue',
            name: input.queue.to,
            namespace: input.namespace,
            note: ON_COPY(input),
          },
        ]
      : []),
    ...copy,
  ]
}

function timeOf(found: Found, now: number): Pick<PlanBody, 'time'> {
  const away = expectedAway(found)
  if (!away) return {}
  const seconds = Math.max(0, Math.round((Date.parse(away.startsAt) - now) / 1000))
  return {
    time: {
      seconds,
      says: `starts in ${String(Math.round(seconds / 60))} min, done ${away.finishes.at}`,
    },
  }
}
function choicesOf(
  input: MoveInput,
  { considered, decision }: { considered: Considered; decision: BurstDecision },
): string[] {
  return [
    decision.says,
    input.multikueue
      ? `MultiKueue dispatches ${input.copy.name} to ${input.to}; the status comes back to it.`
      : `A copy runs on ${input.to}; the original stays suspended with a pointer until the copy ends.`,
    'Its template cannot be changed, so it is made anew: another uid, the same manifest but for the lines shown.',
    ...(considered.shipment
      ? [considered.shipment.says]
      : ['It names no data: nothing is shipped.']),
    ...(input.pools.length > 1
      ? [
          `Where ${input.pools[0]?.name ?? ''} has no capacity: ${input.pools
            .slice(1)
            .map(({ name }) => name)
            .join(', ')}.`,
        ]
      : []),
    ...(kindIn(considered.object, markOf.managedBy)
      ? [
          'What manages it elsewhere cannot be changed on an object that is there: the copy is made without it.',
        ]
      : []),
  ]
}
function risksOf({ moving, planned, options, known }: Found, considered: Considered): string[] {
  const pool = planned.seen.market?.pools.find(({ name }) => name === options[0]?.pool)
  const soft = options[0]
    ? shortBudgets(planned.lines, moving.job, options[0].usd).filter(({ hard }) => !hard)
    : []
  return [
    ...moving.loses,
    ...machineRisks({ options }, pool),
    ...(considered.twoLines?.changed.some(({ what }) => what === 'gpu')
      ? [
          `It names its GPU; there it gets ${pool?.gpuProduct ?? 'another one'}${pool?.gpuMemoryGib === undefined ? '' : ` with ${String(pool.gpuMemoryGib)} GiB`}.`,
        ]
      : []),
    ...soft.map(
      ({ title, scope, owner }) =>
        `It goes over the soft cap ${title || scope}${owner === undefined ? '' : `: ask ${owner}`}.`,
    ),
    ...(known.work.annotations[MARK.checkpoint] === undefined
      ? ['It names no place for checkpoints: an interruption starts it from the beginning.']
      : []),
  ]
}
