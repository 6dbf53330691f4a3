export {
  openStore,
  sqliteVersion,
  type CareOptions,
  type LastSeen,
  type OpenStoreOptions,
  type Store,
  type StoredOperation,
} from './store'
export { listBackups, type Backup } from './backups'
export { recoverStore, savedCopies, type Recovered } from './recovery'
export { isWritable, privateFiles, privateFolder } from './private-files'
