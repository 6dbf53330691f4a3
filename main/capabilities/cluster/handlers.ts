import { answer, type Implementer } from '../../platform/contract'
import type { Cluster } from './service'

const forever = new AbortController().signal

export const clusterHandlers = (os: Implementer['cluster'], service: Cluster) => ({
  kinds: os.kinds.handler(({ input, signal = forever }) => service.kinds(input.site, signal)),
  watchList: os.watchList.handler(({ input, signal = forever }) => service.watch(input, signal)),
  look: os.look.handler(({ input }) => answer(service.look(input), {})),
  range: os.range.handler(({ input }) => ({ rows: answer(service.range(input)) })),
  csv: os.csv.handler(({ input, signal }) => service.csv(input, signal)),
  summary: os.summary.handler(({ input, signal = forever }) => service.summary(input.site, signal)),
})
