import { answer, type Implementer } from '../../platform/contract'
import type { Catalog } from './service'

export const catalogHandlers = (os: Implementer['catalog'], service: Catalog) => ({
  planBringTool: os.planBringTool.handler(async ({ input, signal }) =>
    answer(await service.planBringTool(input, signal)),
  ),
  planTestTool: os.planTestTool.handler(async ({ input, signal }) =>
    answer(await service.planTestTool(input.name, signal)),
  ),
  setToolStage: os.setToolStage.handler(async ({ input, signal }) =>
    answer(await service.setToolStage(input, signal), {}),
  ),
  planAddSource: os.planAddSource.handler(async ({ input, signal }) =>
    answer(await service.planAddSource(input, signal)),
  ),
  source: os.source.handler(async ({ input, signal }) =>
    answer(await service.source(input.name, signal)),
  ),
})
