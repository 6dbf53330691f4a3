import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Environments } from '../environments'
import type { Worklog } from '../flow'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

export interface RevisionPorts {
  sites: Sites
  records: Records
  operations: Operations
  worklog: Worklog
  environments: Pick<Environments, 'planProvision'>
  clock: Clock
  random: Random
}
