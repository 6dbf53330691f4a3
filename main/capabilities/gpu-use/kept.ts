import { z } from 'zod'
import type { GpuPoint, GpuUseAsk } from '../../../preload/contract/gpu-use'
import {
  KEPT_DAYS,
  KEPT_STEP_S,
  keptPoint,
  podKey,
  PODS_STEP_S,
  toKept,
  toKeptPods,
  type KeptSample,
  type Ranges,
} from './domain/history'
import { METRICS, type FigureName } from './domain/metrics'
import type { Prometheus } from './adapters/prometheus'
import type { GpuUsePorts } from './ports'

const DAY_MS = 86_400_000
const STEP_MS = KEPT_STEP_S * 1000
/** The part of a day that is fetched at once, so that an answer stays small on sites of thousands of GPUs. */
const SLICE_MS = DAY_MS
const FIRST_FILL_DAYS = 7
const Figure = z.number().optional()
const One = z.object({
  gpus: z.number(),
  used: z.number(),
  tensor: Figure,
  memoryUsedMib: Figure,
  powerW: Figure,
})
const Kept = z.object({
  nodes: z.record(z.string(), One),
  allocated: z.record(z.string(), z.number()).optional(),
})
const seriesOf = (site: string) => `gpu-use ${site}`
const podsOf = (site: string) => `gpu-use.pods ${site}`
const lastPodsKey = (site: string) => `gpu-use.last-pods ${site}`
const lastKey = (site: string) => `gpu-use.last ${site}`

/** Whole GPUs held on each node now; undefined where the site is not followed. */
function allocatedNow(
  capacity: Pick<GpuUsePorts['capacity'], 'known'>,
  site: string,
): Record<string, number> | undefined {
  const known = capacity.known().find((one) => one.site === site)
  if (!known) return undefined
  return Object.fromEntries(
    known.nodes.map(({ metadata: { name } }) => [
      name,
      known.pods
        .filter((pod) => pod.node === name && !['Succeeded', 'Failed'].includes(pod.phase))
        .reduce((sum, { requests }) => sum + (requests['nvidia.com/gpu'] ?? 0), 0),
    ]),
  )
}

/** History of this machine: a quarter of an hour apart by site and node, an hour apart by pod. */
export function makeHistory({
  store,
  capacity,
  log,
}: Pick<GpuUsePorts, 'store' | 'log'> & { capacity: Pick<GpuUsePorts['capacity'], 'known'> }) {
  const last = (key: string): number => {
    const at = store.settings.get(key)
    return typeof at === 'number' ? at : 0
  }
  return {
    /** Points of a site, a node or a pod between two instants. */
    between(
      site: string,
      of: GpuUseAsk['of'],
      { from, to }: { from: number; to: number },
    ): GpuPoint[] {
      if (of.what === 'pod')
        return store.samples
          .between(podsOf(site), from - PODS_STEP_S * 1000, to)
          .flatMap(({ at, value }) => ofPod(at, value, podKey(of)) ?? [])
      return store.samples.between(seriesOf(site), from, to).flatMap(({ at, value }) => {
        const kept = Kept.safeParse(value)
        return kept.success
          ? (keptPoint(at, kept.data as KeptSample, of.what === 'node' ? of.node : undefined) ?? [])
          : []
      })
    },
    /** Fetches what is not kept yet, a day at a time, the oldest first. */
    async fill(
      site: string,
      prometheus: Prometheus,
      { now, signal }: { now: number; signal: AbortSignal },
    ): Promise<void> {
      const until = Math.floor(now / STEP_MS) * STEP_MS
      let from = Math.max(last(lastKey(site)) + STEP_MS, until - FIRST_FILL_DAYS * DAY_MS)
      while (from <= until && !signal.aborted) {
        const to = Math.min(until, from + SLICE_MS - STEP_MS)
        const fetched = await fetchSlice(prometheus, { from, to, signal })
        if (!fetched) return
        const moments = [...toKept(fetched)]
        const allocated = to === until ? allocatedNow(capacity, site) : undefined
        for (const [at, moment] of moments) {
          const done = store.samples.add(
            seriesOf(site),
            at,
            allocated && at === until ? { ...moment, allocated } : moment,
          )
          if (!done.ok)
            return log.warn('Samples of GPU use could not be kept.', {
              site,
              code: done.failure.code,
            })
        }
        store.settings.set(lastKey(site), to)
        from = to + STEP_MS
      }
      for (const series of [seriesOf(site), podsOf(site)])
        store.samples.forgetBefore(series, now - KEPT_DAYS * DAY_MS)
    },
    /** The same by pod: the hour that was not over the last time is read again. */
    async fillPods(
      site: string,
      prometheus: Prometheus,
      { now, signal }: { now: number; signal: AbortSignal },
    ): Promise<void> {
      const hourMs = PODS_STEP_S * 1000
      const until = Math.floor(now / STEP_MS) * STEP_MS
      let from =
        Math.floor(Math.max(last(lastPodsKey(site)), until - FIRST_FILL_DAYS * DAY_MS) / hourMs) *
        hourMs
      while (from <= until && !signal.aborted) {
        const to = Math.min(until, from + PODS_SLICE_MS - STEP_MS)
        const fetched = await fetchSlice(prometheus, { from, to, signal, by: BY_POD })
        if (!fetched) return
        for (const [at, hour] of toKeptPods(fetched)) {
          const done = store.samples.add(podsOf(site), at, hour)
          if (!done.ok)
            return log.warn('Samples of GPU use by pod could not be kept.', {
              site,
              code: done.failure.code,
            })
        }
        store.settings.set(lastPodsKey(site), to)
        from = to + STEP_MS
      }
    },
  }
}
const BY_NODE = 'by (Hostname)'
const BY_POD = 'by (namespace, pod, exported_namespace, exported_pod)'
/** Pods come and go: a smaller part of a day has as many series as a whole one has nodes. */
const PODS_SLICE_MS = DAY_MS / 4

function ofPod(at: number, value: unknown, key: string): GpuPoint | undefined {
  // Only the one entry is read: an hour may hold thousands.
  const one = One.safeParse((value as { pods?: Record<string, unknown> } | null)?.pods?.[key])
  return one.success ? keptPoint(at, { nodes: { [key]: one.data } }) : undefined
}
async function fetchSlice(
  prometheus: Prometheus,
  {
    from,
    to,
    signal,
    by = BY_NODE,
  }: { from: number; to: number; signal: AbortSignal; by?: string },
): Promise<Ranges | undefined> {
  const asks: [FigureName | 'count', string][] = [
    ['count', `count(${METRICS.engine}) ${by}`],
    ...(['engine', 'tensor', 'memoryUsedMib', 'powerW'] as const).map(
      (name): [FigureName, string] => [name, `sum(${METRICS[name]}) ${by}`],
    ),
  ]
  const ranges: Ranges = {}
  for (const [name, query] of asks) {
    const answer = await prometheus.range(query, { from, to, stepSeconds: KEPT_STEP_S }, signal)
    if (!answer.ok) return undefined
    ranges[name] = answer.value
  }
  return ranges
}
export type History = ReturnType<typeof makeHistory>
