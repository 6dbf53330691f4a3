import type { Plan } from '../../../preload/contract/operations'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import { shownStates } from './domain/shown-states'
import type { SitesService } from './service'

/** Contexts wait for what the login shell knows of programs; as they come, or when all have been read. */
const contextHandlers = (
  os: Pick<Implementer['sites'], 'contexts' | 'watchContexts'>,
  { service, clock }: Pick<SiteHandlerPorts, 'service' | 'clock'>,
) => ({
  contexts: os.contexts.handler(async ({ input }) => {
    await Promise.all([service.ready(), service.allRead()])
    return service.contexts(input)
  }),
  watchContexts: os.watchContexts.handler(async function* ({ input, signal }) {
    await service.ready()
    void service.allRead()
    yield* latest({
      subscribe: service.onContexts,
      read: () => service.contexts(input),
      clock,
      signal,
    })
  }),
})

interface SiteHandlerPorts {
  service: SitesService
  clock: Clock
  planPrepare(
    asked: { site: string; members?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<Plan>>
}

export const siteHandlers = (
  os: Implementer['sites'],
  { service, clock, planPrepare }: SiteHandlerPorts,
) => ({
  watch: os.watch.handler(({ signal }) =>
    latest({
      subscribe: service.onChange,
      read: () => shownStates(service.states()),
      clock,
      signal,
    }),
  ),
  ...contextHandlers(os, { service, clock }),
  awsProfiles: os.awsProfiles.handler(() => service.eks.profiles()),
  eksClusters: os.eksClusters.handler(async ({ input, signal }) =>
    answer(await service.eks.clusters(input, signal)),
  ),
  addEks: os.addEks.handler(async ({ input, signal }) =>
    answer(await service.eks.add(input, signal)),
  ),
  addOidc: os.addOidc.handler(({ input }) => answer(service.addOidc(input))),
  remove: os.remove.handler(({ input }) => answer(service.remove(input.site), {})),
  signIn: os.signIn.handler(async ({ input }) =>
    answer(await service.signIns.begin(input.identity, input.how)),
  ),
  cancelSignIn: os.cancelSignIn.handler(({ input }) => {
    service.signIns.cancel(input.identity)
    return {}
  }),
  signIns: os.signIns.handler(({ signal }) =>
    latest({
      subscribe: (changed) => service.signIns.onChange(changed),
      read: () => service.signIns.all(),
      clock,
      signal,
    }),
  ),
  signOut: os.signOut.handler(async ({ input }) =>
    answer(await service.signOut(input.identity), {}),
  ),
  here: os.here.handler(({ input }) => {
    service.here(input)
    return {}
  }),
  connect: os.connect.handler(async ({ input }) => answer(await service.connect(input), {})),
  program: os.program.handler(async ({ input }) => answer(await service.programOf(input))),
  consents: os.consents.handler(() => service.consents()),
  revokeConsent: os.revokeConsent.handler(({ input }) =>
    answer(service.revokeConsent(input.hash), {}),
  ),
  credentials: os.credentials.handler(() => service.credentials()),
  endCredential: os.endCredential.handler(async ({ input }) =>
    answer(await service.endCredential(input.id), {}),
  ),
  disconnect: os.disconnect.handler(({ input }) => answer(service.disconnect(input.site), {})),
  makeHome: os.makeHome.handler(({ input }) => answer(service.makeHome(input.site), {})),
  openPlant: os.openPlant.handler(async () => answer(await service.openPlant(), {})),
  closePlant: os.closePlant.handler(async () => answer(await service.closePlant(), {})),
  setPlantSpeed: os.setPlantSpeed.handler(({ input }) =>
    answer(service.setPlantSpeed(input.speed), {}),
  ),
  plantPeople: os.plantPeople.handler(() => service.plantPeople()),
  plantAs: os.plantAs.handler(async ({ input }) => answer(await service.plantAs(input.user), {})),
  review: os.review.handler(async ({ input, signal }) =>
    answer(
      await service.review(
        input.site,
        input.asks.map((ask) => ({
          ...ask,
          says: `${ask.verb} ${ask.resource}${ask.namespace ? ` in ${ask.namespace}` : ''}`,
        })),
        signal,
      ),
    ),
  ),
  planPrepare: os.planPrepare.handler(async ({ input, signal }) =>
    answer(await planPrepare(input, signal)),
  ),
})
