import { hrefOf } from '../../client'
import { words } from './words'

export type BurstTab = 'move' | 'queue' | 'approvals' | 'replay' | 'policy' | 'journal' | 'machines'
/** The parts of Burst, as places of their own. */
export const BurstTabs = ({
  at,
  waiting,
  approvals,
}: {
  at: BurstTab
  waiting?: number | undefined
  approvals?: number | undefined
}) => (
  <nav className="segmented" aria-label={words.parts}>
    {TABS.filter((tab) => tab !== 'move' || at === 'move').map((tab) => (
      <a
        key={tab}
        href={hrefOf(tab === 'queue' ? ['burst'] : ['burst', tab])}
        {...(tab === at && { 'aria-current': 'page' })}
      >
        {words.tab[tab]}
        {tab === 'queue' && waiting ? ` ${waiting}` : ''}
        {tab === 'approvals' && approvals ? ` ${approvals}` : ''}
      </a>
    ))}
  </nav>
)
const TABS: readonly BurstTab[] = [
  'move',
  'queue',
  'approvals',
  'replay',
  'policy',
  'journal',
  'machines',
]
