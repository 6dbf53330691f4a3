export { SiteChips } from './parts/SiteChips'
export { SitesPanel } from './parts/SitesPanel'
export { ConnectScreen } from './screens/ConnectScreen'
export { FirstRun } from './screens/FirstRun'
