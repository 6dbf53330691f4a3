import type { QueuedJob, Snapshot } from '../../../main/capabilities/burst/domain/snapshot'

export const HOUR = 3600
/** 2026-11-18T14:32:00Z */
export const NOW = 1_795_012_320

export const queued = (id: string): QueuedJob => ({
  id,
  kind: 'A100',
  gpus: 8,
  runTime: { p10: 1.5 * HOUR, p50: 2 * HOUR, p90: 3 * HOUR },
  submittedS: NOW,
  deadlineS: NOW + 7 * HOUR,
  team: 'vision',
  priority: 0,
  costCentre: '4420',
  resultsGb: 0,
})

const DEFAULTS = {
  freeNow: 0,
  freeInHours: 1,
  budgetUsd: 100_000,
  soft: false,
  priceAgeHours: 1,
  nodesLeft: 10,
  deadlineInHours: 7,
  usdPerWaitHour: 0,
  usdPerNodeHour: 21.957642,
  datasetGb: 0,
  mayLeave: true,
}
export type Facts = Partial<typeof DEFAULTS>

/** One node of eight GPUs in the building, one on-demand pool, and one job that wants a whole node for about two hours. */
export function aSnapshot(facts: Facts = {}): Snapshot {
  const told = { ...DEFAULTS, ...facts }
  return {
    nowS: NOW,
    kinds: [
      {
        name: 'A100',
        gpusPerNode: 8,
        free: [told.freeNow],
        usdPerGpuHour: 0.8,
        running:
          told.freeNow === 8
            ? []
            : [
                {
                  node: 0,
                  gpus: 8 - told.freeNow,
                  expectedEndS: NOW + told.freeInHours * HOUR,
                  startedS: NOW - HOUR,
                  team: 'speech',
                },
              ],
      },
    ],
    queue: [
      {
        ...queued('job'),
        deadlineS: NOW + told.deadlineInHours * HOUR,
        dataset: { name: 'faces', gb: told.datasetGb, mayLeave: told.mayLeave },
      },
    ],
    pools: [
      {
        name: 'p4d-1a',
        kind: 'A100',
        gpusPerNode: 8,
        usdPerNodeHour: told.usdPerNodeHour,
        priceAsOfS: NOW - told.priceAgeHours * HOUR,
        bootS: 360,
        spot: false,
        nodesLeft: told.nodesLeft,
        nodes: [],
      },
    ],
    budgets: [
      { scope: '4420', capUsd: told.budgetUsd, spentUsd: 0, committedUsd: 0, hard: !told.soft },
    ],
    link: { gbPerSecond: 0.1, queuedGb: 0, cached: new Set(), usdPerGbBack: 0.09 },
    policy: {
      usdPerWaitHour: { '': told.usdPerWaitHour },
      teamWeights: {},
      keepDeadlines: true,
      oldestPriceS: 72 * HOUR,
    },
  }
}
