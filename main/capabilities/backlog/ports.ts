import type { Worklog } from '../flow'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

export interface BacklogPorts {
  sites: Sites
  records: Records
  operations: Operations
  worklog: Worklog
}
