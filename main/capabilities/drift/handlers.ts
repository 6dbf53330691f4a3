import { answer, refusal, type Implementer } from '../../platform/contract'
import { failure } from '../../../preload/contract/failures'
import { openFrom, saveBundle } from './bundles/files'
import { planGate } from './gate/plan'
import type { Drift } from './service'

export const driftHandlers = (os: Implementer['drift'], service: Drift) => ({
  watchFleet: os.watchFleet.handler(({ input, signal }) => service.watchFleet(input, signal)),
  model: os.model.handler(({ input }) => answer(service.model(input))),
  features: os.features.handler(async ({ input, signal }) =>
    answer(await service.features(input, signal)),
  ),
  feature: os.feature.handler(async ({ input, signal }) =>
    answer(await service.feature(input, input, signal)),
  ),
  multivariate: os.multivariate.handler(async ({ input, signal }) =>
    answer(await service.multivariate(input, signal)),
  ),
  look: os.look.handler(async ({ input, signal }) => answer(await service.look(input, signal))),
  saveMonitor: os.saveMonitor.handler(({ input }) => answer(service.saveMonitor(input))),
  removeMonitor: os.removeMonitor.handler(({ input }) =>
    answer(service.removeMonitor(input.id), {}),
  ),
  run: os.run.handler(({ input, signal }) => {
    if (!service.monitors.get(input.id))
      throw refusal(failure('NOT_FOUND', { kind: 'monitor', name: input.id }))
    return service.run(input, signal)
  }),
  say: os.say.handler(async ({ input }) => answer(await service.say(input, input))),
  takeBack: os.takeBack.handler(({ input }) => answer(service.takeBack(input.operation), {})),
  merge: os.merge.handler(async ({ signal }) => answer(await service.merge(signal))),
  settle: os.settle.handler(async ({ input }) => answer(await service.settle(input), {})),
  backtest: os.backtest.handler(({ input }) =>
    answer(service.backtest(input, input.limits, input.alertAfter)),
  ),
  approveLimits: os.approveLimits.handler(async ({ input }) =>
    answer(await service.approveLimits(input.id, input.limits), {}),
  ),
  planGate: os.planGate.handler(async ({ input, signal }) =>
    answer(await planGate(service, input, signal)),
  ),
  bundles: os.bundles.handler(() => service.bundles.list()),
  openBundle: os.openBundle.handler(async ({ input, context: { session }, signal }) =>
    answer(await openFrom(service, 'path' in input ? input : { ...input, owner: session }, signal)),
  ),
  closeBundle: os.closeBundle.handler(async ({ input }) =>
    answer(await service.bundles.close(input.id), {}),
  ),
  saveBundle: os.saveBundle.handler(async ({ input, signal }) =>
    answer(await saveBundle(service, input, signal)),
  ),
})
