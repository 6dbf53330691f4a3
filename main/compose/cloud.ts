import { z } from 'zod'
import type { makeCapacity } from '../capabilities/capacity'
import type { Spending } from '../capabilities/burst'
import { cloudHandlers, makeCloud, type CloudAccount } from '../capabilities/cloud'
import { makeShipping, shippingHandlers } from '../capabilities/shipping'
import { os } from '../platform/contract'
import { objectStores } from './object-stores'
import type { Services } from './options'
import type { EmbeddedPlant } from './plant'

/** Sites that a person added as clusters of an AWS account. */
const Added = z
  .array(z.unknown())
  .catch([])
  .transform((all) =>
    all.flatMap((one) => {
      const read = z
        .object({
          id: z.string(),
          kind: z.literal('eks'),
          profile: z.string(),
          region: z.string(),
          cluster: z.string(),
        })
        .safeParse(one)
      return read.success ? [read.data] : []
    }),
  )

/** Rented machines: their accounts, what they cost, and every way to have more or fewer of them. */
export function renting(
  services: Services & {
    capacity: ReturnType<typeof makeCapacity>
    plant: EmbeddedPlant | undefined
    mayLead(signal?: AbortSignal): Promise<'yes' | 'no' | 'unknown'>
    spending: Spending
  },
) {
  const { store, sites, records, aws, capacity, operations, plant, clock, random, log } = services
  const accounts = (): CloudAccount[] =>
    [
      ...(plant?.cloudAccounts() ?? []),
      ...Added.parse(store.settings.get('sites.added') ?? []).map(
        ({ id, profile, region, cluster }) => ({
          site: id,
          profile,
          region,
          cluster,
          simulated: false,
        }),
      ),
    ].filter(({ site }) => sites.states().some(({ id, state }) => id === site && state !== 'idle'))
  const cloud = makeCloud({
    sites,
    operations,
    capacity,
    accounts,
    clients: ({ profile, region }) => aws.clients({ profile, region }),
    mayLead: services.mayLead,
    spend: services.spending.shared,
    shipped: () =>
      shipping.view().shipments.map(({ toSite, to, startedAt, endedAt }) => ({
        toSite,
        to,
        startedAt: Date.parse(startedAt),
        endedAt: endedAt === undefined ? undefined : Date.parse(endedAt),
      })),
    store,
    clock,
    random,
    log,
  })
  const shipping = makeShipping({
    sites,
    records,
    operations,
    store,
    clock,
    random,
    log,
    objects: objectStores({ aws, accounts, plant, settings: store.settings }),
  })
  return {
    cloud,
    shipping,
    handlers: {
      cloud: {
        ...cloudHandlers(os.cloud, { service: cloud, clock }),
        ...shippingHandlers(os.cloud, { service: shipping, clock }),
      },
    },
  }
}
