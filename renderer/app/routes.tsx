import { lazy, type ComponentType } from 'react'
import type { IconName } from '../design'
import { MapScreen } from '../capabilities/flow'
import { ConnectScreen } from '../capabilities/sites'
import { laterScreen } from './LaterScreen'

/** What a screen is given: the parts of the address after its own word. */
export interface ScreenProps {
  path: string[]
}
/** A screen in the rail: address `#/id`, `G` then key. needsHome: shows the first run while no site holds records. */
export interface Route {
  id: string
  word: string
  title: string
  key?: string
  icon: IconName
  needsHome: boolean
  hidden?: true
  screen: ComponentType<ScreenProps>
}

const Discover = lazy(() =>
  import('../capabilities/projects').then((found) => ({ default: found.Discover })),
)
const Burst = lazy(() =>
  import('../capabilities/burst').then((found) => ({ default: found.Burst })),
)
const CatalogScreen = lazy(() =>
  import('../capabilities/catalog').then((found) => ({ default: found.CatalogScreen })),
)
const ClusterScreen = lazy(() =>
  import('../capabilities/cluster').then((found) => ({ default: found.ClusterScreen })),
)
const Line = lazy(() =>
  import('../capabilities/backlog').then((found) => ({ default: found.Line })),
)
const DriftScreen = lazy(() =>
  import('../capabilities/drift').then((found) => ({ default: found.DriftScreen })),
)
const FlowScreen = lazy(() =>
  import('../capabilities/flow/report').then((found) => ({ default: found.FlowScreen })),
)
const SettingsScreen = lazy(() =>
  import('../capabilities/settings').then((found) => ({ default: found.SettingsScreen })),
)

/** Every screen, in the order of the rail; Settings stands at its foot. */
export const ROUTES: readonly Route[] = [
  {
    id: 'map',
    word: 'Map',
    title: 'Map',
    key: 'm',
    icon: 'map',
    needsHome: true,
    screen: MapScreen,
  },
  {
    id: 'discover',
    word: 'Discover',
    title: 'Discover',
    key: 'd',
    icon: 'search',
    needsHome: true,
    screen: Discover,
  },
  {
    id: 'data',
    word: 'Data',
    title: 'Data and tools',
    key: 'a',
    icon: 'data',
    needsHome: true,
    screen: CatalogScreen,
  },
  {
    id: 'line',
    word: 'Line',
    title: 'Line',
    key: 'l',
    icon: 'line',
    needsHome: true,
    screen: Line,
  },
  {
    id: 'burst',
    word: 'Burst',
    title: 'Stay or go',
    key: 'b',
    icon: 'burst',
    needsHome: false,
    screen: Burst,
  },
  {
    id: 'drift',
    word: 'Drift',
    title: 'Drift',
    key: 'r',
    icon: 'drift',
    needsHome: false,
    screen: DriftScreen,
  },
  {
    id: 'money',
    word: 'Money',
    title: 'Money',
    key: 'o',
    icon: 'money',
    needsHome: false,
    screen: laterScreen('money', 'Money'),
  },
  {
    id: 'flow',
    word: 'Flow',
    title: 'Flow',
    key: 'f',
    icon: 'flow',
    needsHome: false,
    screen: FlowScreen,
  },
  {
    id: 'cluster',
    word: 'Cluster',
    title: 'Cluster',
    key: 'c',
    icon: 'cluster',
    needsHome: false,
    screen: ClusterScreen,
  },
  {
    id: 'connect',
    word: 'Connect',
    title: 'Connect a cluster',
    icon: 'cluster',
    needsHome: false,
    hidden: true,
    screen: ConnectScreen,
  },
  {
    id: 'settings',
    word: 'Settings',
    title: 'Settings',
    icon: 'settings',
    needsHome: false,
    screen: SettingsScreen,
  },
]
export const routeOf = (path: readonly string[]): Route | undefined =>
  ROUTES.find(({ id }) => id === (path[0] ?? 'map'))
