import type { Environment } from '../../../preload/contract/records'
import type { Outcome } from '../../kernel/outcome'
import type { EnvironmentPorts } from './ports'

const EVERY_MS = 30_000
/** Environments whose time is over by the site's clock, still running. */
export const expired = (environments: Environment[], now: number): Environment[] =>
  environments.filter(({ spec, meta }) => spec.state === 'running' && meta.deleting !== true && Date.parse(spec.expiresAt) <= now)

/**
 * Pauses what has outlived its time, as a journaled operation, while a core runs. Only environments of the signed-in person are paused:
 * what belongs to others is theirs or a steward's.
 */
export function makeExpiry(ports: Pick<EnvironmentPorts, 'sites' | 'records' | 'clock' | 'log'>, pause: (ref: { namespace: string; name: string }, why: string) => Promise<Outcome<unknown>>) {
  const ending = new AbortController()
  const tried = new Set<string>()
  async function look() {
    const home = ports.sites.home()
    const known = ports.records.known('Environment')
    if (!home.ok || !known.live) return
    const who = await home.value.whoAmI(ending.signal)
    if (!who.ok) return
    for (const { meta, spec } of expired(known.items, home.value.clock.now())) {
      const key = `${meta.uid} ${spec.expiresAt}`
      if (spec.owner !== who.value.user || tried.has(key)) continue
      tried.add(key)
      const done = await pause({ namespace: meta.namespace ?? '', name: meta.name }, `Its time ended ${spec.expiresAt}`)
      if (!done.ok) ports.log.warn('An environment whose time is over could not be paused.', { environment: meta.name, code: done.failure.code })
    }
  }
  return {
    look,
    /** Looks every half minute until the answer is called. */
    start() {
      const loop = async () => { for (;;) { await ports.clock.sleep(EVERY_MS, ending.signal); await look() } }
      loop().catch(() => undefined)
      return () => ending.abort()
    },
  }
}
