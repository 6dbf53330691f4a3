import type { NamespacedRef } from '../../../preload/contract/common'
import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Outcome } from '../../kernel/outcome'
import type { Log } from '../../platform/log'
import type { Vault } from '../../platform/secrets/vault'
import type { Store } from '../../platform/store'
import type { Worklog } from '../flow'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { UploadSource } from '../uploads'
import type { Desk } from './desk/questions'

export interface DriftPorts {
  store: Store
  sites: Sites
  records: Records
  operations: Operations
  worklog: Worklog
  clock: Clock
  random: Random
  log: Log
  vault: Vault
  /** One desk counts, which may take long; the other answers whoever looks. */
  counting: Desk
  reading: Desk
  /** What a person is called where no site says it. */
  localUser: string
  /** Writes the result of a check to a revision, with its event. */
  recordCheck(
    check: NamespacedRef & { result: 'none' | 'watch' | 'act' },
    signal?: AbortSignal,
  ): Promise<Outcome<void>>
  /** Reads objects of a bucket; absent where no credentials can be had. */
  objects?: ObjectReader
  /** Where a bundle that a page handed over is taken from; absent where no page is served. */
  uploads?: UploadSource
}
/** Object storage, as far as files are read from it. */
export interface ObjectReader {
  list(
    bucket: string,
    prefix: string,
    signal?: AbortSignal,
  ): Promise<{ key: string; size: number; etag?: string }[]>
  get(bucket: string, key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}
