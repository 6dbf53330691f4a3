import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import {
  bringingBack,
  budgetTask,
  burstHandlers,
  makeBurst,
  makeLayout,
  makeNotebooks,
  makePolicy,
  mayRule,
  moveTask,
  owing,
  plainCloud,
  policyOf,
  recoverStranded,
  releaseTask,
  settle,
  isPolicyKnown,
  whyStopped,
  type BurstService,
  type CloudPorts,
} from '../capabilities/burst'
import type { makeCapacity } from '../capabilities/capacity'
import type { CloudService } from '../capabilities/cloud'
import type { Expiry, ExpiryPorts } from '../capabilities/environments'
import { makeNeeds } from '../capabilities/needs'
import { makeMoney } from '../capabilities/money'
import { leaseSight, makeAuthority, makeSteward, type Task } from '../capabilities/steward'
import type { Shipping } from '../capabilities/shipping'
import type { Outcome } from '../kernel/outcome'
import { os } from '../platform/contract'
import type { Services } from './options'

type Rented = Services & {
  capacity: ReturnType<typeof makeCapacity>
  rented: CloudService
  shipping: Shipping
}

const BYTES_PER_MEGABIT = 125_000
const isListed = (uri: string) => /^(s3|lakefs):\/\//.test(uri)

const PUBLISH_EVERY_MS = 60_000
/** Tells everybody what is taken and what waits on each connected site, without anybody's name. */
function capacityTask({
  sites,
  capacity,
  clock,
  log,
}: Pick<Rented, 'sites' | 'capacity' | 'clock' | 'log'>): Task {
  let last = 0
  return {
    name: 'capacity',
    async run({ signal }) {
      if (clock.now() - last < PUBLISH_EVERY_MS) return
      last = clock.now()
      for (const { id, state } of sites.states().filter((site) => site.state === 'live')) {
        const told = await capacity.publish(id, signal)
        if (!told.ok)
          log.warn('What is taken on a site could not be told.', {
            site: id,
            state,
            code: told.failure.code,
          })
      }
    },
  }
}

/** Sites with an account get machines from it; of others only what runs there is known. */
function cloudOf({ capacity, records, rented, shipping, sites }: Rented): CloudPorts {
  const plain = plainCloud({ capacity, records })
  const has = (site: string) => rented.observer.accounts().some((account) => account.site === site)
  // Whether a site has an account is known only while it is connected: nobody may take one that is away for a site without.
  const near = <T>(site: string, go: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    const client = sites.client(site)
    return client.ok ? go() : Promise.resolve(client)
  }
  return {
    ...plain,
    market: (site, signal) =>
      has(site) ? rented.market.market(site, signal) : plain.market(site, signal),
    onChange: rented.onChange,
    ensureNodes: (ask, telling) =>
      near(ask.site, () =>
        has(ask.site) ? rented.market.ensureNodes(ask, telling) : plain.ensureNodes(ask, telling),
      ),
    // What lies in a bucket can be listed and compared; of volumes and shares only the size is known.
    shipment: (ask, signal) =>
      isListed(ask.uri) && has(ask.to)
        ? shipping.shipment(ask, signal)
        : plain.shipment(ask, signal),
    ship: ({ mbps, ...ask }, telling) =>
      isListed(ask.uri) && has(ask.to)
        ? shipping.ship(
            {
              ...ask,
              capBytesPerSecond: mbps === undefined ? undefined : mbps * BYTES_PER_MEGABIT,
            },
            telling,
          )
        : plain.ship({ ...ask, mbps }, telling),
    link: (site) => (has(site) ? shipping.link(site) : plain.link(site)),
    releaseNodes: (ask, telling) =>
      near(ask.site, () =>
        has(ask.site) ? rented.market.releaseNodes(ask, telling) : plain.releaseNodes(ask, telling),
      ),
  }
}

/** Deciding which work goes to the cloud, moving it, and the steward who does so by policy. */
export function bursting(
  services: Rented & {
    steward?: boolean | undefined
    expiry(told: Pick<ExpiryPorts, 'owner' | 'stewarded'>): Expiry
  },
) {
  const { store, sites, records, operations, capacity, rented, clock, random, log } = services
  const money = makeMoney({ sites, records, capacity })
  const cloud = cloudOf(services)
  const machines = owing(cloud, store.settings)
  const service: BurstService = makeBurst({
    store,
    sites,
    records,
    operations,
    capacity,
    needs: makeNeeds({ sites, capacity, records }),
    clock,
    random,
    log,
    money,
    cloud: { ...cloud, ensureNodes: machines.ensureNodes, releaseNodes: machines.releaseNodes },
    stopwatch: () => performance.now(),
    steward: () => steward.state(),
  })
  const inSight = leaseSight(clock)
  const expiry = services.expiry({
    owner: { on: 'owner', mayAct: () => authority.acting('owner').mayAct() },
    // Whether some core, this one or another, acts under the Lease.
    stewarded: async (signal) => {
      const home = sites.home()
      return home.ok && (await inSight(home.value, signal))
    },
  })
  const steward = makeSteward({
    home: () => sites.home(),
    clock,
    log,
    identity: `${hostname()}/${String(process.pid)}`,
    stopped: () => whyStopped(records),
    async wants(signal) {
      if (services.steward !== true && !isPolicyKnown(records)) return 'unknown'
      if (services.steward !== true && policyOf(records).spec.mode !== 'automatic') return false
      const rules = await mayRule({ sites, records }, signal)
      return rules === 'unknown' ? rules : rules === 'yes'
    },
    tasks: [
      moveTask(service),
      releaseTask(service),
      budgetTask(service),
      {
        name: 'time boxes',
        run: ({ mayAct }) => expiry.look({ on: 'lease', mayAct }),
      },
      capacityTask({ sites, capacity, clock, log }),
      {
        name: 'idle machines',
        run: async ({ signal, mayAct }) => {
          for (const says of await rented.giveBackIdle({
            signal,
            mayAct,
            progress: () => undefined,
          }))
            log.info(says)
        },
      },
    ],
  })
  const authority = makeAuthority({
    stopped: () => whyStopped(records),
    readable: (signal) => untilLive(records, signal),
    lease: steward,
  })
  const policy = makePolicy({
    sites,
    records,
    operations,
    clock,
    steward: steward.state,
    planWith: service.planWith,
    plan: (signal) => service.plan(undefined, signal),
  })
  const layout = makeLayout(service.ports)
  const results = bringingBack({
    clock,
    site: () => sites.homeId(),
    client: sites.client,
    originals: (site, signal) => service.planner.workloads.read(site, signal),
    market: service.ports.cloud.market,
    shipment: services.shipping.shipment,
    ship: services.shipping.ship,
  })
  const notebooks = makeNotebooks({ ...service.ports, workspaces: services.shipping.workspaces })
  return {
    authority,
    expiry,
    service,
    policy,
    handlers: { burst: burstHandlers(os.burst, { service, policy, layout, notebooks, clock }) },
    /** Follows what was moved and acts by policy until the answer is called, which settles once nothing of it runs any more. */
    run(): () => Promise<unknown> {
      const stops = [
        steward.start(),
        following({
          service,
          machines,
          clock,
          results,
          mayAct: () => authority.acting('owner').mayAct(),
        }),
      ]
      return () => Promise.all(stops.map((stop) => stop()))
    },
  }
}

/** Settles when the policy of the home site is read. */
function untilLive(records: Services['records'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!signal.aborted && !isPolicyKnown(records)) return
      stop()
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const stop = records.onChange(['BurstPolicy'], look)
    signal.addEventListener('abort', look, { once: true })
    look()
  })
}

const EVERY_MS = 5000
/** Every core sees to what it moved itself: what ended is settled, what found no machines comes back, and machines that are still owed go back. */
function following({
  service,
  machines,
  clock,
  results,
  mayAct,
}: {
  service: BurstService
  machines: ReturnType<typeof owing>
  clock: Services['clock']
  results(signal: AbortSignal): Promise<void>
  mayAct(): boolean
}): () => Promise<void> {
  const ending = new AbortController()
  const loop = async () => {
    while (!ending.signal.aborted) {
      await clock.sleep(EVERY_MS, ending.signal)
      // The kill switch holds for this as well: a person is looking into what went wrong.
      if (!mayAct()) continue
      recoverStranded(service)
      await machines.payBack(ending.signal).catch(() => undefined)
      if (service.journal.hasAway(clock.now()))
        await settle(service, ending.signal).catch(() => undefined)
      // Gigabytes may be on their way: nothing else waits for them.
      if (service.journal.hasGone(clock.now())) void results(ending.signal).catch(() => undefined)
    }
  }
  const ended = loop().catch(() => undefined)
  return () => {
    ending.abort()
    return ended
  }
}
