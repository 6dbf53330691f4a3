import type { StewardState } from '../../../preload/contract/burst'
import { timestamp, type Clock } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Log } from '../../platform/log'
import { listeners } from '../../platform/streams/latest'
import { Leadership, LEASE_MS } from './lease'

/** Something the steward does in each round. `mayAct` is asked before every single act. */
export interface Task {
  name: string
  run(acting: Acting): Promise<void>
}
export interface Acting {
  mayAct(): boolean
  signal: AbortSignal
}

/** What keeps everything from acting by itself: the kill switch that somebody pulled, or that nobody could read it yet. */
export interface Stop {
  pulled: boolean
  says: string
}
/** Who acts under the Lease, as far as this core knows. */
export type Standing = 'here' | 'elsewhere' | 'nobody'

export interface StewardPorts {
  home(): Outcome<KubeClient>
  clock: Clock
  log: Log
  /** Who this core is: a machine and a process. */
  identity: string
  /** Whether this core stands for the Lease now: asked to, or a lead's while the policy is automatic; unknown while that could not be asked. */
  wants(signal: AbortSignal): Promise<boolean | 'unknown'>
  /** Why nothing may act although the Lease is held. */
  stopped(): Stop | undefined
  tasks: readonly Task[]
}
const EVERY_MS = 3000
/** A core that was killed still holds the Lease in its old name: whoever follows waits that out twice before calling it somebody else's. */
const WAITS_MS = 2 * LEASE_MS

/** The loop that acts while it holds the Lease. */
export function makeSteward(ports: StewardPorts) {
  const { clock, log, identity } = ports
  const lead = new Leadership({ clock, identity })
  let since: string | undefined
  let stands: Standing | undefined
  const rounds = listeners()
  const mayAct = () => lead.holds && ports.stopped() === undefined

  async function round(signal: AbortSignal): Promise<void> {
    try {
      await oneRound(signal)
    } finally {
      rounds.tell()
    }
  }
  async function oneRound(signal: AbortSignal): Promise<void> {
    const home = ports.home()
    if (!home.ok) return
    const wants = await ports.wants(signal)
    if (wants !== true) {
      stands = wants === 'unknown' ? undefined : 'nobody'
      return lead.resign(home.value, signal)
    }
    const held = await lead.stand(home.value, signal)
    if (!held.ok)
      return log.warn("The steward's Lease could not be renewed.", { code: held.failure.code })
    stands = held.value ? 'here' : 'elsewhere'
    rounds.tell()
    since = held.value ? (since ?? timestamp(home.value.clock.now())) : undefined
    await act(home.value, signal)
  }
  async function act(home: KubeClient, signal: AbortSignal): Promise<void> {
    for (const task of ports.tasks) {
      if (!mayAct() || signal.aborted) return
      await task.run({ mayAct, signal }).catch((error: unknown) => {
        if (!signal.aborted) log.error('A task of the steward threw.', { task: task.name, error })
      })
      // A long task must not outlive the Lease it acts under.
      const renewed = await lead.stand(home, signal)
      if (!renewed.ok || !renewed.value) return
    }
  }
  return {
    round,
    mayAct,
    /** Settles as soon as it is known who acts: this core at once, another one when it has kept the Lease alive for longer than a dead one could. */
    async standing(signal: AbortSignal): Promise<Standing> {
      const asked = clock.now()
      for (;;) {
        if (lead.holds) return 'here'
        if (stands === 'nobody') return stands
        if (stands === 'elsewhere' && clock.now() - asked > WAITS_MS) return stands
        await heard(rounds, signal)
      }
    },
    state(): StewardState {
      const why = ports.stopped()
      if (why?.pulled) return { state: 'stopped', says: `Stopped: ${why.says}` }
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
/** Settles when told of again; rejects when nobody waits any longer. */
const heard = (told: ReturnType<typeof listeners>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const over = new AbortController()
    const ended = () => {
      over.abort()
      stop()
      reject(signal.reason as Error)
    }
    const stop = told.add(() => {
      over.abort()
      stop()
      signal.removeEventListener('abort', ended)
      resolve()
    })
    if (signal.aborted) ended()
    else signal.addEventListener('abort', ended, { once: true, signal: over.signal })
  })
export type Steward = ReturnType<typeof makeSteward>
