export { lakefsCommit } from './adapters/lakefs'
export { s3Versions } from './adapters/s3'
export { snapshotClassFor } from './backend'
export { addressOf } from './domain/method'
export type { Decided } from './plan'
export type { SnapshotPorts, Versions } from './ports'
export { makeSnapshots, type Snapshots } from './service'
export {
  manifestsOf as snapshotManifests,
  Take,
  takeSnapshot,
  untakeSnapshot,
  volumeSnapshotOf,
} from './take'
export { snapshotHandlers } from './handlers'
