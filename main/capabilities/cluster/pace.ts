import type { Clock } from '../../kernel/clock'

const SPAN_MS = 5_000

/** How many changes a second there were lately. */
export class Pace {
  readonly #clock: Clock
  #counted: { at: number; many: number }[] = []
  constructor(clock: Clock) {
    this.#clock = clock
  }
  count(many: number) {
    if (many > 0) this.#counted.push({ at: this.#clock.now(), many })
  }
  get perSecond(): number {
    const now = this.#clock.now()
    this.#counted = this.#counted.filter(({ at }) => now - at < SPAN_MS)
    const all = this.#counted.reduce((sum, { many }) => sum + many, 0)
    return all === 0 ? 0 : Math.max(1, Math.round(all / (SPAN_MS / 1000)))
  }
}
