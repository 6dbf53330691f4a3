import type { Environment } from '../../../preload/contract/records'
import { timestamp } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { UnattendedStart } from '../operations'
import type { PauseBasis } from './change-input'
import { mayPause } from './domain/idle'
import type { Idleness } from './idleness'
import type { EnvironmentPorts } from './ports'

const EVERY_MS = 30_000
/** However fast a simulated site runs, it is not asked more often than this. */
const AT_LEAST_MS = 2_000
/** Environments whose time is over by the site's clock, still running. */
export const expired = (environments: Environment[], now: number): Environment[] =>
  environments.filter(
    ({ spec, meta }) =>
      spec.state === 'running' && meta.deleting !== true && Date.parse(spec.expiresAt) <= now,
  )

/** While somebody acts under the Lease, this long is left to them before a core sees to what is its own person's. */
const LEFT_TO_STEWARD_MS = 120_000
/** Plans a pause and begins it, unless by then it may not act. */
export type Pause = (
  ref: { namespace: string; name: string },
  on: { basis: PauseBasis; unattended: UnattendedStart },
) => Promise<Outcome<unknown>>
export interface ExpiryPorts extends Pick<EnvironmentPorts, 'sites' | 'records' | 'clock' | 'log'> {
  idleness: Idleness
  pause: Pause
  /** Whether this core may act for its own person: the kill switch. */
  owner: UnattendedStart
  /** Whether somebody acts under the Lease. */
  stewarded(signal: AbortSignal): Promise<boolean>
}

/**
 * Pauses what has outlived its time or stands idle, as a journaled operation, while a core runs. Under the Lease that is everybody's; a core without
 * it pauses only what belongs to the signed-in person, and where `stewarded` says that somebody holds the Lease, only what they left undone.
 */
export function makeExpiry(ports: ExpiryPorts) {
  const ending = new AbortController()
  const begun = new Set<string>()
  const told = new Set<string>()
  async function once({ meta, spec }: Environment, basis: PauseBasis, unattended: UnattendedStart) {
    const key = `${meta.uid} ${spec.expiresAt} ${JSON.stringify(basis)}`
    if (begun.has(key) || !unattended.mayAct()) return
    const done = await ports.pause(
      { namespace: meta.namespace ?? '', name: meta.name },
      { basis, unattended },
    )
    if (done.ok) {
      begun.add(key)
      return
    }
    // Tried again in the next round, and told once.
    if (told.has(`${key} ${done.failure.code}`)) return
    told.add(`${key} ${done.failure.code}`)
    ports.log.warn('An environment whose time is over could not be paused.', {
      environment: meta.name,
      code: done.failure.code,
    })
  }
  /** Everybody's environments where the steward acts, else those of the signed-in person. */
  async function look(steward?: UnattendedStart) {
    const home = ports.sites.home()
    const known = ports.records.known('Environment')
    if (!home.ok || !known.live) return
    const who = await home.value.whoAmI(ending.signal)
    if (!who.ok) return
    const now = home.value.clock.now()
    const patience = !steward && (await ports.stewarded(ending.signal)) ? LEFT_TO_STEWARD_MS : 0
    const mine = steward
      ? known.items
      : known.items.filter(({ spec }) => spec.owner === who.value.user)
    await pauseAll(home.value, mine, {
      now: now - patience,
      unattended: steward ?? ports.owner,
    })
  }
  async function pauseAll(
    home: KubeClient,
    environments: Environment[],
    { now, unattended }: { now: number; unattended: UnattendedStart },
  ) {
    if (!unattended.mayAct()) return
    const over = expired(environments, now)
    for (const environment of over)
      await once(
        environment,
        { kind: 'time-box', expiresAt: environment.spec.expiresAt },
        unattended,
      )
    for (const environment of mayPause(
      environments.filter((one) => !over.includes(one)),
      now,
    )) {
      const seen = await ports.idleness.look(home, environment, { signal: ending.signal })
      const since = seen?.verdict.idle === true ? seen.verdict.since : undefined
      if (since !== undefined && isPatient(environment, since, now))
        await once(environment, { kind: 'idle', since: timestamp(since) }, unattended)
    }
  }
  return {
    look,
    /** Looks every half minute of the site's time until the answer is called. */
    start() {
      const loop = async () => {
        for (;;) {
          const home = ports.sites.home()
          await Promise.all([
            (home.ok ? home.value.clock : ports.clock).sleep(EVERY_MS, ending.signal),
            ports.clock.sleep(AT_LEAST_MS, ending.signal),
          ])
          await look()
        }
      }
      loop().catch(() => undefined)
      return () => ending.abort()
    },
  }
}
export type Expiry = ReturnType<typeof makeExpiry>
/** Whether the idle minutes were over already at an instant that leaves the steward its time. */
const isPatient = ({ spec }: Environment, since: number, now: number) =>
  now - since >= (spec.idle?.pauseAfterMinutes ?? Infinity) * 60_000
