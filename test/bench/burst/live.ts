import { decide } from '../../../main/capabilities/burst/domain/decide'
import type { Pool, QueuedJob, Snapshot } from '../../../main/capabilities/burst/domain/snapshot'
import { seeded, type Random } from '../../../main/kernel/random'

const NOW = 1_795_012_320
const pick = (random: Random, from: readonly number[]) =>
  from[Math.floor(random.next() * from.length)] ?? 1

function jobOf(random: Random, id: string): QueuedJob {
  const p50 = 600 + 3600 * Math.exp(2.5 * random.next())
  return {
    id,
    kind: 'A100',
    gpus: pick(random, [1, 1, 1, 2, 4, 8, 8, 16]),
    runTime: { p10: p50 * 0.8, p50, p90: p50 * 1.4 },
    submittedS: NOW - 3600 * random.next(),
    deadlineS: NOW + 1800 + p50 * (1.5 + 30 * random.next()),
    team: `team-${pick(random, [1, 2, 3, 4, 5])}`,
    priority: 0,
    costCentre: '4420',
    resultsGb: 1,
    dataset: {
      name: `set-${pick(random, [1, 2, 3, 4, 5, 6, 7, 8])}`,
      gb: 50,
      mayLeave: random.next() < 0.9,
    },
  }
}

/** A full building of so many nodes with so many jobs waiting, and more jobs that ask for a quote. */
function busy(nodes: number, waiting: number): { snapshot: Snapshot; asking: QueuedJob[] } {
  const random = seeded(7)
  const running = Array.from({ length: nodes }, (_, node) => {
    const sizes = pick(random, [0, 1, 2]) === 0 ? [8] : [4, 2, 1, 1]
    return sizes.map((gpus) => ({
      node,
      gpus,
      expectedEndS: NOW + 72_000 * random.next(),
      startedS: NOW - 3600,
      team: `team-${pick(random, [1, 2, 3, 4, 5])}`,
    }))
  }).flat()
  const pool = (name: string, usdPerNodeHour: number, spot: boolean): Pool => ({
    name,
    kind: 'A100',
    gpusPerNode: 8,
    usdPerNodeHour,
    priceAsOfS: NOW - 60,
    bootS: 360,
    spot,
    nodesLeft: 400,
    nodes: [],
  })
  const snapshot: Snapshot = {
    nowS: NOW,
    kinds: [
      {
        name: 'A100',
        gpusPerNode: 8,
        free: new Array<number>(nodes).fill(0),
        running,
        usdPerGpuHour: 0.8,
      },
    ],
    queue: Array.from({ length: waiting }, (_, index) => jobOf(random, `waiting-${index}`)),
    pools: [
      pool('on-demand', 21.957642, false),
      pool('spot-1a', 7.7, true),
      pool('spot-1b', 7.9, true),
    ],
    budgets: [{ scope: '4420', capUsd: 1e6, spentUsd: 0, committedUsd: 0, hard: true }],
    link: { gbPerSecond: 1, queuedGb: 0, cached: new Set(), usdPerGbBack: 0.09 },
    policy: {
      usdPerWaitHour: { '': 5 },
      teamWeights: {},
      keepDeadlines: true,
      oldestPriceS: 259_200,
    },
  }
  return {
    snapshot,
    asking: Array.from({ length: 2000 }, (_, index) => jobOf(random, `asking-${index}`)),
  }
}

/** Milliseconds: the 99th percentile of one quote, and the median of planning the whole queue. */
export function live(nodes: number, waiting: number): { quoteP99: number; planMedian: number } {
  const { snapshot, asking } = busy(nodes, waiting)
  const plans = Array.from({ length: 5 }, () => timed(() => decide(snapshot)))
  const plan = decide(snapshot)
  const quotes = asking.map((job) => timed(() => plan.quote(job))).toSorted((a, b) => a - b)
  return {
    quoteP99: quotes[Math.ceil(0.99 * quotes.length) - 1] ?? NaN,
    planMedian: plans.toSorted((a, b) => a - b)[2] ?? NaN,
  }
}

function timed(work: () => unknown): number {
  const before = performance.now()
  work()
  return performance.now() - before
}
