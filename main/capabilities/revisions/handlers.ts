import { answer, type Implementer } from '../../platform/contract'
import type { Revisions } from './service'

export const revisionHandlers = (os: Implementer['revisions'], service: Revisions) => ({
  preview: os.preview.handler(async ({ input, signal }) =>
    answer(await service.preview(input, signal)),
  ),
  planSave: os.planSave.handler(async ({ input, signal }) =>
    answer(await service.planSave(input, signal)),
  ),
  planReproduce: os.planReproduce.handler(async ({ input, signal }) =>
    answer(await service.planReproduce(input, signal)),
  ),
})
