export { operationHandlers } from './handlers'
export type {
  MadePlan,
  OperationKind,
  Operations,
  Premise,
  Step,
  StepContext,
  Unattended,
  UnattendedStart,
} from './ports'
export {
  KEPT_OPERATIONS,
  makeOperations,
  type OperationsPorts,
  type OperationsService,
} from './service'
