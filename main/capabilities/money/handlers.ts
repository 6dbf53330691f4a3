import { answer, type Implementer } from '../../platform/contract'
import type { Money } from './service'

export const moneyHandlers = (os: Implementer['money'], service: Money) => ({
  budgets: os.budgets.handler(async ({ signal }) => answer(await service.budgets(signal))),
})
