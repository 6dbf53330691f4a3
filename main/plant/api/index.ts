import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { PlantApi } from '../types'
import { builtinResources } from './builtins'
import type { Cluster } from './cluster'
import { startCollector } from './gc'
import { inProcessApi } from './in-process'
import { Registry } from './registry'
import { Store } from './store'

export { KubeError } from './errors'

export interface PlantApiOptions {
  clock: Clock
  random: Random
  /** How many changes of each kind are remembered for watches and paged lists; 4096 when not said. */
  window?: number
}

/** One simulated API server without its socket. */
export function createPlantApi(options: PlantApiOptions): PlantApi & { cluster: Cluster } {
  const registry = new Registry()
  for (const resource of builtinResources()) registry.add(resource)
  const cluster: Cluster = { clock: options.clock, random: options.random, registry, store: new Store({ ...(options.window && { window: options.window }) }) }
  startCollector(cluster)
  return { ...inProcessApi(cluster), cluster }
}
