import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { Objects } from './service'

export const objectHandlers = (
  os: Implementer['objects'],
  { service, clock }: { service: Objects; clock: Clock },
) => ({
  watch: os.watch.handler(({ input, signal }) => service.watch(input, signal)),
  offers: os.offers.handler(async ({ input, signal }) =>
    answer(await service.offers(input, signal)),
  ),
  logs: os.logs.handler(({ input, signal }) => service.logs.read(input, signal)),
  logLines: os.logLines.handler(({ input: { session, ...window } }) =>
    answer(service.logs.lines(session, window)),
  ),
  searchLogs: os.searchLogs.handler(async ({ input, signal }) =>
    answer(await service.logs.search(input, signal)),
  ),
  terminal: os.terminal.handler(({ input, signal }) => service.terminals.open(input, signal)),
  typeInto: os.typeInto.handler(({ input }) =>
    answer(service.terminals.type(input.session, input.text), {}),
  ),
  resize: os.resize.handler(({ input: { session, ...size } }) =>
    answer(service.terminals.resize(session, size), {}),
  ),
  shown: os.shown.handler(({ input }) =>
    answer(service.terminals.shown(input.session, input.bytes), {}),
  ),
  forward: os.forward.handler(async ({ input, signal }) =>
    answer(await service.forwards.open(input, signal)),
  ),
  stopForward: os.stopForward.handler(({ input }) => answer(service.forwards.close(input.id), {})),
  forwards: os.forwards.handler(({ signal }) =>
    latest({ subscribe: service.forwards.onChange, read: service.forwards.list, clock, signal }),
  ),
  yaml: os.yaml.handler(async ({ input, signal }) => answer(await service.yaml(input, signal))),
  planApply: os.planApply.handler(async ({ input: { yaml, resourceVersion, ...ref }, signal }) =>
    answer(await service.planApply({ ref, yaml, resourceVersion }, signal)),
  ),
  planScale: os.planScale.handler(async ({ input: { replicas, ...ref }, signal }) =>
    answer(await service.planScale(ref, replicas, signal)),
  ),
  planRestart: os.planRestart.handler(async ({ input, signal }) =>
    answer(await service.planChange(input, 'restart', signal)),
  ),
  revisions: os.revisions.handler(async ({ input, signal }) =>
    answer(await service.revisions(input, signal)),
  ),
  planRollback: os.planRollback.handler(async ({ input: { to, ...ref }, signal }) =>
    answer(await service.planRollback(ref, to, signal)),
  ),
  planSuspend: os.planSuspend.handler(async ({ input, signal }) =>
    answer(await service.planChange(input, 'suspend', signal)),
  ),
  planResume: os.planResume.handler(async ({ input, signal }) =>
    answer(await service.planChange(input, 'resume', signal)),
  ),
  manyOffers: os.manyOffers.handler(async ({ input, signal }) =>
    answer(await service.manyOffers(input, signal)),
  ),
  planMany: os.planMany.handler(async ({ input, signal }) =>
    answer(await service.planMany(input, signal)),
  ),
  planDelete: os.planDelete.handler(async ({ input: { keepDependents, ...ref }, signal }) =>
    answer(await service.planDelete({ ref, keepDependents }, signal)),
  ),
})
