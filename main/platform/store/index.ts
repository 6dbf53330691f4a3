export {
  openStore,
  sqliteVersion,
  type LastSeen,
  type OpenStoreOptions,
  type Store,
  type StoredOperation,
} from './store'
