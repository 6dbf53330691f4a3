import type { Clock } from '../../kernel/clock'

const EVERY_MS = 250

/** Paces a stream of views: what a person does shows at once, what the cluster does at most four times a second. */
export class Gate {
  readonly #clock: Clock
  #wake = () => {}
  #urgent = false
  #dirty = false
  constructor(clock: Clock) {
    this.#clock = clock
  }
  soon = () => {
    this.#dirty = true
    this.#wake()
  }
  now = () => {
    this.#urgent = true
    this.#wake()
  }

  /** Views that differ, until the signal. */
  async *views<T>(read: () => T | undefined, signal: AbortSignal): AsyncGenerator<T, void> {
    const onAbort = () => this.#wake()
    signal.addEventListener('abort', onAbort, { once: true })
    let last = -EVERY_MS
    try {
      while (!signal.aborted) {
        this.#urgent = false
        this.#dirty = false
        const view = read()
        if (view !== undefined) {
          last = this.#clock.now()
          yield view
        }
        await this.#next(last, signal)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
  async #next(last: number, signal: AbortSignal) {
    while (!this.#urgent && !signal.aborted) {
      const left = last + EVERY_MS - this.#clock.now()
      if (this.#dirty && left <= 0) return
      const over = new AbortController()
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await (this.#dirty
        ? Promise.race([woken, this.#clock.sleep(left, over.signal).catch(() => undefined)])
        : woken)
      over.abort()
    }
  }
}
