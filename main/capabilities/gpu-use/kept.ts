import { z } from 'zod'
import type { GpuPoint, GpuUseAsk } from '../../../preload/contract/gpu-use'
import { KEPT_DAYS, KEPT_STEP_S, keptPoint, toKept, type KeptSample, type Ranges } from './domain/history'
import { METRICS, type FigureName } from './domain/metrics'
import type { Prometheus } from './adapters/prometheus'
import type { GpuUsePorts } from './ports'

const DAY_MS = 86_400_000
const STEP_MS = KEPT_STEP_S * 1000
/** The part of a day that is fetched at once, so that an answer stays small on sites of thousands of GPUs. */
const SLICE_MS = DAY_MS
const FIRST_FILL_DAYS = 7
const Figure = z.number().optional()
const Kept = z.object({ nodes: z.record(z.string(), z.object({ gpus: z.number(), used: z.number(), tensor: Figure, memoryUsedMib: Figure, powerW: Figure })), allocated: z.record(z.string(), z.number()).optional() })
const seriesOf = (site: string) => `gpu-use ${site}`
const lastKey = (site: string) => `gpu-use.last ${site}`

/** History of this machine: a quarter of an hour apart, by site and node. */
export function makeHistory({ store, capacity, log }: Pick<GpuUsePorts, 'store' | 'log'> & { capacity: Pick<GpuUsePorts['capacity'], 'known'> }) {
  const last = (site: string): number => {
    const at = store.settings.get(lastKey(site))
    return typeof at === 'number' ? at : 0
  }
  const allocatedNow = (site: string): Record<string, number> | undefined => {
    const known = capacity.known().find((one) => one.site === site)
    if (!known) return undefined
    return Object.fromEntries(known.nodes.map(({ metadata: { name } }) => [name, known.pods.filter((pod) => pod.node === name && !['Succeeded', 'Failed'].includes(pod.phase)).reduce((sum, { requests }) => sum + (requests['nvidia.com/gpu'] ?? 0), 0)]))
  }
  return {
    /** Points of a site or node between two instants; a pod's course is not kept. */
    between(site: string, of: GpuUseAsk['of'], { from, to }: { from: number; to: number }): GpuPoint[] {
      if (of.what === 'pod') return []
      return store.samples.between(seriesOf(site), from, to).flatMap(({ at, value }) => {
        const kept = Kept.safeParse(value)
        return kept.success ? keptPoint(at, kept.data as KeptSample, of.what === 'node' ? of.node : undefined) ?? [] : []
      })
    },
    /** Fetches what is not kept yet, a day at a time, the oldest first. */
    async fill(site: string, prometheus: Prometheus, { now, signal }: { now: number; signal: AbortSignal }): Promise<void> {
      const until = Math.floor(now / STEP_MS) * STEP_MS
      let from = Math.max(last(site) + STEP_MS, until - FIRST_FILL_DAYS * DAY_MS)
      while (from <= until && !signal.aborted) {
        const to = Math.min(until, from + SLICE_MS - STEP_MS)
        const fetched = await fetchSlice(prometheus, { from, to, signal })
        if (!fetched) return
        const moments = [...toKept(fetched)]
        const allocated = to === until ? allocatedNow(site) : undefined
        for (const [at, moment] of moments) {
          const done = store.samples.add(seriesOf(site), at, allocated && at === until ? { ...moment, allocated } : moment)
          if (!done.ok) return log.warn('Samples of GPU use could not be kept.', { site, code: done.failure.code })
        }
        store.settings.set(lastKey(site), to)
        from = to + STEP_MS
      }
      store.samples.forgetBefore(now - KEPT_DAYS * DAY_MS)
    },
  }
}
const BY = 'by (Hostname)'
async function fetchSlice(prometheus: Prometheus, { from, to, signal }: { from: number; to: number; signal: AbortSignal }): Promise<Ranges | undefined> {
  const asks: [FigureName | 'count', string][] = [['count', `count(${METRICS.engine}) ${BY}`], ...(['engine', 'tensor', 'memoryUsedMib', 'powerW'] as const).map((name): [FigureName, string] => [name, `sum(${METRICS[name]}) ${BY}`])]
  const ranges: Ranges = {}
  for (const [name, query] of asks) {
    const answer = await prometheus.range(query, { from, to, stepSeconds: KEPT_STEP_S }, signal)
    if (!answer.ok) return undefined
    ranges[name] = answer.value
  }
  return ranges
}
export type History = ReturnType<typeof makeHistory>
