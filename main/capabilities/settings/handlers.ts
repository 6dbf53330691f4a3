import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { SettingsService } from './service'

export const settingHandlers = (
  os: Implementer['settings'],
  { service, clock }: { service: SettingsService; clock: Clock },
) => ({
  get: os.get.handler(() => service.get()),
  set: os.set.handler(({ input }) => answer(service.set(input))),
  watch: os.watch.handler(({ signal }) =>
    latest({ subscribe: service.onChange, read: service.get, clock, signal, everyMs: 50 }),
  ),
})
