import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { ObjectStore } from './adapters/objects'

/** The setting that names another image for transfers. */
export const IMAGE_KEY = 'shipping.image'
export interface ShippingPorts {
  sites: Sites & { clockOf(site: string): Clock; homeId(): string | undefined }
  records: Pick<Records, 'find' | 'known'>
  operations: Operations
  /** The object store of a site; NOT_SUPPORTED_HERE in words where none is known. */
  objects(site: string): Outcome<ObjectStore>
  store: Pick<Store, 'settings'>
  /** The machine's clock, for pauses; times are told by the site's own. */
  clock: Clock
  random: Random
  log: Log
}
/** How a long piece of work tells what it does. */
export interface Telling {
  signal: AbortSignal
  progress(says: string, share?: number): void
}
export interface ShipAsk {
  uri: string
  from: string
  to: string
  namespace: string
  claim: string
  capBytesPerSecond?: number | undefined
  direction?: 'out' | 'back' | undefined
  title?: string | undefined
}
