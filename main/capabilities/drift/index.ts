// What other parts of the core may use of drift.
export { countInLake, type Lake } from './adapters/push-down'
export { trinoLake, type TrinoAddress } from './adapters/trino'
export {
  compare,
  type CompareRequest,
  type Comparison,
  type Following,
  type Progress,
} from './compare'
export {
  decideFamily,
  kOfLast,
  CONSTANT_LIMITS,
  DEFAULT_RULE,
  type DecisionRule,
  type SizeLimits,
} from './domain/decide'
export { UnusableInput } from './domain/failures'
export {
  chunksOf,
  estimateChunk,
  fitEstimator,
  type ChunkEstimate,
  type Estimator,
} from './domain/performance/cbpe'
export { separate, type Separation } from './domain/multivariate/domain-classifier'
export {
  estimateLoss,
  fitLoss,
  type LossEstimate,
  type LossEstimator,
} from './domain/performance/loss'
export { rankCauses, type Cause } from './domain/root-cause'
export { fitReconstruction, reconstructionError } from './domain/multivariate/reconstruction'
export { worstFirst, type ColumnReport, type Report } from './domain/report'
export {
  countWindows,
  profileReference,
  scoreWindows,
  type Cut,
  type Period,
  type ProfileRequest,
  type WindowRequest,
} from './profile'
export { watchWindows, type Watched, type WatchRequest } from './watch'
export { loadSpecialFunctions } from '../../platform/numerics'
export { inlineDesk } from './desk/inline'
export type { Desk } from './desk/questions'
export { watchDue, type Looked } from './monitors/due'
export { s3Reader } from './adapters/s3'
export { threadDesk } from './desk/thread'
export { driftHandlers } from './handlers'
export { registerGate } from './gate/plan'
export type { DriftPorts, ObjectReader } from './ports'
export { Drift } from './service'
