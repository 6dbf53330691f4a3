import type { Unattended, UnattendedStart } from '../operations'
import type { Standing, Stop } from './service'

export interface AuthorityPorts {
  /** Why nothing may act by itself now: the kill switch, or that it could not be read. */
  stopped(): Stop | undefined
  /** Settles once the kill switch can be read; at once where it can be already. */
  readable(signal: AbortSignal): Promise<void>
  lease: { mayAct(): boolean; standing(signal: AbortSignal): Promise<Standing> }
}

/** Whether something may act while nobody looks: the one place that every unattended act asks, before it begins and again after a restart. */
export function makeAuthority({ stopped, readable, lease }: AuthorityPorts) {
  return {
    /** Asked right before an act: the Lease (for what is not this person's own) and the kill switch. */
    acting: (on: Unattended): UnattendedStart => ({
      on,
      mayAct: () => (on === 'lease' ? lease.mayAct() : stopped() === undefined),
    }),
    /** Why what a core began by itself may not go on after a restart; undefined where it may. */
    async mayGoOn(on: Unattended, signal: AbortSignal): Promise<string | undefined> {
      await readable(signal)
      const why = stopped()
      if (why) return `everything that acts by itself is stopped: ${why.says}.`
      if (on === 'owner') return undefined
      switch (await lease.standing(signal)) {
        case 'here':
          return stopped()?.says
        case 'elsewhere':
          return 'another core holds the Lease and decides by what is so now.'
        case 'nobody':
          return 'this core no longer acts for others, so it does not finish what it began for them.'
      }
    },
  }
}
export type Authority = ReturnType<typeof makeAuthority>
