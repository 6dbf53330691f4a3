import type { Clock } from '../../kernel/clock'
import type { Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { Sessions } from './sessions'

export const sessionHandlers = (
  os: Implementer['sessions'],
  { sessions, clock }: { sessions: Sessions; clock: Clock },
) => ({
  list: os.list.handler(({ context }) => sessions.list(context.session)),
  watch: os.watch.handler(({ context, signal }) =>
    latest({
      subscribe: sessions.onChange,
      read: () => sessions.list(context.session),
      clock,
      signal,
    }),
  ),
  end: os.end.handler(({ input }) => {
    sessions.end(input.id)
    return {}
  }),
  endOthers: os.endOthers.handler(({ context }) => ({
    ended: sessions.endOthers(context.session),
  })),
})
