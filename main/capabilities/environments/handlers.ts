import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { Environments } from './service'

export const environmentHandlers = (
  os: Implementer['environments'],
  { service, clock }: { service: Environments; clock: Clock },
) => ({
  offers: os.offers.handler(async ({ input, signal }) =>
    answer(await service.offers(input.project, signal)),
  ),
  planProvision: os.planProvision.handler(async ({ input, signal }) =>
    answer(await service.planDraft(input.draft, signal)),
  ),
  planChange: os.planChange.handler(async ({ input: { change, ...ref }, signal }) =>
    answer(await service.planChange({ ref, change }, signal)),
  ),
  idle: os.idle.handler(async ({ input, signal }) => answer(await service.idle(input, signal))),
  watch: os.watch.handler(({ input, signal }) => answer(service.watch(input, signal))),
  open: os.open.handler(async ({ input, signal }) =>
    answer(await service.forwards.open(input, signal)),
  ),
  close: os.close.handler(({ input }) => answer(service.forwards.close(input), {})),
  forwards: os.forwards.handler(({ signal }) =>
    latest({ subscribe: service.forwards.onChange, read: service.forwards.list, clock, signal }),
  ),
})
