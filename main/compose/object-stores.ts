import { z } from 'zod'
import { failure } from '../../preload/contract/failures'
import type { CloudAccount } from '../capabilities/cloud'
import type { ObjectStore } from '../capabilities/shipping'
import { given } from '../kernel/given'
import { fail, succeed, type Outcome } from '../kernel/outcome'
import type { Aws } from '../platform/aws'
import type { Store } from '../platform/store'
import type { EmbeddedPlant } from './plant'

interface From {
  aws: Aws
  accounts(): CloudAccount[]
  plant: EmbeddedPlant | undefined
  settings: Store['settings']
}
/** Object stores that a person named, by site: where they are asked, as which profile, and which bucket shipped data goes to. */
const Named = z
  .record(
    z.string(),
    z.object({
      endpoint: z.string().optional(),
      region: z.string().default('us-east-1'),
      profile: z.string(),
      bucket: z.string().optional(),
      provider: z.string().default('Other'),
    }),
  )
  .catch({})
const KEY = 'shipping.stores'

/** The object store of a site: the simulated ones, those that were named, else S3 of the site's own account. */
export const objectStores =
  ({ aws, accounts, plant, settings }: From) =>
  (site: string): Outcome<ObjectStore> => {
    const simulated = plant?.objectStores().find((one) => one.site === site)
    if (simulated) return succeed(simulated)
    const named = Named.parse(settings.get(KEY) ?? {})[site]
    const account = accounts().find((one) => one.site === site)
    const at =
      named ?? (account && { profile: account.profile, region: account.region, provider: 'AWS' })
    if (!at)
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: `No object store of ${site} is known.`,
          remedy: 'Name its address and the profile that may read it.',
        }),
      )
    return succeed(
      given({
        site,
        profile: at.profile,
        region: at.region,
        provider: at.provider,
        endpoint: named?.endpoint,
        bucket: named?.bucket,
        client: () => aws.clients({ profile: at.profile, region: at.region }).s3(),
      }),
    )
  }
