import type { ObjectRef, Offer } from '../../../preload/contract/objects'
import { askThem } from '../../../preload/contract/rights'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import { isReservedNamespace } from '../ownership'
import { actionsFor, DOES } from './domain/offers'
import { groupKind } from './domain/raw'
import { readObject } from './manifests'
import type { ObjectPorts } from './ports'

/** What this person may do to an object; what is missing and who can grant it for the rest. */
export async function offersFor(
  { sites }: Pick<ObjectPorts, 'sites'>,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<Outcome<Offer[]>> {
  const client = sites.client(ref.site)
  if (!client.ok) return client
  const raw = await readObject(client.value, ref, signal)
  if (!raw.ok) return raw
  const keeps = groupKind(raw.value) === '/Namespace' && isReservedNamespace(raw.value)
  const actions = actionsFor(raw.value, ref.resource, { keeps })
  const namespace = ref.namespace
  const checks = await sites.review(
    ref.site,
    actions.map(({ action, needs }) => ({ ...needs, ...given({ namespace }), says: DOES[action] })),
    signal,
  )
  if (!checks.ok) return checks
  return succeed(
    actions.map(({ action, needs }, index): Offer => {
      const check = checks.value[index]
      const right = `${needs.verb} on ${needs.resource}${needs.subresource ? `/${needs.subresource}` : ''}${namespace === undefined ? '' : ` in ${namespace}`}`
      if (!check || check.allowed === 'unknown')
        return {
          action,
          allowed: 'unknown',
          says: 'The cluster gave an incomplete answer about your rights.',
        }
      if (check.allowed === 'yes') return { action, allowed: 'yes' }
      return {
        action,
        allowed: 'no',
        says: `needs ${right}`,
        remedy: askThem(check.grantedBy),
      }
    }),
  )
}
