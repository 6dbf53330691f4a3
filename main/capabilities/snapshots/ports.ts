import type { DataSourceSpec } from '../../../preload/contract/records/catalog'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

/** Asks what keeps a kind of data for the version it has now: a commit, a manifest, offsets. Absent kinds have nobody to ask. */
export type Versions = Partial<
  Record<
    DataSourceSpec['kind'],
    (location: DataSourceSpec['location'], signal?: AbortSignal) => Promise<Outcome<string>>
  >
>
export interface SnapshotPorts {
  sites: Sites
  records: Records
  operations: Operations
  versions: Versions
  clock: Clock
  random: Random
}
