import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { OperationsService } from './service'

export const operationHandlers = (
  os: Implementer['operations'],
  { service, clock }: { service: OperationsService; clock: Clock },
) => ({
  start: os.start.handler(async ({ input, signal }) => answer(await service.start(input, signal))),
  cancel: os.cancel.handler(({ input }) => answer(service.cancel(input.operationId), {})),
  retry: os.retry.handler(({ input }) => answer(service.retry(input.operationId), {})),
  undo: os.undo.handler(({ input }) => answer(service.undo(input.operationId), {})),
  get: os.get.handler(({ input }) => answer(service.get(input.operationId))),
  watch: os.watch.handler(({ signal }) =>
    latest({ subscribe: service.onChange, read: service.list, clock, signal }),
  ),
})
