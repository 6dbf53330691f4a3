import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { Ended, jsonMark, Moved } from './live/budgets'
import { MARK, type WorkloadFacts } from './live/workload'
import { patch } from './move/original'
import type { BurstPorts, Shipment, Telling } from './ports'
import { cents } from './words'

/** Where a workload says that it writes, and what the original says once that is in the building. */
export const RESULTS = { uri: 'takt.dev/results-uri', here: 'takt.dev/results-here' } as const
const EVERY_MS = 60_000
const AGAIN_MS = 15 * 60_000
const GB = 1e9

interface BackAsk {
  uri: string
  from: string
  to: string
  namespace: string
  claim: string
  direction: 'back'
  title: string
}
export interface ResultsPorts {
  clock: Clock
  site(): string | undefined
  client(site: string): Outcome<KubeClient>
  originals(site: string, signal: AbortSignal): Promise<Outcome<{ workloads: WorkloadFacts[] }>>
  market: BurstPorts['cloud']['market']
  shipment(
    ask: Pick<BackAsk, 'uri' | 'from' | 'to'>,
    signal: AbortSignal,
  ): Promise<Outcome<Shipment>>
  ship(ask: BackAsk, telling: Telling): Promise<Outcome<{ uri: string }>>
}

interface Due {
  original: WorkloadFacts
  moved: Moved
  ended: Ended
  uri: string
}
/** What has ended over there, says where its results are, and has them nowhere here yet. */
export function dueResults(workloads: readonly WorkloadFacts[]): Due[] {
  return workloads.flatMap((original) => {
    const { annotations } = original
    const [moved, ended, uri] = [
      jsonMark(annotations, MARK.movedTo, Moved),
      jsonMark(annotations, MARK.ended, Ended),
      annotations[MARK.results] ?? annotations[RESULTS.uri],
    ]
    return moved &&
      ended?.outcome === 'complete' &&
      uri?.startsWith('s3://') &&
      annotations[RESULTS.here] === undefined
      ? [{ original, moved, ended, uri }]
      : []
  })
}

/** Brings results of what has ended back into the building, one after the other; asked often it looks once a minute and tries what failed again later. */
export function bringingBack(ports: ResultsPorts): (signal: AbortSignal) => Promise<void> {
  const failed = new Map<string, number>()
  let [busy, lookedAt] = [false, -Infinity]
  return async (signal) => {
    const site = ports.site()
    if (busy || site === undefined || ports.clock.now() - lookedAt < EVERY_MS) return
    ;[busy, lookedAt] = [true, ports.clock.now()]
    try {
      const found = await ports.originals(site, signal)
      for (const due of found.ok ? dueResults(found.value.workloads) : []) {
        if (
          signal.aborted ||
          ports.clock.now() - (failed.get(due.original.uid) ?? -Infinity) < AGAIN_MS
        )
          continue
        const brought = await bring(ports, { ...due, site, signal })
        if (!brought.ok) failed.set(due.original.uid, ports.clock.now())
      }
    } finally {
      busy = false
    }
  }
}

async function bring(
  ports: ResultsPorts,
  { original, moved, ended, uri, site, signal }: Due & { site: string; signal: AbortSignal },
): Promise<Outcome<void>> {
  const home = ports.client(site)
  if (!home.ok) return home
  const way = { uri, from: moved.site, to: site }
  const [seen, market] = await Promise.all([
    ports.shipment(way, signal),
    ports.market(moved.site, signal),
  ])
  if (!seen.ok) return seen
  const usd = cents((seen.value.missingBytes / GB) * (market.ok ? market.value.usdPerGbBack : 0))
  const shipped = await ports.ship(
    {
      ...way,
      namespace: original.namespace,
      claim: `results-${moved.run}`,
      direction: 'back',
      title: `results of ${original.name}`,
    },
    { signal, progress: () => undefined },
  )
  if (!shipped.ok) return shipped
  // What leaves the cloud is paid for like what ran there, so budgets count it with the run.
  const whole: Ended = { ...ended, usd: cents(ended.usd + usd) }
  const here = {
    uri: shipped.value.uri,
    bytes: seen.value.bytes,
    usd,
    at: timestamp(home.value.clock.now()),
  }
  return patch(home.value, original, {
    annotations: { [RESULTS.here]: JSON.stringify(here), [MARK.ended]: JSON.stringify(whole) },
    signal,
  })
}
