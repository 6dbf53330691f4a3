import { succeed, type Outcome } from '../../kernel/outcome'
import type { Clock } from '../../kernel/clock'

const MOST_MS = 1000
const LEAST_MS = 150

/** Looks again and again, at first often, until the look says it is done; a look's failure ends it. The clock is the machine's: people wait in real time. */
export async function until(
  clock: Clock,
  look: () => Promise<Outcome<boolean>>,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  for (let pause = LEAST_MS; ; pause = Math.min(MOST_MS, pause * 1.4)) {
    signal.throwIfAborted()
    const seen = await look()
    if (!seen.ok) return seen
    if (seen.value) return succeed(undefined)
    await clock.sleep(pause, signal)
  }
}
