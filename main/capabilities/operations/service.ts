import { failure } from '../../../preload/contract/failures'
import type { Operation } from '../../../preload/contract/operations'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import { listeners } from '../../platform/streams/latest'
import { Claims, type ClaimHolder } from './claims'
import { begin, confirm, offer, type Offered } from './confirm'
import { cancel, isActive, retry, sameObject, undo, type OperationFacts } from './domain/facts'
import { shown, toOperation } from './domain/view'
import type { MadePlan, OperationKind, Operations, UnattendedStart } from './ports'
import { resumeOne, sitesOf, whenReachable, type ResumePorts } from './resume'
import { StoredFacts } from './stored'
import { Runner, type Live, type RunnerPorts } from './runner'

export const KEPT_OPERATIONS = 500

export interface OperationsPorts extends ResumePorts {
  random: Random
  /** Which core this is, the same after a restart; without it objects are not claimed from other cores. */
  identity?: string | undefined
}
interface StartAsk {
  planId: string
  typedName?: string | undefined
  /** Given by what acts unattended: on whose authority, and whether it may at that moment. */
  unattended?: UnattendedStart | undefined
}
export interface OperationsService extends Operations {
  start(ask: StartAsk, signal?: AbortSignal): Promise<Outcome<{ operationId: string }>>
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

/** Plans that wait for their confirmation, and operations that run, ran, or were interrupted. */
export function makeOperations(ports: OperationsPorts): OperationsService {
  const kinds = new Map<string, OperationKind<unknown>>()
  const plans = new Map<string, Offered>()
  const changes = listeners()
  const runner = new Runner(ports, kinds, changes.tell)
  const lives = load(ports)
  const running = new Set<Promise<void>>()
  const tracked = (work: Promise<void>) => {
    const run = work.finally(() => running.delete(run))
    running.add(run)
  }
  const claims =
    ports.identity === undefined ? undefined : new Claims({ ...ports, identity: ports.identity })
  const driving = claims && claimedDriver(claims, runner)
  const drive = (live: Live) => tracked(driving ? driving(live) : runner.drive(live))
  const found = (id: string): Outcome<Live> => {
    const live = lives.get(id)
    return live ? succeed(live) : fail(failure('NOT_FOUND', { kind: 'operation', name: id }))
  }
  const turn = (id: string, decide: typeof cancel, says: string): Outcome<void> => {
    const live = found(id)
    if (!live.ok) return live
    // What goes on again must not meet another that works on the same object by now.
    const busy = isActive(live.value.facts) ? undefined : busyWith(lives, live.value.facts)
    return busy ?? turnOne(runner, live.value, { decide, says, drive })
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
      if (!ready.ok) return ready
      const { plan } = ready.value
      const busy = busyWith(lives, plan)
      if (busy) return busy
      const claim = await claims?.take({ ...plan, by: plan.as }, signal ?? runner.closing)
      if (claim?.is === 'taken') return fail(busyElsewhere(plan.title, claim.holder))
      const launched = launch(
        ports,
        { lives, runner, drive },
        { made: ready.value, unattended: ask.unattended },
      )
      if (!launched.ok) await claims?.release({ ...plan, by: plan.as }, runner.closing)
      return launched
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
          whenReachable(ports, { live, sites: sitesOf(kinds, live) }, () => {
            tracked(resumeOne(ports, { runner, live, drive }))
          })
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    close: () => runner.close(),
  }
}

const busyElsewhere = (title: string, { by, title: other }: ClaimHolder) =>
  failure('OBJECT_BUSY', { title, other, operation: '', by })
/** Drives each operation under one claim at a time; what is asked for while a claim is let go is driven once more. */
function claimedDriver(claims: Claims, runner: Runner): (live: Live) => Promise<void> {
  const atIt = new Map<Live, { again: boolean }>()
  return async (live) => {
    const busy = atIt.get(live)
    if (busy) busy.again = true
    if (busy) return
    const mine = { again: true }
    atIt.set(live, mine)
    try {
      while (mine.again && !runner.closing.aborted) {
        mine.again = false
        await driveClaimed(claims, runner, live)
      }
    } finally {
      atIt.delete(live)
    }
  }
}
/** Drives an operation while this core claims its object; where another works on it by now, it goes no further. */
async function driveClaimed(claims: Claims, runner: Runner, live: Live): Promise<void> {
  const claim = await untilClosing(runner, claims.take(live.facts, runner.closing))
  if (!claim || runner.closing.aborted) return
  if (claim.is === 'unclaimed' && claim.says !== undefined)
    runner.note(live, `Other cores are not told that this one works on it: ${claim.says}`)
  if (claim.is === 'taken' && live.facts.state === 'running')
    runner.overtake(live, `${claim.holder.by} works on it by now: "${claim.holder.title}".`)
  const ended = new AbortController()
  const kept = claims.keep(live.facts, AbortSignal.any([ended.signal, runner.closing]))
  await runner.drive(live).finally(() => ended.abort(new Error('the operation rests')))
  await kept
  // Whoever closes keeps its claim for the next start, which goes on with it.
  if (!runner.closing.aborted)
    await untilClosing(runner, claims.release(live.facts, runner.closing))
}
/** What work answers; undefined where this core closes in the middle of it, which is nobody's failure. */
async function untilClosing<T>({ closing }: Runner, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (closing.aborted) return undefined
    throw error
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
  { made, unattended }: { made: MadePlan<unknown>; unattended: UnattendedStart | undefined },
): Outcome<{ operationId: string }> {
  const { title } = made.plan
  const busy = busyWith(lives, made.plan)
  if (busy) return busy
  // The last moment before it counts as begun: what was asked for may have been stopped while it was planned.
  if (unattended?.mayAct() === false)
    return fail(failure('MAY_NOT_ACT', { title, says: 'by now it may no longer act.' }))
  const number = Math.max(0, ...[...lives.values()].map(({ facts }) => facts.number)) + 1
  const live: Live = {
    facts: begin(made, {
      number,
      now: ports.clockOf(made.plan.site).now(),
      unattended: unattended?.on,
    }),
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

/** One operation works on an object at a time: two would undo each other. */
function busyWith(
  lives: ReadonlyMap<string, Live>,
  wanted: Pick<OperationFacts, 'title' | 'site' | 'subject'>,
) {
  const other = [...lives.values()].find(
    ({ facts }) => isActive(facts) && sameObject(facts, wanted),
  )?.facts
  return (
    other &&
    fail(failure('OBJECT_BUSY', { title: wanted.title, other: other.title, operation: other.id }))
  )
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

function forget({ journal, log }: RunnerPorts, lives: Map<string, Live>) {
  if (lives.size <= KEPT_OPERATIONS) return
  for (const live of [...lives.values()]
    .sort((a, b) => a.facts.number - b.facts.number)
    .slice(0, lives.size - KEPT_OPERATIONS))
    if (!isActive(live.facts)) lives.delete(live.facts.id)
  if (!journal.forget(KEPT_OPERATIONS).ok)
    log.warn('Old operations could not be removed from the store.')
}
