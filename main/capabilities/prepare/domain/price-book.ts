import { GROUP, VERSION } from '../../../../preload/contract/records'
import type { PriceBookSpec } from '../../../../preload/contract/records/money'
import { timestamp } from '../../../kernel/clock'
import { LABEL, type Manifest } from '../../../kernel/manifest'

/**
 * Prices to begin with: what owning hardware costs in the middle of published ranges (purchase over four years, power, room).
 * They are there so that sums are not empty, and are named so that nobody takes them for their own.
 */
const STARTING: Omit<PriceBookSpec, 'asOf'> = {
  version: 'starting values',
  currency: 'USD',
  cpuUsdPerCoreHour: 0.01,
  memoryUsdPerGiHour: 0.0015,
  storageUsdPerGiMonth: 0.04,
  gpus: [
    { model: 'NVIDIA-H100-80GB-HBM3', resource: 'nvidia.com/gpu', usdPerHour: 1.5 },
    { model: 'NVIDIA-A100-SXM4-80GB', resource: 'nvidia.com/gpu', usdPerHour: 0.85 },
    { model: 'NVIDIA-A100-SXM4-40GB', resource: 'nvidia.com/gpu', usdPerHour: 0.7 },
    { model: 'NVIDIA-L40S', resource: 'nvidia.com/gpu', usdPerHour: 0.7 },
    { model: 'NVIDIA-A10', resource: 'nvidia.com/gpu', usdPerHour: 0.35 },
    { model: 'NVIDIA-L4', resource: 'nvidia.com/gpu', usdPerHour: 0.3 },
    { model: 'Tesla-T4', resource: 'nvidia.com/gpu', usdPerHour: 0.2 },
  ],
}

export const startingPriceBook = (now: number): Manifest => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind: 'PriceBook',
  metadata: { name: 'default', labels: { [LABEL.managedBy]: 'takt' } },
  spec: { ...STARTING, asOf: timestamp(now) },
})
