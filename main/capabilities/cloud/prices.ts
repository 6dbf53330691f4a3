import { z } from 'zod'
import type { CapacityType } from '../../../preload/contract/cloud'
import type { Failure } from '../../../preload/contract/failures'
import list from '../../../resources/prices/aws-ec2.json'
import { offers } from './adapters/offers'
import { listedPrices } from './adapters/price-text'
import { listPrice } from './adapters/pricing'
import type { PriceFact } from './domain/facts'
import { priceFor, REFRESH_MS, type PriceAsk } from './domain/prices'
import type { CloudAccount, CloudPorts } from './ports'

const KEY = 'cloud.prices'
const Kept = z
  .record(
    z.string(),
    z.array(
      z.object({
        instanceType: z.string(),
        region: z.string(),
        zone: z.string().optional(),
        capacityType: z.enum(['on-demand', 'spot']),
        usd: z.number(),
        source: z.enum(['aws-pricing', 'aws-spot-history', 'price-list']),
        sourceSays: z.string(),
        asOf: z.number(),
      }),
    ),
  )
  .catch({})
const LISTED = listedPrices(list)
const AGAIN_MS = 60_000

/** What machines cost, by site: asked of AWS, kept in the store with their day, and the dated list behind it. */
export class Prices {
  readonly #ports: Pick<CloudPorts, 'clients' | 'clock' | 'store' | 'sites' | 'log'>
  readonly #kept: Record<string, PriceFact[]>
  readonly #askedAt = new Map<string, number>()
  readonly #asking = new Map<string, Promise<Failure | undefined>>()
  constructor(ports: Pick<CloudPorts, 'clients' | 'clock' | 'store' | 'sites' | 'log'>) {
    this.#ports = ports
    this.#kept = Kept.parse(ports.store.settings.get(KEY) ?? {})
  }
  readonly listed = LISTED
  own(site: string): PriceFact[] {
    return this.#kept[site] ?? []
  }
  /** Everything known for a site, the dated list last. */
  all(site: string): PriceFact[] {
    return [...(this.#kept[site] ?? []), ...LISTED]
  }
  of(site: string, ask: PriceAsk): PriceFact | undefined {
    return priceFor(this.all(site), ask)
  }
  usdPerHour(
    site: string,
    region: string,
    machine: { type: string; spot: boolean; zone: string },
  ): number | undefined {
    return this.of(site, {
      region,
      instanceType: machine.type,
      capacityType: machine.spot ? 'spot' : 'on-demand',
      zone: machine.zone || undefined,
    })?.usd
  }
  /** Asks AWS for what is missing or old, or for all of it when told to; what cannot be read keeps its last price. One asking at a time. */
  refresh(
    account: CloudAccount,
    types: readonly string[],
    { force = false, signal }: { force?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<Failure | undefined> {
    const running = this.#asking.get(account.site)
    if (running) return running
    const now = this.#ports.sites.clockOf(account.site).now()
    const old = [...new Set(types)].filter((type) => force || this.#isOld(account, type, now))
    const machineNow = this.#ports.clock.now()
    if (
      old.length === 0 ||
      (!force && machineNow - (this.#askedAt.get(account.site) ?? -Infinity) < AGAIN_MS)
    )
      return Promise.resolve(undefined)
    this.#askedAt.set(account.site, machineNow)
    const asking = this.#ask(account, old, { now, signal }).finally(() =>
      this.#asking.delete(account.site),
    )
    this.#asking.set(account.site, asking)
    return asking
  }
  #isOld({ site, region }: CloudAccount, type: string, now: number): boolean {
    const known = (capacityType: CapacityType) =>
      (this.#kept[site] ?? []).some(
        (price) =>
          price.instanceType === type &&
          price.region === region &&
          price.capacityType === capacityType &&
          now - price.asOf < REFRESH_MS,
      )
    return !known('on-demand') || !known('spot')
  }
  async #ask(
    account: CloudAccount,
    types: string[],
    { now, signal }: { now: number; signal: AbortSignal | undefined },
  ): Promise<Failure | undefined> {
    let failed: Failure | undefined
    const found: PriceFact[] = []
    for (const type of types) {
      const price = await listPrice(this.#ports, account, { type, now, signal })
      if (!price.ok) failed = price.failure
      else if (price.value) found.push(price.value)
    }
    const spot = await offers(this.#ports, account).spotPrices(types, { now, signal })
    if (spot.ok) found.push(...spot.value)
    else failed = spot.failure
    const same = (a: PriceFact, b: PriceFact) =>
      a.instanceType === b.instanceType &&
      a.capacityType === b.capacityType &&
      a.zone === b.zone &&
      a.region === b.region
    this.#kept[account.site] = [
      ...(this.#kept[account.site] ?? []).filter((old) => !found.some((price) => same(old, price))),
      ...found,
    ]
    const kept = this.#ports.store.settings.set(KEY, this.#kept)
    if (!kept.ok) this.#ports.log.warn('Prices could not be kept.', { code: kept.failure.code })
    return failed
  }
}
