import type { ScreenProps } from '../../app/routes'
import { ReplayScreen } from '../replay'

/** Stay or go, its queue, approvals, replays, policy, journal and machines, by the address. */
export function Burst({ path }: ScreenProps) {
  switch (path[1]) {
    case 'replay': return <ReplayScreen />
    default: return <ReplayScreen />
  }
}
