import type { DriftProgress, FleetRow } from '../../../../preload/contract/drift-review'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { timestamp } from '../../../kernel/clock'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { isDemo, type DemoFleet } from '../demo/seeder'
import type { DriftPorts } from '../ports'
import { asked } from '../refusal'
import { locate } from '../sources/locate'
import type { Monitors } from './shelf'

type Progress = DriftProgress
type Done = Extract<Progress, { kind: 'done' }>
interface Running {
  done: number
  total: number
  says: string
}
interface Asked {
  anew: boolean
  signal?: AbortSignal | undefined
  tell?: ((progress: Progress) => void) | undefined
}

/** Counts and scores models, one after the other, away from the thread that serves people. */
export class Runs {
  readonly #ports: DriftPorts
  readonly #parts: { monitors: Monitors; demo: DemoFleet; changed: () => void }
  readonly #running = new Map<string, Running>()
  readonly #failures = new Map<string, Failure>()
  #last: Promise<unknown> = Promise.resolve()
  constructor(
    ports: DriftPorts,
    parts: { monitors: Monitors; demo: DemoFleet; changed: () => void },
  ) {
    this.#ports = ports
    this.#parts = parts
  }
  running(id: string): FleetRow['running'] {
    return this.#running.get(id)
  }
  failed(id: string): Failure | undefined {
    return this.#failures.get(id)
  }

  /** Freezes the reference where it is new, counts and scores the windows; the signal cancels. */
  async run(id: string, asked: Asked): Promise<Outcome<Done>> {
    const before = this.#last,
      ours = before.catch(() => undefined).then(() => this.#one(id, asked))
    this.#last = ours
    this.#says(id, { done: 0, total: 1, says: 'Waits for its turn' })
    try {
      const done = await ours
      if (done.ok) this.#failures.delete(id)
      else this.#failures.set(id, done.failure)
      return done
    } finally {
      this.#running.delete(id)
      this.#parts.changed()
    }
  }
  #says(id: string, running: Running, tell?: Asked['tell']): void {
    this.#running.set(id, running)
    tell?.({ kind: 'progress', ...running })
    this.#parts.changed()
  }

  async #one(id: string, { anew, signal, tell }: Asked): Promise<Outcome<Done>> {
    const { clock } = this.#ports,
      { monitors, demo } = this.#parts,
      began = clock.now()
    signal?.throwIfAborted()
    const monitor = monitors.get(id)
    if (!monitor) return fail(failure('NOT_FOUND', { kind: 'monitor', name: id }))
    const progress = (done: number, total: number, says: string) =>
      this.#says(id, { done, total, says }, tell)
    progress(0, 1, isDemo(id) ? 'Makes simulated rows' : 'Opens the sources')
    if (isDemo(id)) await demo.rows(id, signal)
    const located = await locate(this.#ports, monitor.settings, { signal, progress })
    if (!located.ok) return located
    const counted = await asked(
      this.#ports.counting.ask<'count'>(
        {
          ask: 'count',
          id,
          settings: monitor.settings,
          located: located.value,
          before: monitors.book(id),
          anew,
          simulated: monitor.simulated,
          madeAt: timestamp(this.#now()),
        },
        { signal, progress },
      ),
    )
    if (!counted.ok) return counted
    const { book, summary, counted: windows } = counted.value,
      kept = monitors.keep(id, { book, summary, at: clock.now() })
    return kept.ok
      ? succeed({ kind: 'done', id, windows, seconds: (clock.now() - began) / 1000 })
      : kept
  }
  #now(): number {
    const home = this.#ports.sites.home()
    return home.ok ? home.value.clock.now() : this.#ports.clock.now()
  }
}
