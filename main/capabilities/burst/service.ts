import type {
  Approval,
  BurstJournal,
  BurstQueue,
  BurstQuote,
  StewardState,
  TwoLines,
  WorkloadRef,
} from '../../../preload/contract/burst'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { BurstPolicySpec } from '../../../preload/contract/records/burst'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { listeners } from '../../platform/streams/latest'
import { linesOf } from './adapters/manifest-text'
import { approvalsOf } from './approvals'
import { burstQueue, burstUri, homeQueue } from './domain/lines'
import { jsonMark } from './live/budgets'
import { Journal } from './live/journal'
import { Asked, type Refused } from './live/marks'
import { Planner, type PlannedQueue, type PlannerPorts } from './live/planner'
import { policyOf } from './live/policy'
import { toQueue } from './live/view'
import { MARK } from './live/workload'
import { askKind, planAsk, planReturn, returnKind } from './move/kinds'
import { queueingOf } from './move/layout'
import { look, patch } from './move/original'
import { blocks, find, planMove, type Found, type MovePorts, type Wanted } from './move/plan'
import { moveKind, type Ports } from './move/steps'
import type { MadePlan } from '../operations'
import { mayRule, onlyLeads } from './policy'
import { toQuote } from './quote'

type To = Wanted['to']
export type BurstService = ReturnType<typeof makeBurst>
const NO_STEWARD: StewardState = { state: 'none', says: 'Nobody acts by themselves.' }

type Given = PlannerPorts & { steward?(): StewardState }
/** What every part of the service works with. */
function open(given: Given) {
  const planner = new Planner(given)
  const journal = new Journal(given.store.samples)
  const ports: MovePorts = { ...given, planner }
  const heard = listeners()
  const acting: Ports = {
    clock: given.clock,
    cloud: given.cloud,
    note: (uid, entry) => {
      journal.note({ uid, entry })
      heard.tell()
    },
    moved: (uid, actual) => {
      journal.moved(uid, actual)
      heard.tell()
    },
  }
  const kinds = { move: moveKind(acting), back: returnKind(acting) }
  given.operations.register(kinds.move)
  given.operations.register(kinds.back)
  given.operations.register(askKind)
  const siteOf = (site: string | undefined): Outcome<string> => {
    const id = site ?? given.sites.homeId()
    return id === undefined ? fail(failure('NO_HOME_SITE', {})) : succeed(id)
  }
  const plan = async (
    site: string | undefined,
    signal?: AbortSignal,
  ): Promise<Outcome<PlannedQueue>> => {
    const id = siteOf(site)
    return id.ok ? planner.plan(id.value, { signal }) : id
  }
  return {
    given,
    planner,
    journal,
    ports,
    heard,
    kinds,
    siteOf,
    plan,
    /** A plan in force: what it decided is written down. */
    async planned(site: string | undefined, signal?: AbortSignal) {
      const done = await plan(site, signal)
      if (done.ok) journal.follow(done.value)
      return done
    },
    offer: <I>(made: Outcome<MadePlan<I>>): Outcome<Plan> =>
      made.ok ? succeed(given.operations.offer(made.value)) : made,
  }
}
type Desk = ReturnType<typeof open>

/** Decides about queues, says why, and moves workloads. */
export function makeBurst(given: Given) {
  const desk = open(given)
  const { planner, journal, ports, kinds, heard, siteOf, plan, planned } = desk
  return {
    planner,
    journal,
    ports,
    kinds,
    siteOf,
    plan,
    planned,
    onChange: heard.add,
    tell: heard.tell,
    ...looking(desk),
    ...changing(desk),
    /** Calls back after anything that a decision rests on has changed; the answer stops it. */
    follow(listener: () => void): () => void {
      const stops = [
        planner.workloads.follow(listener),
        given.capacity.follow(listener),
        given.cloud.onChange(listener),
        given.records.onChange(
          ['BurstPolicy', 'Budget', 'Project', 'DataSource', 'PriceBook', 'Environment'],
          listener,
        ),
        heard.add(listener),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

/** What changes nothing. */
const looking = ({ given, planner, journal, ports, planned, siteOf }: Desk) => ({
  async queue(site: string | undefined, signal?: AbortSignal): Promise<Outcome<BurstQueue>> {
    const done = await planned(site, signal)
    if (!done.ok) return done
    const client = given.sites.client(done.value.seen.site)
    const queueing = client.ok ? await queueingOf(client.value, signal) : undefined
    return succeed(
      toQueue(done.value, {
        history: planner.history,
        steward: given.steward?.() ?? NO_STEWARD,
        multikueue: (queueing?.dispatching.length ?? 0) > 0,
      }),
    )
  },
  async quote(
    { ref, to }: { ref: WorkloadRef; to: To },
    signal?: AbortSignal,
  ): Promise<Outcome<BurstQuote>> {
    const found = await find(ports, { ref, to }, signal)
    if (!found.ok) return found
    return succeed(
      toQuote(found.value, {
        planner,
        journal,
        act: await actOf(ports, found.value, signal),
        pool: to?.pool,
      }),
    )
  },
  lines: ({
    manifest,
    file,
    back: returning,
    dataUri,
  }: {
    manifest: string
    file: string
    back: boolean
    dataUri?: string | undefined
  }): Outcome<TwoLines[]> =>
    linesOf({ text: manifest, file }, (read) => ({
      queue: returning ? homeQueue(read.queue) : burstQueue(read.queue),
      dataUri:
        dataUri ??
        (returning || read.dataUri === undefined ? read.dataUri : burstUri(read.dataUri)),
      gpuProduct: undefined,
    })),
  async approvals(site: string | undefined, signal?: AbortSignal): Promise<Outcome<Approval[]>> {
    const done = await planned(site, signal)
    return done.ok ? succeed(approvalsOf([done.value], { history: planner.history })) : done
  },
  journalOf(limit: number, job: string | undefined): BurstJournal {
    const home = given.sites.homeId()
    return journal.read({
      limit,
      job,
      now: (home === undefined ? given.clock : given.sites.clockOf(home)).now(),
    })
  },
  planWith(policy: BurstPolicySpec, signal?: AbortSignal): Promise<Outcome<PlannedQueue>> {
    const id = siteOf(undefined)
    return id.ok ? planner.plan(id.value, { policy, signal }) : Promise.resolve(id)
  },
})

/** What changes something once its plan is confirmed. */
const changing = ({ given, planner, ports, kinds: { move, back }, offer }: Desk) => ({
  async planMove(
    { ref, to, note }: { ref: WorkloadRef; to: To; note: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<Plan>> {
    const { spec } = policyOf(given.records)
    if (spec.mode !== 'advise' && (await mayRule(given, signal)) === 'no')
      return offer(await planAsk(ports, { ref, to, note, signal }))
    return offer(await planMove(ports, move, { wanted: { ref, to }, signal }))
  },
  async planApprove(
    { ref, to }: { ref: WorkloadRef; to: To },
    signal?: AbortSignal,
  ): Promise<Outcome<Plan>> {
    const [found, who] = await Promise.all([
      find(ports, { ref, to }, signal),
      mayRule(given, signal),
    ])
    if (!found.ok) return found
    if (who === 'no') return fail(onlyLeads(ref.site, 'approve'))
    const asked = approvalsOf([found.value.planned], { history: planner.history, only: ref })[0]
    // Only machines that its owner named are the only ones: else the next ones by price may take it.
    const named = jsonMark(found.value.known.work.annotations, MARK.asked, Asked)?.pool
    const where = to ?? (named === undefined ? undefined : { pool: named })
    return offer(
      await planMove(ports, move, {
        wanted: {
          ref,
          to: where,
          approvedBy: found.value.by,
          askedBy: asked?.by ?? found.value.by,
          mode: 'approve',
        },
        signal,
      }),
    )
  },
  planReturn: async (ref: WorkloadRef, signal?: AbortSignal): Promise<Outcome<Plan>> =>
    offer(await planReturn(ports, back, { ref, signal })),
  refuse: async (ref: WorkloadRef, reason: string, signal?: AbortSignal): Promise<Outcome<void>> =>
    (await mayRule(given, signal)) === 'no'
      ? fail(onlyLeads(ref.site, 'refuse'))
      : refuseOne(ports, { ref, reason, signal }),
})

/** What the signed-in person may do with a quote. */
async function actOf(
  ports: MovePorts,
  found: Found,
  signal?: AbortSignal,
): Promise<BurstQuote['act']> {
  const { planned } = found
  if (blocks(found).length > 0) return { verb: 'none', says: 'It cannot go now.' }
  const { mode } = planned.seen.policy
  const rules = await mayRule(ports, signal)
  if (mode === 'advise') return { verb: 'go', says: 'The planner advises; you decide.' }
  return rules === 'no'
    ? { verb: 'ask', says: 'A lead approves moves.' }
    : { verb: 'approve', says: 'You may approve moves.' }
}

async function refuseOne(
  { sites }: MovePorts,
  { ref, reason, signal }: { ref: WorkloadRef; reason: string; signal: AbortSignal | undefined },
): Promise<Outcome<void>> {
  const client = sites.client(ref.site)
  if (!client.ok) return client
  const [who, found] = await Promise.all([
    client.value.whoAmI(signal),
    look(client.value, ref, signal),
  ])
  if (!who.ok) return who
  if (!found.ok) return found
  if (!found.value)
    return fail(failure('NOT_FOUND', { kind: ref.kind, name: `${ref.namespace}/${ref.name}` }))
  const mark: Refused = {
    by: who.value.user,
    at: timestamp(client.value.clock.now()),
    reason,
    usd: 0,
  }
  return patch(client.value, found.value, {
    annotations: { [MARK.refused]: JSON.stringify(mark), [MARK.asked]: null },
    signal: signal ?? new AbortController().signal,
  })
}
