import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { CloudService } from './service'

export const cloudHandlers = (
  os: Implementer['cloud'],
  { service, clock }: { service: CloudService; clock: Clock },
) => ({
  pools: os.pools.handler(({ input, signal }) => service.pools(input.site, signal)),
  // Nobody is told that there are none before the accounts were asked.
  nodeGroups: os.nodeGroups.handler(async function* ({ signal }) {
    await service.firstLook(signal)
    yield* latest({ subscribe: service.follow, read: service.groups, clock, signal })
  }),
  planScale: os.planScale.handler(async ({ input, signal }) =>
    answer(await service.planScale(input, signal)),
  ),
  planCreatePool: os.planCreatePool.handler(async ({ input, signal }) =>
    answer(await service.planCreatePool(input, signal)),
  ),
  planDrain: os.planDrain.handler(async ({ input, signal }) =>
    answer(await service.planDrain(input, signal)),
  ),
  planAdopt: os.planAdopt.handler(async ({ input, signal }) =>
    answer(await service.planAdopt(input, signal)),
  ),
  planDeletePool: os.planDeletePool.handler(async ({ input, signal }) =>
    answer(await service.planDrain({ ...input, then: 'delete' }, signal)),
  ),
  orphans: os.orphans.handler(({ signal }) => service.orphans(signal)),
  planRemoveOrphan: os.planRemoveOrphan.handler(async ({ input, signal }) =>
    answer(await service.planRemoveOrphan(input, signal)),
  ),
  prices: os.prices.handler(({ input, signal }) => service.prices(input.refresh, signal)),
})
