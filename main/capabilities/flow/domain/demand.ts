import type { MapView } from '../../../../preload/contract/flow'
import type { Place } from '../../../../preload/contract/common'
import { amount, GPU, type Inventory, type PodFacts } from '../../../kernel/inventory'
import { timestamp } from '../../../kernel/clock'
import { gpusAsked, type QueuedJob } from './waiting'

const BIN_MS = 10 * 60_000
const DAY_MS = 86_400_000
/** GPUs wanted at a moment, as this machine saw it. */
export interface Sample {
  at: number
  onPrem: number
  cloud: number
}
export interface DemandFacts {
  now: number
  sites: { place: Place; inventory: Inventory; queued: QueuedJob[] }[]
  samples: Sample[]
  cloudUsdPerHour: number
}

/** From when to when a pod or job wanted its GPUs, as far as the cluster remembers. */
const wants = (pod: PodFacts, now: number): [from: number, to: number] => [
  pod.createdAt,
  pod.finishedAt ?? (pod.phase === 'Succeeded' || pod.phase === 'Failed' ? pod.createdAt : now),
]

/** GPUs wanted now: held, or asked for by what waits. */
export function demandNow({
  inventory,
  queued,
}: Pick<DemandFacts['sites'][number], 'inventory' | 'queued'>): number {
  const pods = inventory.pods.filter(
    ({ phase, deleting }) => phase !== 'Succeeded' && phase !== 'Failed' && !deleting,
  )
  const waiting = queued.filter(({ reserved, finished }) => !reserved && !finished)
  return (
    pods.reduce((sum, pod) => sum + amount(pod.requests, GPU), 0) +
    waiting.reduce((sum, { requests }) => sum + gpusAsked(requests), 0)
  )
}

function remembered({ sites, now }: DemandFacts, bin: number): { onPrem: number; cloud: number } {
  const middle = Math.min(now, bin + BIN_MS / 2)
  const of = (place: 'cloud' | 'other') =>
    sites
      .filter((site) => (site.place === 'cloud') === (place === 'cloud'))
      .reduce((all, { inventory, queued }) => {
        const pods = inventory.pods.reduce((sum, pod) => {
          const [from, to] = wants(pod, now)
          return from <= middle && middle <= to ? sum + amount(pod.requests, GPU) : sum
        }, 0)
        const waiting = queued.reduce(
          (sum, job) =>
            !job.reserved && !job.finished && job.queuedAt <= middle
              ? sum + gpusAsked(job.requests)
              : sum,
          0,
        )
        return all + pods + waiting
      }, 0)
  return { onPrem: of('other'), cloud: of('cloud') }
}

/** GPUs wanted today, in ten-minute steps from midnight (UTC): what this machine saw where it looked, else what the clusters remember. */
export function demandOf(facts: DemandFacts): MapView['demand'] {
  const midnight = Math.floor(facts.now / DAY_MS) * DAY_MS
  const bins = Array.from(
    { length: Math.floor((facts.now - midnight) / BIN_MS) + 1 },
    (_unused, index) => midnight + index * BIN_MS,
  )
  const seen = Map.groupBy(facts.samples, ({ at }) => Math.floor(at / BIN_MS) * BIN_MS)
  const mean = (samples: Sample[], of: (sample: Sample) => number) =>
    Math.round((samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length) * 10) / 10
  const hours = bins.map((bin) => {
    const own = seen.get(bin)
    return own
      ? {
          at: timestamp(bin),
          onPrem: mean(own, ({ onPrem }) => onPrem),
          cloud: mean(own, ({ cloud }) => cloud),
        }
      : { at: timestamp(bin), ...remembered(facts, bin) }
  })
  const looked = bins.filter((bin) => seen.has(bin)).length
  const capacity = facts.sites
    .filter(({ place }) => place !== 'cloud')
    .reduce(
      (all, { inventory }) =>
        all +
        inventory.nodes.reduce(
          (sum, node) =>
            sum + (Number(node.labels['nvidia.com/gpu.count']) || amount(node.capacity, GPU)),
          0,
        ),
      0,
    )
  return {
    capacity,
    hours,
    cloudUsdPerHour: facts.cloudUsdPerHour,
    basis:
      looked === 0
        ? 'from the pods and jobs the clusters still remember; what was cleaned up is missing'
        : `${String(looked)} of ${String(bins.length)} steps as seen here, the rest from pods and jobs still remembered`,
  }
}
