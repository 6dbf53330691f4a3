import { z } from 'zod'
import type { Environment } from '../../../../preload/contract/records'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { listVisible } from '../../../platform/kubernetes/visible'
import { AWAY } from '../../environments'
import { resourceOf } from '../../plans'
import { jsonMark, type CloudSpend } from './budgets'
import type { Whose } from './team'

const HOUR_MS = 3_600_000
/** A machine is paid for until somebody returns it: so much of that has to be there when it goes. */
export const AHEAD_H = 24
const Priced = z.object({ at: z.string(), usdPerHour: z.number().optional() })
const Marked = z.object({
  metadata: z.object({
    namespace: z.string().default(''),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})

/** What an environment that is away has cost since it went, and will cost for a day more, in USD. */
export const committedBy = ({ usdPerHour = 0, at }: z.infer<typeof Priced>, now: number): number =>
  usdPerHour * (Math.max(0, now - Date.parse(at)) / HOUR_MS + AHEAD_H)

/** Cloud money of the environments of a site that work elsewhere. Asks the site only where one of the known ones could be away: those are paused here. */
export async function spendOfEnvironments(
  home: KubeClient,
  known: readonly Environment[],
  {
    whoseOf,
    now,
    signal,
  }: {
    whoseOf: (namespace: string, queue: string | undefined) => Whose
    now: number
    signal: AbortSignal | undefined
  },
): Promise<Outcome<CloudSpend[]>> {
  if (!known.some(({ spec }) => spec.state === 'paused')) return succeed([])
  const all = await listVisible(
    home,
    {
      resource: resourceOf({ apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' }),
      parse: Marked,
    },
    signal,
  )
  if (!all.ok) return all
  return succeed(
    all.value.items.flatMap(({ metadata: { namespace, annotations } }): CloudSpend[] => {
      const away = jsonMark(annotations, AWAY, Priced)
      return away
        ? [
            {
              whose: whoseOf(namespace, undefined),
              usd: committedBy(away, now),
              open: true,
              at: Date.parse(away.at) || 0,
            },
          ]
        : []
    }),
  )
}
