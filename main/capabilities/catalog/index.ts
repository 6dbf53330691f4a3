export { catalogHandlers } from './handlers'
export type { CatalogPorts } from './ports'
export { makeCatalog, type Catalog } from './service'
