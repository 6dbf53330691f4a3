import type { PriceBookSpec } from '../../../../preload/contract/records/money'
import { quantityOf } from '../../../kernel/quantities'

export type Hard = Record<string, string>
const GI = 2 ** 30
const WORK_HOURS_A_DAY = 4
const LEAST = { cores: 8, memoryGi: 32, storageGi: 500 }
const MOST_CORES = 256

/** USD an hour that a budget allows when its time box is used four hours a day. */
export const affordableUsdPerHour = (budgetUsd: number, days: number): number =>
  budgetUsd / Math.max(1, days * WORK_HOURS_A_DAY)

/**
 * The quota a new project starts with: cores its budget can pay for (with 4 GiB each), no GPUs until an environment asks for one,
 * and counts that stop a runaway loop.
 */
export function startingQuota(
  budget: { usd: number; days: number },
  prices: PriceBookSpec | undefined,
  gpuResources: string[],
): Hard {
  const perCore = prices ? prices.cpuUsdPerCoreHour + 4 * prices.memoryUsdPerGiHour : 0
  const payable =
    perCore > 0 ? Math.floor(affordableUsdPerHour(budget.usd, budget.days) / perCore) : LEAST.cores
  const cores = Math.min(MOST_CORES, Math.max(LEAST.cores, payable))
  return {
    'requests.cpu': String(cores),
    'requests.memory': `${String(Math.max(LEAST.memoryGi, cores * 4))}Gi`,
    'requests.storage': `${String(LEAST.storageGi)}Gi`,
    persistentvolumeclaims: '20',
    pods: '40',
    services: '20',
    ...Object.fromEntries(gpuResources.map((resource) => [`requests.${resource}`, '0'])),
  }
}

/** One resource in the unit its quota is written in. */
function written(resource: string, amount: number): string {
  if (/memory|storage/.test(resource)) return `${String(Math.ceil(amount / GI))}Gi`
  return String(Math.ceil(amount * 1000 - 1e-6) / 1000)
}

/** The quota raised just enough that what is used and what is added fit; a resource the quota does not limit stays so. */
export function raisedQuota(
  hard: Hard,
  used: Record<string, string | number>,
  adds: Record<string, number>,
): Hard {
  const raised = { ...hard }
  for (const [resource, added] of Object.entries(adds)) {
    if (hard[resource] === undefined) continue
    const wanted = quantityOf(used, resource) + added
    if (wanted > quantityOf(hard, resource)) raised[resource] = written(resource, wanted)
  }
  return raised
}
