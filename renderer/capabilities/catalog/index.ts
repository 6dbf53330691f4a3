export { CatalogScreen } from './CatalogScreen'
