import { z } from 'zod'
import { succeed } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'
import type { CloudPorts } from '../ports'

const KEY = 'burst.owed'
const Owed = z.array(z.object({ site: z.string(), claim: z.string() })).catch([])
type Machines = Pick<CloudPorts, 'ensureNodes' | 'releaseNodes'>
const NOWHERE = () => undefined

/**
 * Machines that could not be given back, because AWS did not answer, stay owed: the workload they were rented for waits for nobody, and they are given
 * back as soon as it can be. Kept in the store, since a claim that is forgotten here holds its machines for good.
 */
export function owing(
  cloud: Machines,
  settings: Store['settings'],
): Machines & { payBack(signal: AbortSignal): Promise<void> } {
  const all = () => Owed.parse(settings.get(KEY) ?? [])
  const without = ({ site, claim }: { site: string; claim: string }) =>
    all().filter((one) => one.site !== site || one.claim !== claim)
  const owe = (ask: { site: string; claim: string }) =>
    settings.set(KEY, [...without(ask), { site: ask.site, claim: ask.claim }])
  const clear = (ask: { site: string; claim: string }) => {
    const rest = without(ask)
    return rest.length === all().length ? succeed(undefined) : settings.set(KEY, rest)
  }
  return {
    async ensureNodes(ask, telling) {
      const cleared = clear(ask)
      return cleared.ok ? cloud.ensureNodes(ask, telling) : cleared
    },
    async releaseNodes(ask, telling) {
      const given = await cloud.releaseNodes(ask, telling)
      if (!given.ok) owe(ask)
      return given.ok ? clear(ask) : given
    },
    async payBack(signal) {
      for (const one of all()) {
        const given = await cloud.releaseNodes(one, { signal, progress: NOWHERE })
        if (given.ok) clear(one)
      }
    },
  }
}
