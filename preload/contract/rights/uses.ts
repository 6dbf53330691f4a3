import type { Contract } from '..'
import type { RightName } from './table'
import { LINE_USES } from './uses-line'
import { SITE_USES } from './uses-sites'

/** What an entry of the contract asks of a cluster. */
export type Uses = {
  readonly [C in keyof Contract]: { readonly [E in keyof Contract[C]]: readonly RightName[] }
}
/** The rights that each entry of the contract uses on the clusters it speaks to, what its operations do included. Every entry is here, or this does not compile. */
export const USES: Uses = { ...LINE_USES, ...SITE_USES }
/** What people do with kubectl, for want of a screen: budgets and the price book are set so. */
export const BY_HAND = ['money.write'] as const satisfies readonly RightName[]
/** What acts while nobody looks, under the Lease of the steward, and the rights that each duty uses. */
export const DUTIES = {
  lease: ['lease.begin', 'lease.hold'],
  records: ['shared.read', 'work.read'],
  queue: [
    'jobs.read',
    'training.read',
    'pytorch.read',
    'workflows.read',
    'queue.read',
    'queues.read',
    'queue.hold',
    'nodes.read',
    'pods.read',
    'events.read',
    'policy.status',
  ],
  capacity: ['capacity.publish', 'nodes.read', 'pods.read'],
  spend: ['money.status'],
  pause: [
    'environment.pause',
    'environment.status',
    'notebooks.read',
    'notebooks.pause',
    'logs.read',
  ],
  use: ['metrics.read'],
} as const satisfies Record<string, readonly RightName[]>
