export { burstCommands } from './cli'
export { asTrace, parseJobHistory, pastRuns, type PastRun } from './adapters/job-history'
export { parsePackedJson } from './adapters/packed-json'
export { parseTrace, unpacked, type ReadTrace } from './adapters/trace-csv'
export { decide, type LivePlan, type Promises } from './domain/decide'
export { estimator, type Estimate, type JobKey, type PastJob } from './domain/estimate'
export { frontier } from './domain/frontier'
export type { Figures } from './domain/figures'
export { teamOutcomes, usage, type TeamOutcome } from './domain/outcome'
export type {
  BudgetLine,
  Kind,
  Link,
  Policy,
  Pool,
  QueuedJob,
  RunTime,
  Snapshot,
} from './domain/snapshot'
export { changes } from './domain/words'
export { supposedZones } from './domain/spot'
export type { TraceJob } from './domain/trace'
export {
  answer,
  medianNodes,
  type Play,
  type ReplayAnswer,
  type ReplayQuestion,
} from './replay-run'
export {
  askThread,
  type PlayedPolicy,
  type ThreadAnswer,
  type ThreadQuestion,
} from './replay-thread'
export { budgetTask, moveTask, recoverStranded, releaseTask, settle } from './acting'
export { makeSpending, type Spending } from './gate'
export { burstHandlers } from './handlers'
export { owing } from './move/owed'
export { makeLayout } from './move/plan-layout'
export { isPolicyKnown, policyOf, whyStopped } from './live/policy'
export { makePolicy, mayRule } from './policy'
export { makeNotebooks, type Notebooks } from './notebook/service'
export { bringingBack } from './results'
export { plainCloud } from './adapters/plain-cloud'
export type { BurstPorts, CloudPorts, Telling } from './ports'
export { makeBurst, type BurstService } from './service'
