import type { SimulatedApi } from './api'
import { startControllers } from './controllers'

/** What a simulated site is before it runs. */
export interface SiteOutline {
  id: string
  name: string
  kind: 'on-prem' | 'cloud'
  region: string | undefined
  gitVersion: string
  /** Starts what lives on the site; the answer stops it. */
  live(api: SimulatedApi, how: { fresh: boolean }): () => void
}

export const SITES: SiteOutline[] = [
  {
    id: 'oslo', name: 'Oslo', kind: 'on-prem', region: undefined, gitVersion: 'v1.34.4',
    live(api) {
      const { engine } = startControllers(api)
      return () => engine.stop()
    },
  },
  {
    id: 'aws-burst', name: 'AWS burst', kind: 'cloud', region: 'eu-north-1', gitVersion: 'v1.34.4-eks-plant',
    live(api) {
      const { engine } = startControllers(api)
      return () => engine.stop()
    },
  },
]
