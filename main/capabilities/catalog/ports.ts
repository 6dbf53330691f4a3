import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

export interface CatalogPorts {
  sites: Sites
  records: Records
  operations: Operations
  clock: Clock
  random: Random
}
