import type { WorkloadRef } from '../../../preload/contract/burst'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { answer, type Implementer } from '../../platform/contract'
import type { makeLayout } from './move/plan-layout'
import type { Notebooks } from './notebook/service'
import type { makePolicy } from './policy'
import type { BurstService } from './service'

const EVERY_MS = 1000
/** An unchanged queue is planned again after this long: jobs overrun, prices age, caps begin anew. */
const AT_LEAST_EVERY_MS = 30_000
type Asked = WorkloadRef & {
  to?: { site?: string | undefined; pool?: string | undefined } | undefined
  note?: string | undefined
}
const refOf = ({ site, kind, namespace, name }: WorkloadRef): WorkloadRef => ({
  site,
  kind,
  namespace,
  name,
})

interface Whole<T> {
  service: Pick<BurstService, 'follow'>
  clock: Clock
  read(signal: AbortSignal): Promise<Outcome<T>>
  signal: AbortSignal | undefined
}
/** What is true now and again after changes, at most once a second; the first failure is the reader's, later ones are waited out. */
async function* whole<T>({ service, clock, read, signal }: Whole<T>): AsyncGenerator<T, void> {
  const over = new AbortController()
  const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  let wake = () => {}
  let changed = false
  const stop = service.follow(() => {
    changed = true
    wake()
  })
  ending.addEventListener('abort', () => wake(), { once: true })
  try {
    for (let first = true; !ending.aborted; first = false) {
      changed = false
      const now = await read(ending)
      if (now.ok) yield now.value
      else if (first) answer(now)
      await clock.sleep(EVERY_MS, ending).catch(() => undefined)
      if (!changed && !ending.aborted)
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve
          }),
          clock.sleep(AT_LEAST_EVERY_MS, ending).catch(() => undefined),
        ])
    }
  } finally {
    over.abort()
    stop()
  }
}

export const burstHandlers = (
  os: Implementer['burst'],
  {
    service,
    policy,
    layout,
    notebooks,
    clock,
  }: {
    notebooks: Notebooks
    service: BurstService
    policy: ReturnType<typeof makePolicy>
    layout: ReturnType<typeof makeLayout>
    clock: Clock
  },
) => ({
  watch: os.watch.handler(({ input, signal }) =>
    whole({ service, clock, signal, read: (ending) => service.queue(input.site, ending) }),
  ),
  approvals: os.approvals.handler(({ input, signal }) =>
    whole({ service, clock, signal, read: (ending) => service.approvals(input.site, ending) }),
  ),
  quote: os.quote.handler(async ({ input, signal }) =>
    answer(await service.quote({ ref: refOf(input), to: input.to }, signal)),
  ),
  lines: os.lines.handler(({ input }) => answer(service.lines(input))),
  planMove: os.planMove.handler(
    async ({ input, signal }: { input: Asked; signal?: AbortSignal | undefined }) =>
      answer(await service.planMove({ ref: refOf(input), to: input.to, note: input.note }, signal)),
  ),
  planReturn: os.planReturn.handler(async ({ input, signal }) =>
    answer(await service.planReturn(refOf(input), signal)),
  ),
  planApprove: os.planApprove.handler(async ({ input, signal }) =>
    answer(await service.planApprove({ ref: refOf(input), to: input.to }, signal)),
  ),
  refuse: os.refuse.handler(async ({ input, signal }) =>
    answer(await service.refuse(refOf(input), input.reason, signal), {}),
  ),
  policy: os.policy.handler(async ({ signal }) => answer(await policy.inForce(signal))),
  planPolicy: os.planPolicy.handler(async ({ input, signal }) =>
    answer(await policy.planChange(input, signal)),
  ),
  planLayout: os.planLayout.handler(async ({ input, signal }) => {
    const site = answer(service.siteOf(input.site))
    return answer(await layout.plan({ site, to: input.to, namespaces: input.namespaces }, signal))
  }),
  notebook: os.notebook.handler(async ({ input, signal }) =>
    answer(await notebooks.whereabouts(input, signal)),
  ),
  planNotebookMove: os.planNotebookMove.handler(async ({ input, signal }) =>
    answer(await notebooks.planMove(input, signal)),
  ),
  notebookAsks: os.notebookAsks.handler(({ signal }) =>
    whole({ service: notebooks, clock, signal, read: (ending) => notebooks.asks(ending) }),
  ),
  refuseNotebook: os.refuseNotebook.handler(async ({ input, signal }) =>
    answer(await notebooks.refuse(input, signal), {}),
  ),
  planNotebookReturn: os.planNotebookReturn.handler(async ({ input, signal }) =>
    answer(await notebooks.planReturn(input, signal)),
  ),
  stop: os.stop.handler(async ({ input, signal }) => answer(await policy.stop(input, signal), {})),
  journal: os.journal.handler(({ input }) => service.journalOf(input.limit, input.job)),
})
