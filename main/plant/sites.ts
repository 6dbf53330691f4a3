import type { SimulatedApi } from './api'
import { startControllers, type Controllers } from './controllers'
import type { NodeGroup } from './controllers/nodes/node-group'
import { makeRuntime } from './controllers/runtime'
import type { KubeObject } from './types'
import { burstNodes, seedBurst } from './world/burst'
import { startLife } from './world/life'
import { seedWorld } from './world/seed'
import type { TravelClock } from './world/travel'

/** How a site comes to life: empty, or with the history of its world when fresh; restored sites just go on. */
export interface Living {
  fresh: boolean
  clock: TravelClock
  prepared: readonly KubeObject[]
  onError?: (error: unknown, where: string) => void
}
export interface LiveSite extends Controllers {
  /** Machines rented by the hour, on sites that have them. */
  nodes?: NodeGroup
  stop(): void
}
/** What a simulated site is before it runs. */
export interface SiteOutline {
  id: string
  name: string
  kind: 'on-prem' | 'cloud'
  region: string | undefined
  gitVersion: string
  live(api: SimulatedApi, how: Living): LiveSite
}

function begin(api: SimulatedApi, { onError }: Living): LiveSite {
  const controllers = startControllers(api, { ...(onError && { onError }) })
  const runtime = makeRuntime(controllers.engine)
  api.setRuntime(runtime)
  return {
    ...controllers,
    stop() {
      controllers.engine.stop()
      runtime.close()
    },
  }
}

export const SITES: SiteOutline[] = [
  {
    id: 'oslo',
    name: 'Oslo',
    kind: 'on-prem',
    region: undefined,
    gitVersion: 'v1.34.4',
    live(api, how) {
      const site = begin(api, how)
      if (how.fresh) seedWorld(api, { controllers: site, clock: how.clock, prepared: how.prepared })
      // Without the world's projects there is nobody who would send runs.
      startLife(api, site)
      return site
    },
  },
  {
    id: 'aws-burst',
    name: 'AWS burst',
    kind: 'cloud',
    region: 'eu-north-1',
    gitVersion: 'v1.34.4-eks-plant',
    live(api, how) {
      const site = begin(api, how)
      const nodes = burstNodes(api, site)
      if (how.fresh)
        seedBurst(api, { controllers: site, clock: how.clock, prepared: how.prepared }, nodes)
      return { ...site, nodes }
    },
  },
]
