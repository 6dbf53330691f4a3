import { failure } from '../../../preload/contract/failures'
import type { Operation, Plan } from '../../../preload/contract/operations'
import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import { listeners } from '../../platform/streams/latest'
import { cancel, isActive, resumed, retry, undo, type OperationFacts } from './domain/facts'
import { differences } from './domain/freshness'
import { shown, toOperation } from './domain/view'
import type { MadePlan, OperationKind, Operations } from './ports'
import { StoredFacts } from './stored'
import { Runner, type Live, type RunnerPorts } from './runner'

const PLAN_MS = 5 * 60_000
const KEPT_OPERATIONS = 500

export interface OperationsPorts extends RunnerPorts {
  random: Random
  /** Calls back when a site may have become reachable; the answer stops it. */
  onSites(listener: () => void): () => void
}
export interface OperationsService extends Operations {
  start(
    ask: { planId: string; typedName?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<{ operationId: string }>>
  cancel(id: string): Outcome<void>
  retry(id: string): Outcome<void>
  undo(id: string): Outcome<void>
  get(id: string): Outcome<Operation>
  list(): Operation[]
  onChange(listener: () => void): () => void
  /** Goes on with what was under way when the core ended; call when every kind is registered. */
  resume(): void
  /** Resolves when nothing is being driven. */
  settled(): Promise<void>
  close(): void
}

interface Offered {
  made: MadePlan<unknown>
  plan: Plan
  expiresAt: number
}

/** Plans that wait for their confirmation, and operations that run, ran, or were interrupted. */
export function makeOperations(ports: OperationsPorts): OperationsService {
  const kinds = new Map<string, OperationKind<unknown>>()
  const plans = new Map<string, Offered>()
  const changes = listeners()
  const runner = new Runner(ports, kinds, changes.tell)
  const lives = load(ports)
  const running = new Set<Promise<void>>()
  const drive = (live: Live) => {
    const run = runner.drive(live).finally(() => running.delete(run))
    running.add(run)
  }
  const found = (id: string): Outcome<Live> => {
    const live = lives.get(id)
    return live ? succeed(live) : fail(failure('NOT_FOUND', { kind: 'operation', name: id }))
  }
  const turn = (id: string, decide: typeof cancel, says: string): Outcome<void> => {
    const live = found(id)
    return live.ok ? turnOne(runner, live.value, { decide, says, drive }) : live
  }
  const view = (live: Live) =>
    toOperation(live.facts, {
      journal: live.journal,
      progress: live.progress,
      now: ports.clockOf(live.facts.site).now(),
    })
  return {
    register: (kind) => {
      kinds.set(kind.kind, kind as unknown as OperationKind<unknown>)
    },
    offer: (made) => offer(ports, plans, made as unknown as MadePlan<unknown>),
    async start(ask, signal) {
      const ready = await confirm(ports, plans, {
        ...ask,
        signal: signal ?? new AbortController().signal,
      })
      return ready.ok ? launch(ports, { lives, runner, drive }, ready.value) : ready
    },
    cancel: (id) => turn(id, cancel, 'Cancel was asked for.'),
    retry: (id) => turn(id, retry, 'Tried again.'),
    undo: (id) => turn(id, undo, 'Undo was asked for.'),
    get(id) {
      const live = found(id)
      return live.ok ? succeed(view(live.value)) : live
    },
    list: () => shown(lives.values()).map(view),
    onChange: changes.add,
    resume() {
      for (const live of lives.values())
        if (isActive(live.facts))
          whenReachable(ports, { live, sites: sitesOf(kinds, live) }, () =>
            resumeOne(runner, live, drive),
          )
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    close: () => runner.close(),
  }
}

interface Floor {
  lives: Map<string, Live>
  runner: Runner
  drive(live: Live): void
}

function launch(
  ports: OperationsPorts,
  { lives, runner, drive }: Floor,
  made: MadePlan<unknown>,
): Outcome<{ operationId: string }> {
  const number = Math.max(0, ...[...lives.values()].map(({ facts }) => facts.number)) + 1
  const live: Live = {
    facts: begin(made, number, ports.clockOf(made.plan.site).now()),
    journal: [],
    progress: undefined,
    abort: undefined,
    driving: false,
  }
  const saved = runner.save(live, live.facts)
  if (!saved.ok) return saved
  lives.set(live.facts.id, live)
  runner.note(live, `Began as ${live.facts.by}.`)
  forget(ports, lives)
  drive(live)
  return succeed({ operationId: live.facts.id })
}

function turnOne(
  runner: Runner,
  live: Live,
  { decide, says, drive }: { decide: typeof cancel; says: string; drive: Floor['drive'] },
): Outcome<void> {
  const before = live.facts.state
  const answer = decide(live.facts)
  if ('refused' in answer)
    return fail(
      failure('OPERATION_NOT_POSSIBLE', { operation: live.facts.id, says: answer.refused }),
    )
  if (answer.facts.state === before) return succeed(undefined)
  const saved = runner.save(live, answer.facts)
  if (!saved.ok) return saved
  runner.note(live, says)
  if (before === 'running') live.abort?.abort(new Error('cancelled'))
  drive(live)
  return succeed(undefined)
}

function load({ journal, log }: RunnerPorts): Map<string, Live> {
  const lives = new Map<string, Live>()
  for (const { id, value, journal: lines } of journal.load()) {
    const facts = StoredFacts.safeParse(value)
    if (facts.success)
      lives.set(id, {
        facts: facts.data,
        journal: lines,
        progress: undefined,
        abort: undefined,
        driving: false,
      })
    else log.warn('An operation of another version of Takt was left out.', { operation: id })
  }
  return lives
}

function offer(
  { clock, random }: { clock: Clock; random: Random },
  plans: Map<string, Offered>,
  made: MadePlan<unknown>,
): Plan {
  const madeAt = clock.now()
  for (const [id, { expiresAt }] of plans) if (expiresAt < madeAt) plans.delete(id)
  const id = `plan-${[0, 1, 2].map(() => Math.floor(random.next() * 0x1_0000_0000).toString(36)).join('')}`
  const plan = {
    ...made.plan,
    id,
    madeAt: timestamp(madeAt),
    expiresAt: timestamp(madeAt + PLAN_MS),
  }
  plans.set(id, { made, plan, expiresAt: madeAt + PLAN_MS })
  return plan
}

interface Confirmation {
  planId: string
  typedName?: string | undefined
  signal: AbortSignal
}

/** A plan runs only as it was seen: not blocked, its name typed where data would be lost, and nothing moved since. It runs once. */
async function confirm(
  { clock }: { clock: Clock },
  plans: Map<string, Offered>,
  { planId, typedName, signal }: Confirmation,
): Promise<Outcome<MadePlan<unknown>>> {
  const offered = plans.get(planId)
  if (!offered || offered.expiresAt < clock.now()) return fail(failure('PLAN_UNKNOWN', { planId }))
  const refused = refusal(offered.made, typedName)
  if (refused) return refused
  // Taken away while it is looked at again, so that a second press of the button finds nothing to start.
  plans.delete(planId)
  const checked = await stillTrue(offered.made, typedName, signal).catch((error: unknown) => {
    plans.set(planId, offered)
    throw error
  })
  if (!checked.ok && checked.failure.code !== 'PLAN_IS_STALE') plans.set(planId, offered)
  return checked
}
async function stillTrue(
  made: MadePlan<unknown>,
  typedName: string | undefined,
  signal: AbortSignal,
): Promise<Outcome<MadePlan<unknown>>> {
  const fresh = await made.again(signal)
  if (!fresh.ok) return fresh
  const differs = differences(made.plan, fresh.value.plan)
  if (differs.length > 0) return fail(failure('PLAN_IS_STALE', { title: made.plan.title, differs }))
  return refusal(fresh.value, typedName) ?? succeed(made)
}
function refusal({ plan }: MadePlan<unknown>, typedName: string | undefined) {
  if (plan.blockedBy.length > 0)
    return fail(
      failure('PLAN_IS_BLOCKED', {
        title: plan.title,
        reasons: plan.blockedBy.map(({ says }) => says),
      }),
    )
  if (plan.losses && typedName !== plan.losses.typeName)
    return fail(failure('NAME_NOT_TYPED', { name: plan.losses.typeName }))
  return undefined
}

function begin(
  { plan, kind, input }: MadePlan<unknown>,
  number: number,
  now: number,
): OperationFacts {
  const steps = kind.steps(input).map(({ id, title, promiseSeconds }) => ({
    id,
    title,
    state: 'waiting' as const,
    ...(promiseSeconds !== undefined && { promiseSeconds }),
  }))
  const promised =
    plan.time?.seconds ?? steps.reduce((sum, step) => sum + (step.promiseSeconds ?? 0), 0)
  return {
    id: `op-${number}`,
    number,
    kind: kind.kind,
    title: plan.title,
    site: plan.site,
    subject: plan.subject,
    by: plan.as,
    input,
    state: 'running',
    startedAt: now,
    ...(promised > 0 && { promiseSeconds: promised }),
    cancelLeaves: kind.cancelLeaves(input),
    undoable: typeof kind.undoable === 'function' ? kind.undoable(input) : kind.undoable,
    steps,
    kept: {},
  }
}

function forget({ journal, log }: RunnerPorts, lives: Map<string, Live>) {
  if (lives.size <= KEPT_OPERATIONS) return
  for (const live of [...lives.values()]
    .sort((a, b) => a.facts.number - b.facts.number)
    .slice(0, lives.size - KEPT_OPERATIONS))
    if (!isActive(live.facts)) lives.delete(live.facts.id)
  if (!journal.forget(KEPT_OPERATIONS).ok)
    log.warn('Old operations could not be removed from the store.')
}

function resumeOne(runner: Runner, live: Live, drive: (live: Live) => void) {
  const { facts, says } = resumed(live.facts)
  if (!runner.save(live, facts).ok) live.facts = facts
  runner.note(live, says)
  drive(live)
}

/** Every site that an operation works on, its own first. */
function sitesOf(kinds: ReadonlyMap<string, OperationKind<unknown>>, { facts }: Live): string[] {
  const kind = kinds.get(facts.kind)
  const input = kind?.input.safeParse(facts.input)
  return [
    ...new Set([facts.site, ...(kind?.sites && input?.success ? kind.sites(input.data) : [])]),
  ]
}
// After a start nothing is connected yet: an interrupted operation waits for its sites instead of failing at once.
function whenReachable(
  { client, onSites }: OperationsPorts,
  { live, sites }: { live: Live; sites: string[] },
  go: () => void,
) {
  const missing = () => sites.find((site) => !client(site).ok)
  const tell = (site: string) => {
    live.progress = { detail: `Waits for ${site} to be connected.` }
  }
  const first = missing()
  if (first === undefined) return go()
  tell(first)
  const stop = onSites(() => {
    const site = missing()
    if (site !== undefined) return tell(site)
    stop()
    go()
  })
}
