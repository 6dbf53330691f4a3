import type { Implementer } from '../../platform/contract'
import type { Objects } from './service'

export const objectHandlers = (os: Implementer['objects'], service: Objects) => ({
  watch: os.watch.handler(({ input, signal }) => service.watch(input, signal)),
})
