import type { Snapshot } from './snapshot'

/** The most that a team's place in the queue moves, either way: bounded, so that nobody starves. */
const MOST_S = 2 * 3600

/** Weighted fair share: a team that holds more than its share of the building stands later in the queue, one that holds less earlier. */
export class Fairness {
  private readonly shift = new Map<string, number>()

  constructor({ kinds, queue, policy }: Snapshot) {
    const held = new Map<string, number>()
    for (const team of queue.map((job) => job.team)) held.set(team, 0)
    for (const { team, gpus } of kinds.flatMap((kind) => kind.running))
      held.set(team, (held.get(team) ?? 0) + gpus)
    const weight = (team: string) => policy.teamWeights[team] ?? 1
    const all = [...held.values()].reduce((sum, gpus) => sum + gpus, 0)
    const weights = [...held.keys()].reduce((sum, team) => sum + weight(team), 0)
    for (const [team, gpus] of held) {
      const excess = all > 0 && weights > 0 ? gpus / all / (weight(team) / weights) - 1 : 0
      this.shift.set(team, Math.min(1, excess) * MOST_S)
    }
  }

  /** How many seconds later (or, negative, earlier) a team's jobs stand in the queue. */
  shiftS(team: string): number {
    return this.shift.get(team) ?? 0
  }
}
