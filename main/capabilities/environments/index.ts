export { AWAY, writeState } from './change'
export {
  volumeManifests,
  workloadManifests,
  workspaceClaim,
  type DataVolume,
  type Workload,
} from './domain/manifests'
export { usdPerHour } from './domain/price'
export { currentPod } from './domain/status'
export { environmentHandlers } from './handlers'
export { podsOf } from './observe'
export type { Expiry, ExpiryPorts } from './expiry'
export type { EnvironmentPorts } from './ports'
export { makeEnvironments, type Environments } from './service'
