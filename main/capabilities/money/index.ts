export {
  approvalBlocks,
  asksForApproval,
  budgetMissing,
  limitBlocks,
  sharedLimit,
  spendGate,
  type Approval,
  type Limit,
  type Spend,
  type SpendDecision,
} from './domain/gate'
export { gpuUsdPerHour, podUsdPerHour } from './domain/spending'
export { moneyHandlers } from './handlers'
export { makeMoney, type Money, type MoneyPorts } from './service'
