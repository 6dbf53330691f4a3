import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Store } from '../../platform/store'
import type { Log } from '../../platform/log'
import type { Capacity } from '../capacity'
import type { LoadAsk, PodLoad } from '../gpu-use'
import type { Outcome } from '../../kernel/outcome'
import type { Worklog } from '../flow'
import type { Operations } from '../operations'
import type { ProjectPorts } from '../projects'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { Snapshots } from '../snapshots'

/** What environments stand on. The clock is the machine's; ages and promises are read by the site's own. */
export interface EnvironmentPorts {
  sites: Sites
  records: Records
  operations: Operations
  worklog: Worklog
  capacity: Capacity
  snapshots: Pick<Snapshots, 'decide'>
  projects: ProjectPorts
  settings: Store['settings']
  /** What a pod used of its GPUs and CPUs lately. */
  load(ask: LoadAsk & { site: string }, signal: AbortSignal): Promise<Outcome<PodLoad>>
  clock: Clock
  random: Random
  log: Log
}
