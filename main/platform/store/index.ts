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
export { heldByCopies, recoverStore, savedCopies, type Recovered } from './recovery'
export { restoreWanted, wantRestore } from './restoring'
export { isWritable, privateFiles, privateFolder } from './private-files'
