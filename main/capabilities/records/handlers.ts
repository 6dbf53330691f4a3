import type { TaktRecord } from '../../../preload/contract/records'
import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import type { RecordsService } from './service'
import { updates } from './updates'

export const recordHandlers = (
  os: Implementer['records'],
  { service, clock }: { service: RecordsService; clock: Clock },
) => ({
  watch: os.watch.handler(({ input, signal }) =>
    updates(service, { kinds: input.kinds, clock }, signal),
  ),
  list: os.list.handler(
    async ({ input, signal }) =>
      answer(await service.list(input.kind, input.namespace, signal)) as TaktRecord[],
  ),
  get: os.get.handler(
    async ({ input, signal }) =>
      answer(await service.read(input.kind, input, signal)) as TaktRecord,
  ),
})
