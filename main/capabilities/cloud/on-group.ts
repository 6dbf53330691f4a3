import { z } from 'zod'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { StepContext } from '../operations'
import type { Cloud } from './planning'
import type { CloudAccount } from './ports'
import type { At } from './work'

export const ScaleInput = z.object({
  site: z.string(),
  group: z.string(),
  before: z.number().int(),
  desired: z.number().int(),
  go: z.array(z.string()),
})
export type ScaleInput = z.infer<typeof ScaleInput>

/** The account of a site while a step runs; a profile that is gone stops the step with words. */
export async function atOf(
  { observer }: Pick<Cloud, 'observer'>,
  { site, group }: { site: string; group: string },
  signal: AbortSignal,
): Promise<Outcome<At>> {
  const account: CloudAccount | undefined = observer.account(site)
  if (account) return succeed({ account, group })
  const looked = await observer.look(site, signal)
  return looked.ok ? succeed({ account: looked.value.account, group }) : looked
}
type Does<I> = (at: At, context: StepContext<I>) => Promise<Outcome<void>>
/** A step on one node group. */
export const onGroup =
  <I extends { site: string; group: string }>(cloud: Cloud, does: Does<I>) =>
  async (context: StepContext<I>): Promise<Outcome<void>> => {
    const at = await atOf(cloud, context.input, context.signal)
    if (!at.ok) return at
    const done = await does(at.value, context)
    // What changed is on every screen at once; a failed look is told there and does not fail the step.
    void cloud.observer.look(context.input.site).catch(() => undefined)
    return done
  }
