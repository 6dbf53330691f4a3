import type { PermissionCheck, Plan, PlanChange } from '../../../preload/contract/operations'
import { canGrant } from '../../../preload/contract/rights'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { AccessAsk } from '../../platform/kubernetes/types'
import type { Sites } from '../sites'
import { resourceOf } from './resources'

export type Ask = AccessAsk & { says: string; without?: string }
const VERBS = { create: 'create', change: 'patch', delete: 'delete' } as const

/** The rights that the changes of a plan need, one for each verb, resource and namespace. `without` is keyed by plural, for what is not essential. */
export function asksFor(changes: PlanChange[], without: Record<string, string> = {}): Ask[] {
  const asks = new Map<string, Ask>()
  for (const { op, apiVersion, kind, namespace } of changes) {
    if (op === 'same') continue
    const { group, plural } = resourceOf({ apiVersion, kind })
    const verb = VERBS[op]
    const lacking = without[plural]
    asks.set([verb, group, plural, namespace].join('/'), {
      verb,
      group,
      resource: plural,
      ...(namespace !== undefined && { namespace }),
      ...(lacking !== undefined && { without: lacking }),
      says: `${verb === 'patch' ? 'change' : verb} ${plural}${namespace === undefined ? '' : ` in ${namespace}`}`,
    })
  }
  return [...asks.values()]
}

/** What stands in the way for want of rights: every refused right without which the plan cannot go on. */
export const refusals = (checks: PermissionCheck[]): Plan['blockedBy'] =>
  checks
    .filter(({ allowed, without }) => allowed === 'no' && without === undefined)
    .map((check) => ({
      says: `You may not ${check.says}.`,
      remedy: canGrant(check.grantedBy),
    }))

/** Reviews what the changes need; a site that cannot review answers unknown, and the dry run tells. */
export async function reviewChanges(
  sites: Sites,
  at: {
    site: string
    changes: PlanChange[]
    without?: Record<string, string> | undefined
    more?: Ask[]
  },
  signal?: AbortSignal,
): Promise<Outcome<PermissionCheck[]>> {
  const asks = asksFor(at.changes, at.without)
  const both = asks.filter(({ verb }) => verb === 'create')
  // What is new is applied, and an API server lets nobody apply who may only create.
  const checks = await sites.review(
    at.site,
    [...asks, ...(at.more ?? []), ...both.map((ask) => ({ ...ask, verb: 'patch' }))],
    signal,
  )
  if (!checks.ok || both.length === 0) return checks
  const patches = checks.value.slice(-both.length)
  return succeed(
    checks.value.slice(0, -both.length).map((check, index) => {
      const patch = patches[both.findIndex((ask) => ask === asks[index])]
      return patch ? applying(check, patch) : check
    }),
  )
}

/** One line for both rights that applying something new needs. */
function applying(create: PermissionCheck, patch: PermissionCheck): PermissionCheck {
  if (create.allowed === 'no' || patch.allowed === 'yes') return create
  if (patch.allowed === 'unknown') return { ...create, allowed: 'unknown' }
  return {
    ...create,
    allowed: 'no',
    grantedBy: patch.grantedBy,
    says: `${create.says}, which also needs the right to change them`,
  }
}
