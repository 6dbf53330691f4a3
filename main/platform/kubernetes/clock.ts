import type { Clock } from '../../kernel/clock'

const HEADER_STEP_MS = 1000

/** A site's own clock, kept from the Date headers of its answers: the machine's clock may be wrong, the cluster's ages are its own. */
export class SiteClock implements Clock {
  #offsetMs = 0
  readonly #machine: Clock
  constructor(machine: Clock) {
    this.#machine = machine
  }
  now() {
    return this.#machine.now() + this.#offsetMs
  }
  sleep(ms: number, signal?: AbortSignal) {
    return this.#machine.sleep(ms, signal)
  }
  observe(dateHeader: string | undefined) {
    const told = Date.parse(dateHeader ?? '')
    if (Number.isNaN(told)) return
    // The header has whole seconds, so a smaller difference says nothing and would only make the clock tremble.
    const offset = told + HEADER_STEP_MS / 2 - this.#machine.now()
    if (Math.abs(offset - this.#offsetMs) > HEADER_STEP_MS * 1.5)
      this.#offsetMs = Math.abs(offset) <= HEADER_STEP_MS ? 0 : offset
  }
}
