import { failure, type Failure } from '../../../preload/contract/failures'
import { explain } from '../../../preload/contract/explain'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import {
  ended,
  endedInPart,
  isActive,
  nextMove,
  overtaken,
  stepDone,
  stepPassed,
  stepStarted,
  stepUndone,
  stopped,
  type OperationFacts,
} from './domain/facts'
import type { Progress } from './domain/view'
import type { OperationKind, Premise, Step, StepContext } from './ports'
import { settle } from './settle'

export interface RunnerPorts {
  journal: Store['operations']
  /** The machine's clock, for pauses between tries. */
  clock: Clock
  /** The clock that an operation's times are told in. */
  clockOf(site: string): Clock
  client(site: string): Outcome<KubeClient>
  /** Called before the journal says that a step is done or taken back: a site that forgets when the core is killed remembers first. */
  settling?(site: string): void
  log: Log
}
/** One operation in memory: its journaled facts, and what is only worth telling while it runs. */
export interface Live {
  facts: OperationFacts
  journal: { at: number; says: string }[]
  progress: Progress | undefined
  abort: AbortController | undefined
  driving: boolean
}

const PASSING = new Set<Failure['code']>([
  'CLUSTER_UNREACHABLE',
  'CLUSTER_TIMED_OUT',
  'CLUSTER_BUSY',
  'CLUSTER_FAILED',
  'SITE_NOT_CONNECTED',
])
const PAUSES_S = [1, 2, 4, 8]

/** Drives operations step by step. Nothing is done before the journal says that it is being done. */
export class Runner {
  readonly #ports: RunnerPorts
  readonly #kinds: ReadonlyMap<string, OperationKind<unknown>>
  readonly #changed: () => void
  readonly #closing = new AbortController()

  constructor(
    ports: RunnerPorts,
    kinds: ReadonlyMap<string, OperationKind<unknown>>,
    changed: () => void,
  ) {
    this.#ports = ports
    this.#kinds = kinds
    this.#changed = changed
  }

  /** Writes down facts before anybody hears of them. */
  save(live: Live, facts: OperationFacts): Outcome<void> {
    const { id, number } = facts
    const saved = this.#ports.journal.save({ id, number, value: facts, ended: !isActive(facts) })
    if (saved.ok) live.facts = facts
    this.#changed()
    return saved
  }
  note(live: Live, says: string): void {
    const at = this.#now(live)
    live.journal.push({ at, says })
    const noted = this.#ports.journal.note(live.facts.id, at, says)
    if (!noted.ok)
      this.#ports.log.warn('A line of the journal could not be kept.', { operation: live.facts.id })
    this.#changed()
  }
  /** Aborts when this core closes. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }
  close(): void {
    this.#closing.abort(new Error('Takt is closing'))
  }

  async drive(live: Live): Promise<void> {
    if (live.driving) return
    live.driving = true
    try {
      while (!this.#closing.signal.aborted) {
        const move = nextMove(live.facts)
        if (move.do === 'rest') return
        if (move.do === 'end') {
          if (move.state === 'done') settle(this.#kinds, live.facts, this.#ports.log)
          const saved = this.save(live, ended(live.facts, move.state, this.#now(live)))
          if (!saved.ok)
            return this.#stop(live, Math.max(0, live.facts.steps.length - 1), saved.failure)
          this.note(live, ENDED[move.state])
          return
        }
        if (move.do === 'fail') return this.#endInPart(live)
        const problem = await this.#take(live, move)
        if (
          problem &&
          !this.#closing.signal.aborted &&
          !this.#turned(live, move.do) &&
          !this.#passes(live, move.index, problem)
        )
          return this.#stop(live, move.index, problem)
      }
    } finally {
      live.driving = false
    }
  }

  // A step that was cut short by Cancel has not failed: the next move takes it back.
  #turned(live: Live, doing: 'run' | 'undo') {
    return doing === 'run' && live.facts.state === 'cancelling'
  }

  // One that may fail without stopping the others; where that cannot be written down it stops after all.
  #passes(live: Live, index: number, problem: Failure): boolean {
    const known = this.#step(live, index)
    if (known?.step.passes?.(problem) !== true) return false
    if (
      !this.save(live, stepPassed(live.facts, { index, failure: problem, now: this.#now(live) })).ok
    )
      return false
    this.note(live, `${known.step.title} failed: ${explain(problem).says}`)
    return true
  }

  #endInPart(live: Live): void {
    const { facts, failure: told } = endedInPart(live.facts, this.#now(live))
    if (!this.save(live, facts).ok) live.facts = facts
    this.note(live, `Stopped: ${explain(told).says}`)
  }

  async #take(
    live: Live,
    { do: doing, index }: { do: 'run' | 'undo'; index: number },
  ): Promise<Failure | undefined> {
    const known = this.#step(live, index)
    if (!known) return impossible(live, 'This version of Takt does not know how to go on with it.')
    live.abort = new AbortController()
    live.progress = undefined
    const outcome = await (doing === 'run'
      ? this.#forward(live, index, known)
      : this.#tries(live, (signal) => this.#undone(live, known, signal)))
    live.abort = undefined
    live.progress = undefined
    if (!outcome.ok) return outcome.failure
    if (outcome.value === 'overtaken' || this.#closing.signal.aborted) return undefined
    this.#ports.settling?.(live.facts.site)
    const saved = this.save(
      live,
      (doing === 'run' ? stepDone : stepUndone)(live.facts, index, this.#now(live)),
    )
    return saved.ok ? undefined : saved.failure
  }

  #step(live: Live, index: number): KnownStep | undefined {
    const kind = this.#kinds.get(live.facts.kind)
    const input = kind?.input.safeParse(live.facts.input)
    if (!kind || !input?.success) return undefined
    const step = kind.steps(input.data).find(({ id }) => id === live.facts.steps[index]?.id)
    return step && { step, input: input.data, premise: kind.premise }
  }

  /** Ends an operation whose premise has gone: from here on it is taken back. */
  overtake(live: Live, says: string): Outcome<void> {
    const saved = this.save(live, overtaken(live.facts, says))
    if (saved.ok) this.note(live, `Overtaken: ${says}`)
    return saved
  }

  // What it rests on is asked before the journal says that the step runs: a step that never ran has nothing to take back.
  async #forward(
    live: Live,
    index: number,
    known: KnownStep,
  ): Promise<Outcome<'overtaken' | undefined>> {
    const why = await this.#tries(live, (signal) => this.#premise(live, known, signal))
    if (!why.ok) return why
    // Whoever closes has closed the journal too: the next start asks again.
    if (this.#closing.signal.aborted) return succeed(undefined)
    if (live.abort?.signal.aborted) return fail(impossible(live, 'It was stopped.'))
    if (why.value !== undefined) {
      const ending = this.overtake(live, why.value)
      return ending.ok ? succeed('overtaken') : ending
    }
    const begun = this.save(live, stepStarted(live.facts, index, this.#now(live)))
    if (!begun.ok) return begun
    const ran = await this.#tries(live, (signal) => this.#ran(live, known, signal))
    return ran.ok ? succeed(undefined) : ran
  }

  async #tries<T>(
    live: Live,
    attempt: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const signal = AbortSignal.any([
      this.#closing.signal,
      ...(live.abort ? [live.abort.signal] : []),
    ])
    for (let tries = 0; ; tries++) {
      const outcome = await attempt(signal)
      const pause = PAUSES_S[tries]
      if (outcome.ok || signal.aborted || pause === undefined || !PASSING.has(outcome.failure.code))
        return outcome
      live.progress = { detail: `${explain(outcome.failure).says} Tried again in ${pause} s.` }
      this.#changed()
      await this.#ports.clock.sleep(pause * 1000, signal).catch(() => undefined)
      if (signal.aborted) return outcome
    }
  }

  #premise(live: Live, { step, input, premise }: KnownStep, signal: AbortSignal) {
    return this.#guarded(live, { step, signal }, async () => {
      const context = this.#context(live, input, signal)
      const nothing = succeed<string | undefined>(undefined)
      const whole = (await premise.asks?.(context, step.id)) ?? nothing
      return !whole.ok || whole.value !== undefined
        ? whole
        : ((await step.overtaken?.(context)) ?? nothing)
    })
  }
  #ran(live: Live, { step, input }: KnownStep, signal: AbortSignal) {
    return this.#guarded(live, { step, signal }, () => step.run(this.#context(live, input, signal)))
  }
  #undone(live: Live, { step, input }: KnownStep, signal: AbortSignal) {
    return this.#guarded(
      live,
      { step, signal },
      async () => (await step.undo?.(this.#context(live, input, signal))) ?? succeed(undefined),
    )
  }
  async #guarded<T>(
    live: Live,
    { step, signal }: { step: Step<unknown>; signal: AbortSignal },
    work: () => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof NotKept) return fail(error.failure)
      if (signal.aborted) return fail(impossible(live, 'It was stopped.'))
      this.#ports.log.error('A step threw.', { operation: live.facts.id, step: step.id, error })
      return fail(
        impossible(live, `"${step.title}" met a defect of Takt; the log has its details.`),
      )
    }
  }
  #context(live: Live, input: unknown, signal: AbortSignal): StepContext<unknown> {
    return {
      input,
      signal,
      kept: this.#kept(live),
      client: (site) => this.#ports.client(site),
      progress: (detail, share) => {
        live.progress = {
          detail,
          ...(share !== undefined && { share: Math.min(1, Math.max(0, share)) }),
        }
        this.#changed()
      },
      note: (says) => this.note(live, says),
    }
  }

  // Each string is on disk as soon as it is set, so that a step may choose a name, keep it, and only then use it.
  #kept(live: Live): Record<string, string> {
    return new Proxy(
      { ...live.facts.kept },
      {
        set: (target, name, value) => {
          if (typeof name !== 'string' || typeof value !== 'string') return false
          target[name] = value
          if (live.facts.kept[name] === value) return true
          const saved = this.save(live, {
            ...live.facts,
            kept: { ...live.facts.kept, [name]: value },
          })
          if (!saved.ok) throw new NotKept(saved.failure)
          return true
        },
      },
    )
  }

  #stop(live: Live, index: number, failure: Failure): void {
    const facts = stopped(live.facts, { index, failure, now: this.#now(live) })
    // With a full disk the journal still says "running", so a restart goes on where this stopped; meanwhile people are told.
    if (!this.save(live, facts).ok) live.facts = facts
    this.note(live, `Stopped: ${explain(failure).says}`)
  }
  #now(live: Live) {
    return this.#ports.clockOf(live.facts.site).now()
  }
}

interface KnownStep {
  step: Step<unknown>
  input: unknown
  premise: Premise<unknown>
}
class NotKept extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super('a value could not be kept')
    this.failure = failure
  }
}
const ENDED = {
  done: 'Done.',
  cancelled: 'Cancelled; what was made is taken back.',
  undone: 'Taken back.',
  overtaken: 'Ended: what was done so far is taken back.',
}
const impossible = (live: Live, says: string) =>
  failure('OPERATION_NOT_POSSIBLE', { operation: live.facts.id, says })
