import { z } from 'zod'
import { Shipment, type LinkRate } from '../../../preload/contract/cloud'
import { timestamp } from '../../kernel/clock'
import { listeners } from '../../platform/streams/latest'
import { ASSUMED_BYTES_PER_SECOND, measured, type Measured } from './domain/link'
import type { ShippingPorts } from './ports'

const SHIPMENTS = 'shipping.shipments'
const LINKS = 'shipping.links'
const MANIFESTS = 'shipping.manifests'
const KEPT = 50
/** Places of files on the other side that are remembered: one forgotten is only looked at again. */
const MANIFESTS_KEPT = 2_000
const Links = z
  .record(
    z.string(),
    z.object({ bytesPerSecond: z.number(), measuredAt: z.number(), samples: z.number() }),
  )
  .catch({})
const Manifests = z.record(z.string(), z.object({ hash: z.string(), at: z.number() })).catch({})

/** What was shipped and is under way, how fast the lines are, and what lies on the other side already; kept over restarts. */
export class Ledger {
  readonly #settings: ShippingPorts['store']['settings']
  readonly #heard = listeners()
  #shipments: Shipment[]
  readonly #links: Record<string, Measured>
  #there: Record<string, { hash: string; at: number }>
  constructor({ store }: Pick<ShippingPorts, 'store'>) {
    this.#settings = store.settings
    this.#shipments = z
      .array(Shipment)
      .catch([])
      .parse(store.settings.get(SHIPMENTS) ?? [])
    this.#links = Links.parse(store.settings.get(LINKS) ?? {})
    this.#there = Manifests.parse(store.settings.get(MANIFESTS) ?? {})
  }
  onChange(listener: () => void): () => void {
    return this.#heard.add(listener)
  }
  shipments(): Shipment[] {
    return this.#shipments
  }
  find(id: string): Shipment | undefined {
    return this.#shipments.find((one) => one.id === id)
  }
  /** Changes what is shown; only changes of state are written down, progress is not worth the disk. */
  put(shipment: Shipment): void {
    const before = this.find(shipment.id)
    this.#shipments = [shipment, ...this.#shipments.filter(({ id }) => id !== shipment.id)].slice(
      0,
      KEPT,
    )
    if (before?.state !== shipment.state) this.#settings.set(SHIPMENTS, this.#shipments)
    this.#heard.tell()
  }
  link(from: string, to: string, now: number): LinkRate {
    const known = this.#links[`${from}>${to}`]
    return {
      fromSite: from,
      toSite: to,
      bytesPerSecond: known?.bytesPerSecond ?? ASSUMED_BYTES_PER_SECOND,
      measuredAt: timestamp(known?.measuredAt ?? now),
      samples: known?.samples ?? 0,
      basis: known ? 'measured' : 'assumed',
    }
  }
  measure(from: string, to: string, sample: Parameters<typeof measured>[1]): void {
    const after = measured(this.#links[`${from}>${to}`], sample)
    if (!after) return
    this.#links[`${from}>${to}`] = after
    this.#settings.set(LINKS, this.#links)
  }
  links(now: number): LinkRate[] {
    return Object.keys(this.#links).map((pair) => {
      const [from = '', to = ''] = pair.split('>')
      return this.link(from, to, now)
    })
  }
  /** Bytes that are still to travel to a site. */
  queuedBytes(to: string): number {
    return this.#shipments
      .filter(({ toSite, state }) => toSite === to && (state === 'planned' || state === 'shipping'))
      .reduce((sum, { bytes, bytesDone }) => sum + Math.max(0, bytes - bytesDone), 0)
  }
  isThere(uri: string, to: string): boolean {
    return this.#there[`${uri}>${to}`] !== undefined
  }
  arrived(uri: string, to: string, what: { hash: string; at: number }): void {
    const { [`${uri}>${to}`]: _before, ...others } = this.#there
    this.#there = Object.fromEntries(
      [...Object.entries(others), [`${uri}>${to}`, what] as const].slice(-MANIFESTS_KEPT),
    )
    this.#settings.set(MANIFESTS, this.#there)
  }
}
