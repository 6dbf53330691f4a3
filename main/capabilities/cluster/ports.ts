import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Sites } from '../sites'

/** GPUs of each node that are busy now, as somebody measures them; undefined where nobody does. */
export interface GpuUse {
  byNode(site: string): ReadonlyMap<string, number> | undefined
  /** Calls back after new measurements; the answer stops it. While somebody listens, the site is measured. */
  follow(site: string, changed: () => void): () => void
}
export interface ClusterPorts {
  sites: Pick<Sites, 'states' | 'client' | 'onChange'>
  store: Pick<Store, 'blobs' | 'settings'>
  /** Namespaces a person is known to work in, for whoever may not list all of them. */
  namespacesOf(site: string): string[]
  gpuUse: GpuUse
  clock: Clock
  random: Random
  log: Log
}
