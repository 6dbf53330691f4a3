import { answer, type Implementer } from '../../platform/contract'
import type { Projects } from './service'

export const projectHandlers = (os: Implementer['projects'], service: Projects) => ({
  nameStanding: os.nameStanding.handler(async ({ input, signal }) =>
    answer(await service.nameStanding(input.name, signal)),
  ),
  planCreate: os.planCreate.handler(async ({ input, signal }) =>
    answer(await service.planCreate(input, signal)),
  ),
  planFulfil: os.planFulfil.handler(async ({ input, signal }) =>
    answer(await service.planFulfil(input, signal)),
  ),
  podSecurity: os.podSecurity.handler(async ({ input, signal }) =>
    answer(await service.podSecurity(input.name, signal)),
  ),
  planPodSecurity: os.planPodSecurity.handler(async ({ input, signal }) =>
    answer(await service.planPodSecurity(input, signal)),
  ),
  edit: os.edit.handler(async ({ input, signal }) => answer(await service.edit(input, signal))),
  planDelete: os.planDelete.handler(async ({ input, signal }) =>
    answer(await service.planDelete(input, signal)),
  ),
  drafts: os.drafts.handler(() => service.drafts.list()),
  watchDrafts: os.watchDrafts.handler(({ signal }) => service.drafts.watch(signal)),
  saveDraft: os.saveDraft.handler(({ input }) => answer(service.drafts.save(input))),
  discardDraft: os.discardDraft.handler(({ input }) =>
    answer(service.drafts.discard(input.id), {}),
  ),
})
