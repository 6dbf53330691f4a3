import type { ScreenProps } from '../../app/routes'
import { useAddress } from '../../client'
import { ReplayScreen } from '../replay'
import { ApprovalsScreen } from './screens/ApprovalsScreen'
import { FindScreen } from './screens/FindScreen'
import { JournalScreen } from './screens/JournalScreen'
import { MachinesScreen } from './screens/MachinesScreen'
import { MoveScreen } from './screens/MoveScreen'
import { PolicyScreen } from './screens/PolicyScreen'
import { QueueScreen } from './screens/QueueScreen'
import { refKey, refOf } from './view-model'
import './burst.css'

function Find({ path: [, site, namespace, name], plan }: ScreenProps & { plan: boolean }) {
  return site && namespace && name ? (
    <FindScreen site={site} namespace={namespace} name={name} plan={plan} />
  ) : (
    <QueueScreen />
  )
}

/** The queue, one move, approvals, replays, policy, journal and machines, by the address. */
export function Burst({ path }: ScreenProps) {
  const { query } = useAddress()
  const ref = refOf(path)
  switch (path[0]) {
    case 'move':
      return ref ? (
        <MoveScreen key={refKey(ref)} workloadRef={ref} startWithPlan={query.get('plan') === '1'} />
      ) : (
        <QueueScreen />
      )
    case 'find':
      return <Find path={path} plan={query.get('plan') === '1'} />
    case 'approvals':
      return <ApprovalsScreen />
    case 'replay':
      return <ReplayScreen />
    case 'policy':
      return <PolicyScreen />
    case 'journal':
      return <JournalScreen />
    case 'machines':
      return <MachinesScreen />
    default:
      return <QueueScreen />
  }
}
