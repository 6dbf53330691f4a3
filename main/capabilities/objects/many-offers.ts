import { ManyAction, type ObjectRef, type Offer } from '../../../preload/contract/objects'
import type { PermissionCheck } from '../../../preload/contract/operations'
import { askThem } from '../../../preload/contract/rights'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import { manyActionsFor, VERB } from './domain/many'
import { DOES } from './domain/offers'
import type { ObjectPorts } from './ports'

type Place = Pick<ObjectRef, 'resource' | 'namespace'>
/** What may be done to many at once: allowed where it is for some of them, for those that it is not are left out of the plan. */
export async function offersForMany(
  { sites }: Pick<ObjectPorts, 'sites'>,
  { site, of }: { site: string; of: Place[] },
  signal?: AbortSignal,
): Promise<Outcome<Offer[]>> {
  const actions = ManyAction.options
    .map((action) => ({ action, places: placesFor(action, of) }))
    .filter(({ places }) => places.length > 0)
  const asks = actions.flatMap(({ action, places }) =>
    places.map(({ resource: { group, plural }, namespace }) => ({
      verb: VERB[action],
      group,
      resource: plural,
      ...given({ namespace }),
      says: DOES[action],
    })),
  )
  const checks = await sites.review(site, asks, signal)
  if (!checks.ok) return checks
  let from = 0
  return succeed(
    actions.map(({ action, places }) =>
      offerOf(action, checks.value.slice(from, (from += places.length))),
    ),
  )
}
const WORKLOADS: ObjectRef['resource'] = {
  group: 'kueue.x-k8s.io',
  version: 'v1beta1',
  plural: 'workloads',
}
/** Where an action is at work. A job may be in a queue and is then suspended through its Workload, which others may be allowed. */
function placesFor(action: ManyAction, of: Place[]): Place[] {
  const places = of.filter(({ resource }) => manyActionsFor(resource).includes(action))
  if (action !== 'suspend' && action !== 'resume') return places
  return [
    ...places,
    ...places
      .filter(({ resource }) => resource.group === 'batch' && resource.plural === 'jobs')
      .map((place) => ({ ...place, resource: WORKLOADS })),
  ]
}
function offerOf(action: ManyAction, checks: PermissionCheck[]): Offer {
  if (checks.some(({ allowed }) => allowed === 'yes')) return { action, allowed: 'yes' }
  const [refused] = checks
  if (!refused || checks.some(({ allowed }) => allowed === 'unknown'))
    return {
      action,
      allowed: 'unknown',
      says: 'The cluster gave an incomplete answer about your rights.',
    }
  const people = [...new Set(checks.flatMap(({ grantedBy }) => grantedBy))]
  return {
    action,
    allowed: 'no',
    says: `needs ${refused.verb} on ${refused.resource}${refused.namespace === undefined ? '' : ` in ${refused.namespace}`}`,
    remedy: askThem(people),
  }
}
