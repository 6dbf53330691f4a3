import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Place, Timestamp } from './common'
import { FailureRecord } from './failures'
import { PermissionCheck, Plan } from './operations'

export const SiteState = z.object({
  id: z.string(), name: z.string(), place: Place, meta: z.string().describe('Region or kind, in a word'),
  simulated: z.boolean(), speed: z.number().optional().describe('Simulated seconds per second'),
  state: z.enum(['idle', 'connecting', 'live', 'stale', 'failed']), home: z.boolean(), server: z.string().optional(), user: z.string().optional(),
  asOf: Timestamp.optional().describe('Last word from the site, on its own clock'), failure: FailureRecord.optional(),
  prepared: z.enum(['yes', 'no', 'unknown']), version: z.string().optional(),
  offers: z.array(z.string()).describe('Optional APIs present: notebooks, snapshots, kueue, …'),
})
export type SiteState = z.infer<typeof SiteState>
/** A context found in a kubeconfig. Nothing of it has been opened or run. */
export const FoundContext = z.object({
  id: z.string(), context: z.string(), cluster: z.string(), user: z.string(), server: z.string(), file: z.string(),
  auth: z.enum(['certificate', 'token', 'exec', 'oidc', 'basic', 'none']),
  plugin: z.object({ command: z.string(), hash: z.string(), allowed: z.boolean() }).optional(),
})
export type FoundContext = z.infer<typeof FoundContext>
const SiteId = z.object({ site: z.string().min(1).max(500) })

export const sites = {
  watch: entry.meta({ says: 'Every known site with its state and age, whole again after each change.' }).output(eventIterator(z.array(SiteState))),
  contexts: entry.meta({ says: 'Contexts found in the kubeconfig files, and the files that cannot be used. Opens no connection, runs no plugin.' })
    .output(z.object({ contexts: z.array(FoundContext), unreadable: z.array(FailureRecord) })),
  connect: entry.meta({ says: 'Connects a site; a credential plugin runs only when its hash is consented to here or was before.' })
    .input(SiteId.extend({ consentToHash: z.string().optional() })).output(z.object({})),
  disconnect: entry.meta({ says: 'Closes every connection to a site and forgets its credentials in memory.' }).input(SiteId).output(z.object({})),
  makeHome: entry.meta({ says: 'Chooses the on-prem site that holds the shared records.' }).input(SiteId).output(z.object({})),
  openPlant: entry.meta({ says: 'Starts the embedded simulated sites and makes the on-prem one home.' }).output(z.object({})),
  closePlant: entry.meta({ says: 'Stops the simulated sites; their state is kept.' }).output(z.object({})),
  setPlantSpeed: entry.meta({ says: 'Sets how many simulated seconds pass in one second, 0 to 3600.' }).input(z.object({ speed: z.number().min(0).max(3600) })).output(z.object({})),
  review: entry.meta({ says: 'Whether the signed-in person may do each of these; an incomplete answer is unknown, never yes.' })
    .input(SiteId.extend({ asks: z.array(z.object({ verb: z.string(), group: z.string(), resource: z.string(), namespace: z.string().optional(), name: z.string().optional() })).max(100) }))
    .output(z.array(PermissionCheck)),
  planPrepare: entry.meta({ says: 'What "Prepare this cluster" would install: resource definitions, the three roles, price book; as a dry-run diff and as YAML.' })
    .input(SiteId).output(Plan),
}
