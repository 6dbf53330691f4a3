import type { GpuPoint } from '../../../../preload/contract/gpu-use'
import { timestamp } from '../../../kernel/clock'
import { podOf, type FigureName, type Series } from './metrics'

/** Seconds between two kept samples. */
export const KEPT_STEP_S = 900
export const KEPT_DAYS = 31
const MOST_POINTS = 240
const LEAST_STEP_S = 15

/** Seconds between two points of a window, so that a chart has at most 240. */
export const stepFor = (hours: number): number =>
  Math.max(LEAST_STEP_S, Math.ceil((hours * 3600) / MOST_POINTS / LEAST_STEP_S) * LEAST_STEP_S)

export type Ranges = Partial<Record<FigureName | 'count', Series[]>>
/** One line of points out of summed series; shares of engine and tensor become averages. */
export function toPoints(ranges: Ranges): GpuPoint[] {
  const points = new Map<number, GpuPoint>()
  const at = (ms: number) => {
    const known = points.get(ms) ?? { at: timestamp(ms), gpus: 0 }
    points.set(ms, known)
    return known
  }
  for (const { at: ms, value } of pointsOf(ranges.count)) at(ms).gpus = value
  for (const { at: ms, value } of pointsOf(ranges.engine))
    Object.assign(at(ms), { used: value, engine: value / Math.max(1, at(ms).gpus) })
  for (const { at: ms, value } of pointsOf(ranges.tensor))
    at(ms).tensor = value / Math.max(1, at(ms).gpus)
  for (const name of ['memoryUsedMib', 'memoryFreeMib', 'powerW'] as const)
    for (const { at: ms, value } of pointsOf(ranges[name])) at(ms)[name] = value
  return [...points.entries()].sort(([a], [b]) => a - b).map(([, point]) => point)
}

const pointsOf = (series: Series[] | undefined) => series?.[0]?.points ?? []

/** What is kept of one moment: by node the GPUs measured, the sum of their shares, MiB used and W. */
export interface KeptSample {
  nodes: Record<
    string,
    {
      gpus: number
      used: number
      tensor?: number | undefined
      memoryUsedMib?: number | undefined
      powerW?: number | undefined
    }
  >
  allocated?: Record<string, number> | undefined
}
const add = (a: number | undefined, b: number | undefined) => (b === undefined ? a : (a ?? 0) + b)

/** A kept moment as a point of a chart: of one node, or of the whole site. */
export function keptPoint(
  at: number,
  { nodes, allocated }: KeptSample,
  node?: string,
): GpuPoint | undefined {
  const chosen = Object.entries(nodes)
    .filter(([name]) => node === undefined || name === node)
    .map(([, one]) => one)
  if (chosen.length === 0) return undefined
  const sum = chosen.reduce(
    (total, one) => ({
      gpus: total.gpus + one.gpus,
      used: total.used + one.used,
      tensor: add(total.tensor, one.tensor),
      memoryUsedMib: add(total.memoryUsedMib, one.memoryUsedMib),
      powerW: add(total.powerW, one.powerW),
    }),
    { gpus: 0, used: 0 } as KeptSample['nodes'][string],
  )
  const held =
    allocated &&
    Object.entries(allocated)
      .filter(([name]) => node === undefined || name === node)
      .reduce((total, [, count]) => total + count, 0)
  return {
    at: timestamp(at),
    gpus: sum.gpus,
    used: sum.used,
    engine: sum.used / Math.max(1, sum.gpus),
    ...(sum.tensor !== undefined && { tensor: sum.tensor / Math.max(1, sum.gpus) }),
    ...(sum.memoryUsedMib !== undefined && { memoryUsedMib: sum.memoryUsedMib }),
    ...(sum.powerW !== undefined && { powerW: sum.powerW }),
    ...(held !== undefined && { allocated: held }),
  }
}

const FIGURES = [
  ['count', 'gpus'],
  ['engine', 'used'],
  ['tensor', 'tensor'],
  ['memoryUsedMib', 'memoryUsedMib'],
  ['powerW', 'powerW'],
] as const
/** Kept moments out of series by node, one for each quarter of an hour. */
export function toKept(
  byNode: Partial<Record<FigureName | 'count', Series[]>>,
): Map<number, KeptSample> {
  const moments = new Map<number, KeptSample>()
  for (const [series, field] of FIGURES) {
    for (const { labels, points } of byNode[series] ?? []) {
      const node = labels['Hostname'] ?? labels['node'] ?? ''
      for (const { at, value } of points) {
        const moment = moments.get(at) ?? { nodes: {} }
        moments.set(at, moment)
        const one = moment.nodes[node] ?? { gpus: 0, used: 0 }
        moment.nodes[node] = { ...one, [field]: value }
      }
    }
  }
  return moments
}

/** Seconds between two kept samples of pods: they are many and short-lived, so an hour is one. */
export const PODS_STEP_S = 3600
const MOST_PODS = 2000

/** What is kept of one hour: by namespace/name the GPUs of a pod and the averages of its figures. */
export interface KeptPods {
  pods: Record<string, KeptSample['nodes'][string]>
}
export const podKey = ({ namespace, pod }: { namespace: string; pod: string }): string =>
  `${namespace}/${pod}`

/** Kept hours out of series by pod; where there are too many pods, those with the most GPUs stay. */
export function toKeptPods(
  byPod: Partial<Record<FigureName | 'count', Series[]>>,
): Map<number, KeptPods> {
  const sums = new Map<
    number,
    Map<
      string,
      Partial<Record<'gpus' | (typeof FIGURES)[number][1], { sum: number; count: number }>>
    >
  >()
  for (const [series, field] of FIGURES) {
    for (const { labels, points } of byPod[series] ?? []) {
      const pod = podOf(labels)
      if (!pod) continue
      const key = podKey({ namespace: pod.namespace, pod: pod.name })
      for (const { at, value } of points) {
        const hour = Math.floor(at / (PODS_STEP_S * 1000)) * PODS_STEP_S * 1000
        const pods = sums.get(hour) ?? new Map<string, never>()
        sums.set(hour, pods)
        const one = pods.get(key) ?? {}
        pods.set(key, {
          ...one,
          [field]: { sum: (one[field]?.sum ?? 0) + value, count: (one[field]?.count ?? 0) + 1 },
        })
      }
    }
  }
  return new Map(
    [...sums].map(([hour, pods]) => {
      const averaged = [...pods].map(([key, fields]): [string, KeptSample['nodes'][string]] => [
        key,
        {
          gpus: 0,
          used: 0,
          ...Object.fromEntries(
            Object.entries(fields).map(([name, { sum, count }]) => [name, sum / count]),
          ),
        },
      ])
      return [
        hour,
        {
          pods: Object.fromEntries(
            averaged.sort(([, a], [, b]) => b.gpus - a.gpus).slice(0, MOST_PODS),
          ),
        },
      ]
    }),
  )
}

/** Live points win; kept ones fill what lies before them. */
export function joined(kept: readonly GpuPoint[], live: readonly GpuPoint[]): GpuPoint[] {
  const [first] = live
  return [
    ...kept.filter(({ at }) => first === undefined || Date.parse(at) < Date.parse(first.at)),
    ...live,
  ]
}
