import type { QuotaUse } from '../../preload/contract/operations'
import { quantityOf } from './quantities'

const GI = 2 ** 30
/** A quota of a namespace, as the cluster writes it. */
export interface Quota {
  name: string
  hard: Record<string, string>
  used: Record<string, string>
}

/** What people call a resource, and in which unit they count it. */
export const resourceWords = (
  resource: string,
): { name: string; unit: string; divisor: number } => {
  if (/memory/.test(resource)) return { name: 'Memory', unit: 'GiB', divisor: GI }
  if (/storage/.test(resource)) return { name: 'Storage', unit: 'GiB', divisor: GI }
  if (/cpu/.test(resource)) return { name: 'CPU', unit: 'cores', divisor: 1 }
  if (/nvidia\.com\/mig-/.test(resource))
    return { name: `GPU slices ${resource.replace(/^.*mig-/, '')}`, unit: 'slices', divisor: 1 }
  if (/gpu/.test(resource)) return { name: 'GPU', unit: 'GPUs', divisor: 1 }
  return { name: resource, unit: '', divisor: 1 }
}
const NEVER_SHOWN = new Set(['pods', 'services', 'persistentvolumeclaims'])
const tidy = (amount: number) => Math.round(amount * 100) / 100

/** Used, added and allowed of each limited resource that is added to, for people; counts only where they run out. */
export function quotaUses(quota: Quota, adds: Record<string, number>): QuotaUse[] {
  return Object.entries(adds).flatMap(([resource, added]) => {
    if (quota.hard[resource] === undefined) return []
    const { name, unit, divisor } = resourceWords(resource)
    const use = {
      name,
      used: tidy(quantityOf(quota.used, resource) / divisor),
      adds: tidy(added / divisor),
      limit: tidy(quantityOf(quota.hard, resource) / divisor),
      unit,
    }
    return NEVER_SHOWN.has(resource) && use.used + use.adds <= use.limit ? [] : [use]
  })
}
/** Why a quota stands in the way, with figures people can read. */
export function overQuotaSays(
  { name, namespace }: { name: string; namespace?: string },
  { limit, used, adds, unit, name: resource }: QuotaUse,
): string {
  const [allows, taken, more] = [limit, used, adds].map((amount) => amount.toLocaleString('en-US'))
  const whose = namespace === undefined ? '' : ` of ${namespace}`
  // Gibibytes are of memory or of storage; every other unit says by itself what is counted.
  const counted =
    unit === 'GiB'
      ? `GiB of ${resource.toLowerCase()}`
      : ['', 'slices'].includes(unit)
        ? resource
        : unit
  return `Quota ${name}${whose} allows ${allows} ${counted}; ${taken} are used and ${more} more asked for.`
}
/** Resources whose limit would be gone over. */
export const overQuota = (quota: Quota, adds: Record<string, number>): QuotaUse[] =>
  quotaUses(quota, adds).filter(({ used, adds: added, limit }) => used + added > limit + 1e-6)
