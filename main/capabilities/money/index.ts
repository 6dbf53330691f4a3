export { gpuUsdPerHour, podUsdPerHour } from './domain/spending'
export { moneyHandlers } from './handlers'
export { makeMoney, type Money, type MoneyPorts } from './service'
