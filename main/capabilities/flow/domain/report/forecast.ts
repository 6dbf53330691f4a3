import { sumOf } from './figures'

const ENOUGH = 0.999
const MOST_DAYS = 3_650
const CLOSE = 1e-12

/**
 * The chance that `items` more are finished within 1, 2, 3, … days, when each day finishes as many as one drawn at random from
 * `dailyFinished`. Exact by convolution; it ends once 99.9 % are reached. Empty where nothing was ever finished.
 */
export function finishChances(dailyFinished: readonly number[], items: number): number[] {
  if (sumOf(dailyFinished) === 0) return []
  const weights = new Map<number, number>()
  for (const finished of dailyFinished)
    weights.set(finished, (weights.get(finished) ?? 0) + 1 / dailyFinished.length)
  const chances: number[] = []
  let open = [1, ...Array<number>(items - 1).fill(0)]
  let reached = 0
  while (reached < ENOUGH && chances.length < MOST_DAYS) {
    open = dayLater(open, weights)
    reached = 1 - sumOf(open)
    chances.push(reached)
  }
  return chances
}
function dayLater(open: readonly number[], weights: ReadonlyMap<number, number>): number[] {
  const next = Array<number>(open.length).fill(0)
  for (const [done, chance] of open.entries()) {
    if (chance === 0) continue
    for (const [finished, weight] of weights) {
      const then = done + finished
      if (then < next.length) next[then] = (next[then] ?? 0) + chance * weight
    }
  }
  return next
}
/** Days after which a share of all courses is done; undefined where the chances never reach it. */
export function daysUntil(chances: readonly number[], share: number): number | undefined {
  const index = chances.findIndex((chance) => chance >= share - CLOSE)
  return index < 0 ? undefined : index + 1
}
