import { answer, type Implementer } from '../../platform/contract'
import type { Flow } from './service'

export const flowHandlers = (os: Implementer['flow'], service: Flow) => ({
  map: os.map.handler(({ input, signal }) => service.map(input, signal)),
  report: os.report.handler(({ input }) => answer(service.report(input))),
  item: os.item.handler(async ({ input, signal }) => answer(await service.item(input, signal))),
})
