import { overlapS, type Span } from '../../../../kernel/spans'
import { decimalText, fractionOf, ZERO, type Fraction } from '../../../../kernel/exact'
import { WHOLE_GPU, type Rates } from './book'
import type { Cell } from './cells'
import type { MeteredNode, Metering } from './records'
import { clipped, cutAt } from './stretches'

const HOUR_S = 3_600n

interface Capacity {
  hours: Fraction
  usd: Fraction
}
/** GPU-hours a node could give: what it has, less what was faulted, at the price of a whole GPU. */
function capacityOf(
  node: MeteredNode,
  { faulted }: Metering,
  { rates, window }: { rates: Rates; window: Span },
): Capacity {
  const span = clipped({ fromS: node.fromS, toS: node.toS ?? window.toS }, window)
  const faults = faulted.filter((fault) => fault.node === node.name)
  const edges = faults.flatMap(({ fromS, toS }) => [fromS, toS])
  let [hours, usd] = [ZERO, ZERO]
  for (const piece of cutAt(span, rates.changesS, edges)) {
    const out = faults.filter(({ fromS, toS }) => fromS <= piece.fromS && piece.fromS < toS)
    const gpus = node.gpus - out.reduce((sum, fault) => sum + fault.gpus, 0)
    const some = fractionOf(BigInt(gpus) * BigInt(piece.toS - piece.fromS), HOUR_S)
    const { gpu } = rates.at(piece.fromS, { ...node, resource: WHOLE_GPU })
    hours = hours.add(some)
    if (gpu) usd = usd.add(some.mul(gpu.usdPerHour))
  }
  return { hours, usd }
}

/** GPU-hours by site: capacity, what was allocated of it, and what nobody asked for, in hours and dollars. */
export function siteFigures(
  metering: Metering,
  about: { rates: Rates; window: Span; allocated: ReadonlyMap<string, Cell> },
) {
  const bySite = Map.groupBy(metering.nodes, ({ site }) => site)
  const names = [...bySite.keys()].sort()
  return Object.fromEntries(
    names.map((site) => {
      const capacities = (bySite.get(site) ?? []).map((node) => capacityOf(node, metering, about))
      const hours = capacities.reduce((sum, one) => sum.add(one.hours), ZERO)
      const usd = capacities.reduce((sum, one) => sum.add(one.usd), ZERO)
      const { allocated, gpuUsd } = about.allocated.get(site)?.figures() ?? {
        allocated: ZERO,
        gpuUsd: ZERO,
      }
      return [
        site,
        {
          capacityGpuHours: decimalText(hours),
          allocatedGpuHours: decimalText(allocated),
          unallocatedGpuHours: decimalText(hours.sub(allocated)),
          unallocatedUsd: decimalText(usd.sub(gpuUsd)),
        },
      ]
    }),
  )
}

/** Costs for all together by name, in dollars; they are never spread. */
export function sharedFigures({ shared }: Metering, window: Span) {
  const sums = new Map<string, Fraction>()
  for (const { name, usdPerHour, fromS, toS } of shared) {
    const seconds = overlapS({ fromS, toS: toS ?? window.toS }, window)
    const usd = usdPerHour.mul(fractionOf(BigInt(seconds), HOUR_S))
    sums.set(name, (sums.get(name) ?? ZERO).add(usd))
  }
  return Object.fromEntries(
    [...sums.keys()].sort().map((name) => [name, decimalText(sums.get(name) ?? ZERO)]),
  )
}

/** How long nobody observed each site, in seconds of the window. */
export function gapFigures({ gaps }: Metering, window: Span) {
  const bySite = Map.groupBy(gaps, ({ site }) => site)
  return [...bySite.keys()].sort().map((site) => ({
    site,
    seconds: (bySite.get(site) ?? []).reduce((sum, gap) => sum + overlapS(gap, window), 0),
  }))
}
