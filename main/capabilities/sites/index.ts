export type { SiteSource } from './connection'
export { siteHandlers } from './handlers'
export type { Sites } from './ports'
export { makeSites, type PlantSwitch, type SitesPorts, type SitesService } from './service'
