import type { Clock } from '../../kernel/clock'

/** A site's clock that can be set back while its history is made, and then goes on with the clock it stands on. */
export interface TravelClock extends Clock {
  moveTo(at: number): void
  arrive(): void
}

export function travelClock(base: Clock): TravelClock {
  let at: number | undefined
  return {
    now: () => at ?? base.now(),
    sleep: (ms, signal) => base.sleep(ms, signal),
    moveTo(moment) {
      at = moment
    },
    arrive() {
      at = undefined
    },
  }
}
