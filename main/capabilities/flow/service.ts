import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { MapView } from '../../../preload/contract/flow'
import type { Station } from '../../../preload/contract/records/work'
import { timestamp } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import { latest, listeners } from '../../platform/streams/latest'
import { demandNow as wantedNow, type Sample } from './domain/demand'
import { byCause, visitsOf, waitMs } from './domain/visits'
import { gpuUse, queuedJobs } from './observe'
import type { FlowPorts } from './ports'
import { demandNow, mapView, type Extra, type Filter, type Observed } from './view'

const VIEW = 'map'
const SAMPLES = 'gpu-demand'
const REFRESH_MS = 5_000
const SAVE_MS = 5_000
const SAMPLE_MS = 60_000
const DAY_MS = 86_400_000
const SampleValue = z.object({ onPrem: z.number(), cloud: z.number() })

export interface ItemFlow { stations: { station: Station; enteredAt: string; leftAt?: string; touchSeconds: number; waitSeconds: number }[]; causes: { cause: string; seconds: number }[] }

/** Both lines as they flow: the map, and one item's course. */
export function makeFlow(ports: FlowPorts) {
  const heard = listeners()
  const extras = new Map<string, Extra>()
  let readers = 0
  let ending: AbortController | undefined
  let stops: (() => void)[] = []
  let savedAt = -Infinity
  let sampledAt = -Infinity
  let demand: MapView['demand'] | undefined

  /** The last whole view, from this run or the one before; what an older version wrote and nobody can read is left. */
  function stored(): MapView | undefined {
    const parsed = MapView.safeParse(ports.views.get(VIEW)?.value)
    return parsed.success ? { ...parsed.data, live: false } : undefined
  }
  function samples(now: number): Sample[] {
    const midnight = Math.floor(now / DAY_MS) * DAY_MS
    return ports.samples.between(SAMPLES, midnight, now).flatMap(({ at, value }) => {
      const sample = SampleValue.safeParse(value)
      return sample.success ? [{ at, ...sample.data }] : []
    })
  }
  const observed = (): Observed => ({ inventories: ports.capacity.known(), extras, demand, last: stored() })

  /** Asks each site for its queues and the use of its GPUs, and keeps what was seen. */
  async function refresh(signal: AbortSignal) {
    for (const inventory of ports.capacity.known()) {
      const client = ports.sites.client(inventory.site)
      if (!client.ok) continue
      extras.set(inventory.site, { queued: await queuedJobs(client.value, signal), use: await gpuUse(client.value, inventory.pods, signal) })
    }
    keep()
    heard.tell()
  }
  function keep() {
    const home = ports.sites.home()
    const inventories = ports.capacity.known()
    if (!home.ok || !inventories.some(({ site }) => site === home.value.site)) return
    const now = home.value.clock.now()
    const places = new Map(ports.sites.states().map(({ id, place }) => [id, place]))
    if (now - sampledAt >= SAMPLE_MS || now < sampledAt) {
      sampledAt = now
      const wanted = (cloud: boolean) => inventories.filter(({ site }) => (places.get(site) === 'cloud') === cloud).reduce((sum, inventory) => sum + wantedNow({ inventory, queued: extras.get(inventory.site)?.queued ?? [] }), 0)
      ports.samples.add(SAMPLES, now, { onPrem: wanted(false), cloud: wanted(true) })
    }
    demand = demandNow(ports, { inventories, extras }, { now, samples: samples(now) })
    if (ports.clock.now() - savedAt < SAVE_MS) return
    const view = mapView(ports, observed(), {})
    if (!view.live) return
    savedAt = ports.clock.now()
    ports.views.set(VIEW, view, now)
  }
  async function pulse(signal: AbortSignal) {
    let first = () => {}
    // The first look comes as soon as a site's lists are complete, so that the first live paint has its queue.
    const early = ports.capacity.follow(() => { if (ports.capacity.known().some(({ site }) => !extras.has(site))) first() })
    try {
      while (!signal.aborted) {
        await refresh(signal)
        const woken = new Promise<void>((resolve) => { first = resolve })
        await Promise.race([ports.clock.sleep(REFRESH_MS, signal), woken])
      }
    } finally { early() }
  }
  function enter() {
    readers++
    if (readers > 1) return
    ending = new AbortController()
    stops = [ports.capacity.follow(heard.tell), ports.records.onChange(['WorkItem', 'Project'], heard.tell), ports.sites.onChange(heard.tell)]
    pulse(ending.signal).catch(() => undefined)
  }
  function leave() {
    readers--
    if (readers > 0) return
    ending?.abort()
    for (const stop of stops) stop()
  }

  return {
    /** The home screen, first as last seen, then live; ends with the signal. */
    async* map(filter: Filter, signal?: AbortSignal): AsyncGenerator<MapView, void> {
      enter()
      try {
        yield* latest({ subscribe: heard.add, read: () => mapView(ports, observed(), filter), clock: ports.clock, signal })
      } finally { leave() }
    },
    async item(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<ItemFlow>> {
      const item = await ports.records.read('WorkItem', ref, signal)
      if (!item.ok) return item
      const home = ports.sites.home()
      if (!home.ok) return home
      const visits = visitsOf(item.value.status.events ?? [], home.value.clock.now())
      const seconds = (ms: number) => Math.round(ms / 1000)
      return succeed({
        stations: visits.map((visit) => ({ station: visit.station, enteredAt: timestamp(visit.from), ...(visit.to !== undefined && { leftAt: timestamp(visit.to) }), touchSeconds: seconds(visit.touchMs), waitSeconds: seconds(waitMs(visit)) })),
        causes: [...byCause(visits)].map(([cause, ms]) => ({ cause, seconds: seconds(ms) })).sort((a, b) => b.seconds - a.seconds),
      })
    },
  }
}
export type Flow = ReturnType<typeof makeFlow>
