import type { Clock } from '../../kernel/clock'
import { listeners } from '../../platform/streams/latest'

const IDLE_MS = 15 * 60_000

/** Whether somebody is at the screen. Where no screen has ever reported, nobody is missed: a headless core goes on by itself. */
export class Presence {
  readonly #clock: Clock
  readonly #back = listeners()
  #seenAt: number | undefined
  #locked = false
  constructor(clock: Clock) {
    this.#clock = clock
  }
  away(): boolean {
    return (
      this.#locked || (this.#seenAt !== undefined && this.#clock.now() - this.#seenAt > IDLE_MS)
    )
  }
  /** Somebody moved or typed, locked the screen or unlocked it. What moves behind a locked screen does not unlock it. */
  here({ locked }: { locked?: boolean | undefined }) {
    const was = this.away()
    this.#locked = locked ?? this.#locked
    if (locked !== true) this.#seenAt = this.#clock.now()
    if (was && !this.away()) this.#back.tell()
  }
  /** Calls back when somebody comes back. */
  onBack(listener: () => void) {
    return this.#back.add(listener)
  }
}

const BEAT_MS = 5000
const JUMP_MS = 30_000

/** Calls back once each time the machine woke from sleep: its clock has then moved much further than it waited. */
export async function watchForSleep(
  clock: Clock,
  { signal, woke }: { signal: AbortSignal; woke(sleptMs: number): void },
): Promise<void> {
  while (!signal.aborted) {
    const before = clock.now()
    try {
      await clock.sleep(BEAT_MS, signal)
    } catch {
      return
    }
    const slept = clock.now() - before - BEAT_MS
    if (slept > JUMP_MS) woke(slept)
  }
}
