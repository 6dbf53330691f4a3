import { answer, type Implementer } from '../../platform/contract'
import type { Backlog } from './service'

export const backlogHandlers = (os: Implementer['backlog'], service: Backlog) => ({
  gates: os.gates.handler(async ({ input, signal }) => answer(await service.gates(input, signal))),
  describe: os.describe.handler(async ({ input, signal }) =>
    answer(await service.describe(input, signal)),
  ),
  waive: os.waive.handler(async ({ input, signal }) =>
    answer(await service.waive(input, signal), {}),
  ),
  recordDrift: os.recordDrift.handler(async ({ input, signal }) =>
    answer(await service.recordDrift(input, signal), {}),
  ),
  move: os.move.handler(async ({ input, signal }) => answer(await service.move(input, signal), {})),
  planHandOver: os.planHandOver.handler(async ({ input, signal }) =>
    answer(await service.planHandOver(input, signal)),
  ),
})
