import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { MapView } from '../../../preload/contract/flow'
import type { Station } from '../../../preload/contract/records/work'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { Inventory } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import { latest, listeners } from '../../platform/streams/latest'
import { demandNow as wantedNow, type Sample } from './domain/demand'
import { courseOf, itemStays, recordedHistory, sumWaits } from './domain/report'
import { gpuUse, queuedJobs } from './observe'
import type { FlowPorts } from './ports'
import { recordedReport, type ReportInput, type ReportOutput } from './report'
import { demandNow, mapView, type Extra, type Filter, type Observed } from './view'

const VIEW = 'map'
const SAMPLES = 'gpu-demand'
const REFRESH_MS = 5_000
const SAVE_MS = 5_000
const SAMPLE_MS = 60_000
const DAY_MS = 86_400_000
/** Demand is shown by the day; what was before is forgotten. */
const midnightOf = (now: number) => Math.floor(now / DAY_MS) * DAY_MS
const SampleValue = z.object({ onPrem: z.number(), cloud: z.number() })

export interface ItemFlow {
  stations: {
    station: Station
    enteredAt: string
    leftAt?: string
    touchSeconds: number
    waitSeconds: number
  }[]
  causes: { cause: string; seconds: number }[]
}

/** Both lines as they flow: the map, and one item's course. Sites are only asked while somebody reads the map. */
export class Flow {
  readonly #ports: FlowPorts
  readonly #heard = listeners()
  readonly #extras = new Map<string, Extra>()
  #demand: MapView['demand'] | undefined
  #readers = 0
  #ending = new AbortController()
  #stops: (() => void)[] = []
  #savedAt = -Infinity
  #sampledAt = -Infinity
  constructor(ports: FlowPorts) {
    this.#ports = ports
  }

  /** The home screen, first as last seen, then live; ends with the signal. */
  async *map(filter: Filter, signal?: AbortSignal): AsyncGenerator<MapView, void> {
    this.#enter()
    try {
      yield* latest({
        subscribe: this.#heard.add,
        read: () => mapView(this.#ports, this.#observed(), filter),
        clock: this.#ports.clock,
        signal,
      })
    } finally {
      this.#leave()
    }
  }
  /** What the line did in a window of local days, from the work items as they are known. */
  report(input: ReportInput): Outcome<ReportOutput> {
    return recordedReport(this.#ports, input)
  }
  async item(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<ItemFlow>> {
    const [home, item] = [
      this.#ports.sites.home(),
      await this.#ports.records.read('WorkItem', ref, signal),
    ]
    if (!item.ok) return item
    if (!home.ok) return home
    const now = Math.floor(home.value.clock.now() / 1000)
    const stays = itemStays(courseOf(recordedHistory(item.value.status.events ?? []), now))
    const waited = sumWaits(stays.map(({ waits }) => waits))
    return succeed({
      stations: stays.map(({ station, fromS, toS, touchS, waits }) => ({
        station,
        enteredAt: timestamp(fromS * 1000),
        ...given({ leftAt: toS === undefined ? undefined : timestamp(toS * 1000) }),
        touchSeconds: touchS,
        waitSeconds: Object.values(waits).reduce((sum, seconds) => sum + seconds, 0),
      })),
      causes: Object.entries(waited).map(([cause, seconds]) => ({ cause, seconds })),
    })
  }

  #enter() {
    this.#readers++
    if (this.#readers > 1) return
    const { capacity, records, sites } = this.#ports
    this.#ending = new AbortController()
    this.#stops = [
      capacity.follow(this.#heard.tell),
      records.onChange(['WorkItem', 'Project'], this.#heard.tell),
      sites.onChange(this.#heard.tell),
    ]
    this.#pulse(this.#ending.signal).catch(() => undefined)
  }
  #leave() {
    this.#readers--
    if (this.#readers > 0) return
    this.#ending.abort()
    for (const stop of this.#stops) stop()
  }
  /** Looks every few seconds; the first look comes as soon as a site's lists are complete, so that the first live paint has its queue. */
  async #pulse(signal: AbortSignal) {
    const { capacity, clock } = this.#ports
    let wake = () => {}
    const stop = capacity.follow(() => {
      if (capacity.known().some(({ site }) => !this.#extras.has(site))) wake()
    })
    try {
      while (!signal.aborted) {
        await this.#refresh(signal)
        await Promise.race([
          clock.sleep(REFRESH_MS, signal),
          new Promise<void>((resolve) => {
            wake = resolve
          }),
        ])
      }
    } finally {
      stop()
    }
  }
  /** Asks each site for its queues and the use of its GPUs, and keeps what was seen. */
  async #refresh(signal: AbortSignal) {
    for (const inventory of this.#ports.capacity.known()) {
      const client = this.#ports.sites.client(inventory.site)
      if (client.ok)
        this.#extras.set(inventory.site, {
          queued: await queuedJobs(client.value, signal),
          use: await gpuUse(client.value, inventory.pods, signal),
        })
    }
    this.#keep()
    this.#heard.tell()
  }
  #keep() {
    const { sites, capacity, clock, views } = this.#ports
    const home = sites.home()
    const inventories = capacity.known()
    if (!home.ok || !inventories.some(({ site }) => site === home.value.site)) return
    const now = home.value.clock.now()
    this.#sample(inventories, now)
    this.#demand = demandNow(
      this.#ports,
      { inventories, extras: this.#extras },
      { now, samples: this.#samples(now) },
    )
    if (clock.now() - this.#savedAt < SAVE_MS) return
    const view = mapView(this.#ports, this.#observed(), {})
    if (!view.live) return
    this.#savedAt = clock.now()
    views.set(VIEW, view, now)
  }
  #sample(inventories: Inventory[], now: number) {
    if (now - this.#sampledAt < SAMPLE_MS && now >= this.#sampledAt) return
    this.#sampledAt = now
    const places = new Map(this.#ports.sites.states().map(({ id, place }) => [id, place]))
    const wanted = (cloud: boolean) =>
      inventories
        .filter(({ site }) => (places.get(site) === 'cloud') === cloud)
        .reduce(
          (sum, inventory) =>
            sum + wantedNow({ inventory, queued: this.#extras.get(inventory.site)?.queued ?? [] }),
          0,
        )
    this.#ports.samples.add(SAMPLES, now, { onPrem: wanted(false), cloud: wanted(true) })
    this.#ports.samples.forgetBefore(SAMPLES, midnightOf(now))
  }
  #samples(now: number): Sample[] {
    return this.#ports.samples.between(SAMPLES, midnightOf(now), now).flatMap(({ at, value }) => {
      const sample = SampleValue.safeParse(value)
      return sample.success ? [{ at, ...sample.data }] : []
    })
  }
  /** The last whole view, from this run or the one before; what an older version wrote and nobody can read is left. */
  #stored(): MapView | undefined {
    const parsed = MapView.safeParse(this.#ports.views.get(VIEW)?.value)
    return parsed.success ? { ...parsed.data, live: false } : undefined
  }
  readonly #observed = (): Observed => ({
    inventories: this.#ports.capacity.known(),
    extras: this.#extras,
    demand: this.#demand,
    last: this.#stored(),
  })
}
export const makeFlow = (ports: FlowPorts): Flow => new Flow(ports)
