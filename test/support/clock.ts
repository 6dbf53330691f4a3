import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../main/kernel/clock'

/** A clock that a test moves by hand; sleepers wake in order of their time. */
export class HandClock implements Clock {
  #now: number
  #sleepers: { at: number; wake: () => void }[] = []
  constructor(start = Date.parse('2026-11-18T14:32:00Z')) {
    this.#now = start
  }
  now() {
    return this.#now
  }
  get sleepers() {
    return this.#sleepers.length
  }
  sleep(ms: number, signal?: AbortSignal) {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#sleepers.push(sleeper)
    })
  }
  /** Moves time on, waking each sleeper at its own time and letting what it does settle first. */
  async advance(ms: number) {
    const until = this.#now + ms
    for (;;) {
      const next = this.#sleepers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#now = Math.max(this.#now, next.at)
      this.#sleepers = this.#sleepers.filter((other) => other !== next)
      next.wake()
      await new Promise((settled) => setImmediate(settled))
    }
    this.#now = until
    await new Promise((settled) => setImmediate(settled))
  }
  /** Lets the machine sleep: time jumps, and whoever waited wakes late and all at once, as after a closed lid. */
  async sleepThrough(ms: number) {
    this.#now += ms
    const due = this.#sleepers.filter(({ at }) => at <= this.#now)
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now)
    for (const { wake } of due) wake()
    await new Promise((settled) => setImmediate(settled))
  }
}

/** The machine's time, run faster and moved on by hand: for what speaks to real servers, whose answers come in real time. */
export class BentClock implements Clock {
  readonly #began = Date.now()
  readonly #speed: number
  #ahead: number
  constructor({ speed = 1, aheadMs = 0 }: { speed?: number; aheadMs?: number } = {}) {
    this.#speed = speed
    this.#ahead = aheadMs
  }
  now() {
    return this.#began + (Date.now() - this.#began) * this.#speed + this.#ahead
  }
  sleep(ms: number, signal?: AbortSignal) {
    return wait(ms / this.#speed, undefined, { ...(signal && { signal }) })
  }
  /** Time jumps and nobody is woken, as while a lid is closed. */
  jump(ms: number) {
    this.#ahead += ms
  }
}
