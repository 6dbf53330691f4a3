import type { Failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Capacity } from '../capacity'
import type { Worklog } from '../flow'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { Drafts } from './drafts'
import type { StoredBytes } from './leftovers'

/** What projects stand on. The clock is the machine's; what people agreed on (due dates) is read by the site's own. */
export interface ProjectPorts {
  sites: Sites
  records: Records
  operations: Operations
  worklog: Worklog
  capacity: Pick<Capacity, 'snapshot'>
  drafts: Drafts
  /** What was shipped for a namespace and lies in object stores; absent where nothing is ever shipped. */
  stored?(
    namespace: string,
    signal?: AbortSignal,
  ): Promise<{ found: StoredBytes[]; unread: { site: string; failure: Failure }[] }>
  clock: Clock
  random: Random
}
