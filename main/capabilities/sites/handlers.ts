import type { Plan } from '../../../preload/contract/operations'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { SitesService } from './service'

interface SiteHandlerPorts { service: SitesService; clock: Clock; planPrepare(site: string, signal?: AbortSignal): Promise<Outcome<Plan>> }

export const siteHandlers = (os: Implementer['sites'], { service, clock, planPrepare }: SiteHandlerPorts) => ({
  watch: os.watch.handler(({ signal }) => latest({ subscribe: service.onChange, read: service.states, clock, signal })),
  contexts: os.contexts.handler(() => service.contexts()),
  connect: os.connect.handler(async ({ input }) => answer(await service.connect(input), {})),
  disconnect: os.disconnect.handler(({ input }) => answer(service.disconnect(input.site), {})),
  makeHome: os.makeHome.handler(({ input }) => answer(service.makeHome(input.site), {})),
  openPlant: os.openPlant.handler(async () => answer(await service.openPlant(), {})),
  closePlant: os.closePlant.handler(async () => answer(await service.closePlant(), {})),
  setPlantSpeed: os.setPlantSpeed.handler(({ input }) => answer(service.setPlantSpeed(input.speed), {})),
  review: os.review.handler(async ({ input, signal }) => answer(await service.review(input.site, input.asks.map((ask) => ({ ...ask, says: `${ask.verb} ${ask.resource}${ask.namespace ? ` in ${ask.namespace}` : ''}` })), signal))),
  planPrepare: os.planPrepare.handler(async ({ input, signal }) => answer(await planPrepare(input.site, signal))),
})
