import { performance } from 'node:perf_hooks'
import { burstHandlers, makeBurst, makePolicy, plainCloud, type CloudPorts } from '../capabilities/burst'
import type { makeCapacity } from '../capabilities/capacity'
import type { CloudService } from '../capabilities/cloud'
import { makeMoney } from '../capabilities/money'
import type { Shipping } from '../capabilities/shipping'
import { os } from '../platform/contract'
import type { Services } from './options'

type Rented = Services & { capacity: ReturnType<typeof makeCapacity>; rented: CloudService; shipping: Shipping }

const BYTES_PER_MEGABIT = 125_000
const isListed = (uri: string) => /^(s3|lakefs):\/\//.test(uri)

/** Sites with an account get machines from it; of others only what runs there is known. */
function cloudOf({ capacity, records, rented, shipping }: Rented): CloudPorts {
  const plain = plainCloud({ capacity, records })
  const has = (site: string) => rented.observer.accounts().some((account) => account.site === site)
  return {
    ...plain,
    market: (site, signal) => (has(site) ? rented.market.market(site, signal) : plain.market(site, signal)),
    onChange: rented.onChange,
    ensureNodes: (ask, telling) => (has(ask.site) ? rented.market.ensureNodes(ask, telling) : plain.ensureNodes(ask, telling)),
    // What lies in a bucket can be listed and compared; of volumes and shares only the size is known.
    shipment: (ask, signal) => (isListed(ask.uri) && has(ask.to) ? shipping.shipment(ask, signal) : plain.shipment(ask, signal)),
    ship: ({ mbps, ...ask }, telling) => (isListed(ask.uri) && has(ask.to) ? shipping.ship({ ...ask, capBytesPerSecond: mbps === undefined ? undefined : mbps * BYTES_PER_MEGABIT }, telling) : plain.ship({ ...ask, mbps }, telling)),
    link: (site) => (has(site) ? shipping.link(site) : plain.link(site)),
    releaseNodes: (ask, telling) => (has(ask.site) ? rented.market.releaseNodes(ask, telling) : plain.releaseNodes(ask, telling)),
  }
}

/** Deciding which work goes to the cloud, and moving it. */
export function bursting(services: Rented) {
  const { store, sites, records, operations, capacity, clock, random, log } = services
  const money = makeMoney({ sites, records, capacity })
  const service = makeBurst({ store, sites, records, operations, capacity, clock, random, log, money, cloud: cloudOf(services), stopwatch: () => performance.now() })
  const policy = makePolicy({ sites, records, operations, clock, steward: () => ({ state: 'none', says: 'Nobody acts by themselves.' }), planWith: service.planWith, plan: (signal) => service.plan(undefined, signal) })
  return { service, policy, handlers: { burst: burstHandlers(os.burst, { service, policy, clock }) }, run: () => () => undefined }
}
