import { answer, type Implementer } from '../../platform/contract'
import type { Snapshots } from './service'

export const snapshotHandlers = (os: Implementer['snapshots'], service: Snapshots) => ({
  planTake: os.planTake.handler(async ({ input, signal }) =>
    answer(await service.planTake(input, signal)),
  ),
  planRelease: os.planRelease.handler(async ({ input, signal }) =>
    answer(await service.planRelease(input, signal)),
  ),
})
