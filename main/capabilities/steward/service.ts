import type { StewardState } from '../../../preload/contract/burst'
import { timestamp, type Clock } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Log } from '../../platform/log'
import { Leadership } from './lease'

/** Something the steward does in each round. `mayAct` is asked before every single act. */
export interface Task {
  name: string
  run(acting: Acting): Promise<void>
}
export interface Acting {
  mayAct(): boolean
  signal: AbortSignal
}

export interface StewardPorts {
  home(): Outcome<KubeClient>
  clock: Clock
  log: Log
  /** Who this core is: a machine and a process. */
  identity: string
  /** Whether this core stands for the Lease now: asked to, or a lead's while the policy is automatic. */
  wants(signal: AbortSignal): Promise<boolean>
  /** Why nothing may act although the Lease is held: the kill switch. */
  stopped(): string | undefined
  tasks: readonly Task[]
}
const EVERY_MS = 3000

/** The loop that acts while it holds the Lease. */
export function makeSteward(ports: StewardPorts) {
  const { clock, log, identity } = ports
  const lead = new Leadership({ clock, identity })
  let since: string | undefined
  const mayAct = () => lead.holds && ports.stopped() === undefined

  async function round(signal: AbortSignal): Promise<void> {
    const home = ports.home()
    if (!home.ok) return
    if (!(await ports.wants(signal))) return lead.resign(home.value, signal)
    const held = await lead.stand(home.value, signal)
    if (!held.ok)
      return log.warn("The steward's Lease could not be renewed.", { code: held.failure.code })
    since = held.value ? (since ?? timestamp(home.value.clock.now())) : undefined
    for (const task of ports.tasks) {
      if (!mayAct() || signal.aborted) return
      await task.run({ mayAct, signal }).catch((error: unknown) => {
        if (!signal.aborted) log.error('A task of the steward threw.', { task: task.name, error })
      })
      // A long task must not outlive the Lease it acts under.
      const renewed = await lead.stand(home.value, signal)
      if (!renewed.ok || !renewed.value) return
    }
  }
  return {
    round,
    state(): StewardState {
      const why = ports.stopped()
      if (why !== undefined) return { state: 'stopped', says: `Stopped: ${why}` }
      if (lead.holds)
        return {
          state: 'here',
          holder: identity,
          ...given({ since }),
          says: 'This Takt acts by itself.',
        }
      return lead.holder === undefined
        ? { state: 'none', says: 'Nobody acts by themselves.' }
        : { state: 'elsewhere', holder: lead.holder, says: `${lead.holder} acts.` }
    },
    /** Rounds until the answer is called; the Lease is given up at the end, and the answer settles once nothing of it runs any more. */
    start(): () => Promise<void> {
      const ending = new AbortController()
      const loop = async () => {
        while (!ending.signal.aborted) {
          await clock.sleep(EVERY_MS, ending.signal)
          await round(ending.signal).catch((error: unknown) => {
            if (!ending.signal.aborted) log.error('A round of the steward threw.', { error })
          })
        }
      }
      const ended = loop().catch(() => undefined)
      return async () => {
        const home = ports.home()
        const resigned =
          home.ok && lead.holds
            ? lead.resign(home.value, AbortSignal.timeout(1000)).catch(() => undefined)
            : undefined
        ending.abort()
        await Promise.all([ended, resigned])
      }
    },
  }
}
export type Steward = ReturnType<typeof makeSteward>
