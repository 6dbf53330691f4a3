import type { Budget, Project } from '../../../../preload/contract/records'
import type { PriceBookSpec } from '../../../../preload/contract/records/money'
import {
  GPU,
  gpuModelOf,
  holds,
  isGpuResource,
  sameModel,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'

export interface CostCentre {
  costCentre: string
  title: string
  team: string
  capUsd: number
  spentUsd: number
  committedUsdPerHour: number
  leftUsd: number
  asOf: string
}
const GI = 2 ** 30
const HOUR_MS = 3_600_000

/** USD an hour of what a pod asked for; a GPU the book does not list costs nothing and is told apart by `unpriced`. */
export function podUsdPerHour(
  pod: Pick<PodFacts, 'requests'>,
  node: Pick<NodeFacts, 'labels'> | undefined,
  book: PriceBookSpec,
): { usd: number; unpriced: boolean } {
  let usd =
    (pod.requests['cpu'] ?? 0) * book.cpuUsdPerCoreHour +
    ((pod.requests['memory'] ?? 0) / GI) * book.memoryUsdPerGiHour
  let unpriced = false
  for (const [resource, count] of Object.entries(pod.requests)) {
    if (!isGpuResource(resource) || count === 0) continue
    const of = book.gpus.filter((entry) => entry.resource === resource)
    const model = node ? gpuModelOf(node) : ''
    const entry =
      of.find((known) => sameModel(known.model, model)) ?? (of.length === 1 ? of[0] : undefined)
    if (entry) usd += entry.usdPerHour * count
    else unpriced = true
  }
  return { usd, unpriced }
}

/** USD an hour of one whole GPU of a node, by the book. */
export const gpuUsdPerHour = (
  node: Pick<NodeFacts, 'labels'>,
  book: PriceBookSpec | undefined,
): number | undefined =>
  book?.gpus.find(({ model, resource }) => resource === GPU && sameModel(model, gpuModelOf(node)))
    ?.usdPerHour

/** The first moment of the period a budget counts in, in milliseconds since 1970. */
export function periodStart(period: Budget['spec']['period'], now: number): number {
  const date = new Date(now)
  const month = date.getUTCMonth()
  const first = period === 'year' ? 0 : period === 'quarter' ? month - (month % 3) : month
  return Date.UTC(date.getUTCFullYear(), first, 1)
}

interface Facts {
  budgets: Budget[]
  projects: Project[]
  nodes: NodeFacts[]
  pods: PodFacts[]
  book: PriceBookSpec | undefined
  now: number
  timestamp(ms: number): string
}
/**
 * Each cost centre: what its record says was spent, and since then (or the period's first day) what runs now, by the price book.
 * What ended in between is in the record once somebody wrote it there, not before.
 */
export function costCentres({
  budgets,
  projects,
  nodes,
  pods,
  book,
  now,
  timestamp,
}: Facts): CostCentre[] {
  const centreOf = new Map(
    projects.map(({ meta, spec, status }) => [status.namespace ?? meta.name, spec.costCentre]),
  )
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]))
  const running = book
    ? pods.filter(holds).flatMap((pod) => {
        const centre = centreOf.get(pod.namespace)
        return centre === undefined
          ? []
          : [
              {
                centre,
                since: pod.startedAt ?? pod.createdAt,
                usd: podUsdPerHour(pod, byName.get(pod.node ?? ''), book).usd,
              },
            ]
      })
    : []
  return budgets.map(({ meta, spec, status }) => {
    const from = status.asOf === undefined ? periodStart(spec.period, now) : Date.parse(status.asOf)
    const own = running.filter(({ centre }) => centre === meta.name)
    const accrued = own.reduce(
      (sum, { since, usd }) => sum + (usd * Math.max(0, now - Math.max(since, from))) / HOUR_MS,
      0,
    )
    const spentUsd = (status.spentUsd ?? 0) + accrued
    return {
      costCentre: meta.name,
      title: spec.title,
      team: spec.team,
      capUsd: spec.capUsd,
      spentUsd: cents(spentUsd),
      committedUsdPerHour: cents(own.reduce((sum, { usd }) => sum + usd, 0)),
      leftUsd: cents(Math.max(0, spec.capUsd - spentUsd)),
      asOf: timestamp(now),
    }
  })
}
const cents = (usd: number) => Math.round(usd * 100) / 100
