import type { Clock } from '../kernel/clock'

/** A clock whose hours are as long as one says. */
export interface SimulatedClock extends Clock {
  /** Simulated seconds per second; 0 while paused. */
  readonly speed: number
  /** Waits that have begun end sooner or later accordingly. Throws RangeError for a negative or endless speed. */
  setSpeed(factor: number): void
}
export interface SimulatedClockOptions {
  /** The clock that drives it. */
  machine: Clock
  /** The first moment, in milliseconds since 1970; the machine's now when not said. */
  start?: number
  speed?: number
}
interface Sleeper {
  due: number
  wake: () => void
}
/** The longest a machine timer may run: beyond this Node fires at once. */
const LONGEST_MS = 2 ** 31 - 1

class Simulated implements SimulatedClock {
  readonly #machine: Clock
  readonly #sleepers = new Set<Sleeper>()
  #speed: number
  #anchor: { simulated: number; machine: number }
  #armed: { due: number; abort: AbortController } | undefined

  constructor({ machine, start = machine.now(), speed = 1 }: SimulatedClockOptions) {
    this.#machine = machine
    this.#speed = speed
    this.#anchor = { simulated: start, machine: machine.now() }
  }
  get speed(): number {
    return this.#speed
  }
  now(): number {
    return Math.floor(
      this.#anchor.simulated + (this.#machine.now() - this.#anchor.machine) * this.#speed,
    )
  }
  setSpeed(factor: number): void {
    if (!Number.isFinite(factor) || factor < 0) throw new RangeError(`not a speed: ${factor}`)
    this.#anchor = { simulated: this.now(), machine: this.#machine.now() }
    this.#speed = factor
    this.#disarm()
    this.#arm()
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const sleeper: Sleeper = {
        due: this.now() + ms,
        wake: () => {
          signal?.removeEventListener('abort', giveUp)
          resolve()
        },
      }
      const giveUp = (): void => {
        this.#sleepers.delete(sleeper)
        if (this.#sleepers.size === 0) this.#disarm()
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#sleepers.add(sleeper)
      this.#arm()
    })
  }
  #disarm(): void {
    this.#armed?.abort.abort()
    this.#armed = undefined
  }
  /** One machine timer stands for the earliest of all sleepers. */
  #arm(): void {
    const due = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.due))
    if (this.#speed === 0 || !Number.isFinite(due) || (this.#armed && this.#armed.due <= due))
      return
    this.#disarm()
    const armed = { due, abort: new AbortController() }
    this.#armed = armed
    const ms = Math.min(Math.max(0, Math.ceil((due - this.now()) / this.#speed)), LONGEST_MS)
    this.#machine.sleep(ms, armed.abort.signal).then(
      () => {
        if (this.#armed === armed) this.#ring()
      },
      () => undefined,
    )
  }
  #ring(): void {
    this.#armed = undefined
    const now = this.now()
    const due = [...this.#sleepers]
      .filter((sleeper) => sleeper.due <= now)
      .sort((a, b) => a.due - b.due)
    for (const sleeper of due) {
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
    this.#arm()
  }
}

/** Makes a clock that runs at a factor of another one. */
export const simulatedClock = (options: SimulatedClockOptions): SimulatedClock =>
  new Simulated(options)
