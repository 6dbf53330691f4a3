import type { z } from 'zod'
import type { NotebookAsk, NotebookPlace } from '../../../../preload/contract/burst'
import { failure } from '../../../../preload/contract/failures'
import type { Plan } from '../../../../preload/contract/operations'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { policyOf } from '../live/policy'
import { mayRule, onlyLeads } from '../policy'
import { notebookReturnKind, planNotebookReturn } from './back'
import { notebookAskKind, planNotebookAsk } from './ask'
import { askedOf, asksOn, awayOf, refusedOf, writeRefused } from './marks'
import { cloudSite, NO_CLOUD, planNotebookMove } from './plan'
import { notebookMoveKind, type NotebookPorts } from './steps'
import type { EnvironmentRef } from './words'

/** Environments that move to the cloud and come back. */
export function makeNotebooks(ports: NotebookPorts) {
  const kinds = { move: notebookMoveKind(ports), back: notebookReturnKind(ports) }
  ports.operations.register(kinds.move)
  ports.operations.register(kinds.back)
  ports.operations.register(notebookAskKind)
  return {
    ...asking(ports),
    /** Where an environment is, and where it could go. */
    async whereabouts(
      ref: EnvironmentRef,
      signal?: AbortSignal,
    ): Promise<Outcome<z.infer<typeof NotebookPlace>>> {
      const home = ports.sites.home()
      if (!home.ok) return home
      const away = await awayOf(home.value, ref, signal)
      if (!away.ok) return away
      const asked = await askedOf(home.value, ref, signal)
      if (!asked.ok) return asked
      const refused = await refusedOf(home.value, ref, signal)
      if (!refused.ok) return refused
      const to = cloudSite(ports)
      const mark = away.value
      return succeed(
        given({
          to,
          cannot: to === undefined ? `${NO_CLOUD.says} ${NO_CLOUD.remedy}` : undefined,
          away:
            mark &&
            given({
              site: mark.site,
              since: mark.at,
              by: mark.by,
              pool: mark.pool,
              usdPerHour: mark.usdPerHour,
            }),
          asked: asked.value && {
            by: asked.value.by,
            at: asked.value.at,
            usdPerHour: asked.value.usd,
          },
          refused: refused.value && {
            by: refused.value.by,
            at: refused.value.at,
            reason: refused.value.reason,
          },
        }),
      )
    },
    async planMove(
      { to, ...ref }: EnvironmentRef & { to?: string | undefined },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const site = cloudSite(ports, to)
      if (site === undefined) return fail(failure('NOT_SUPPORTED_HERE', NO_CLOUD))
      const approves = policyOf(ports.records).spec.mode !== 'advise'
      const rules = approves ? await mayRule(ports, signal) : 'yes'
      const made = await planNotebookMove(ports, kinds.move, {
        ref,
        to: site,
        approving: approves && rules === 'yes',
        signal,
      })
      if (!made.ok) return made
      if (rules !== 'no') return succeed(ports.operations.offer(made.value))
      const ask = await planNotebookAsk(ports, made.value, signal)
      return ask.ok ? succeed(ports.operations.offer(ask.value)) : ask
    },
    async planReturn(ref: EnvironmentRef, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planNotebookReturn(ports, kinds.back, { ref, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
/** What people who may not decide ask for, and a lead's no. */
const asking = (ports: NotebookPorts) => ({
  /** Who waits for a lead's word. */
  async asks(signal?: AbortSignal): Promise<Outcome<NotebookAsk[]>> {
    const home = ports.sites.home()
    return home.ok ? asksOn(home.value, signal) : home
  },
  async refuse(
    { reason, ...ref }: EnvironmentRef & { reason: string },
    signal?: AbortSignal,
  ): Promise<Outcome<void>> {
    const home = ports.sites.home()
    if (!home.ok) return home
    if ((await mayRule(ports, signal)) === 'no') return fail(onlyLeads(home.value.site, 'refuse'))
    const [who, asked] = await Promise.all([
      home.value.whoAmI(signal),
      askedOf(home.value, ref, signal),
    ])
    if (!who.ok) return who
    if (!asked.ok) return asked
    if (!asked.value)
      return fail(
        failure('OPERATION_NOT_POSSIBLE', {
          operation: 'notebook-ask',
          says: `Nobody asks to move ${ref.name} any longer.`,
        }),
      )
    return writeRefused(home.value, ref, {
      refused: {
        by: who.value.user,
        at: timestamp(home.value.clock.now()),
        reason,
        usd: asked.value.usd,
      },
      signal,
    })
  },
  /** Calls back when an environment or who decides has changed; the answer stops it. */
  follow: (listener: () => void): (() => void) =>
    ports.records.onChange(['Environment', 'BurstPolicy'], listener),
})
export type Notebooks = ReturnType<typeof makeNotebooks>
