import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { timestamp, type Clock } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { OperationFacts } from './domain/facts'
import { differences } from './domain/freshness'
import type { MadePlan, Unattended } from './ports'

const PLAN_MS = 5 * 60_000
export interface Offered {
  made: MadePlan<unknown>
  plan: Plan
  expiresAt: number
}

/** Keeps a plan for five minutes and gives it its id. */
export function offer(
  { clock, random }: { clock: Clock; random: Random },
  plans: Map<string, Offered>,
  made: MadePlan<unknown>,
): Plan {
  const madeAt = clock.now()
  for (const [id, { expiresAt }] of plans) if (expiresAt < madeAt) plans.delete(id)
  const id = `plan-${[0, 1, 2].map(() => Math.floor(random.next() * 0x1_0000_0000).toString(36)).join('')}`
  const plan = {
    ...made.plan,
    id,
    madeAt: timestamp(madeAt),
    expiresAt: timestamp(madeAt + PLAN_MS),
  }
  plans.set(id, { made, plan, expiresAt: madeAt + PLAN_MS })
  return plan
}

interface Confirmation {
  planId: string
  typedName?: string | undefined
  signal: AbortSignal
}

/** A plan runs only as it was seen: not blocked, its name typed where data would be lost, and nothing moved since. It runs once. */
export async function confirm(
  { clock }: { clock: Clock },
  plans: Map<string, Offered>,
  { planId, typedName, signal }: Confirmation,
): Promise<Outcome<MadePlan<unknown>>> {
  const offered = plans.get(planId)
  if (!offered || offered.expiresAt < clock.now()) return fail(failure('PLAN_UNKNOWN', { planId }))
  const refused = refusal(offered.made, typedName)
  if (refused) return refused
  // Taken away while it is looked at again, so that a second press of the button finds nothing to start.
  plans.delete(planId)
  const checked = await stillTrue(offered.made, typedName, signal).catch((error: unknown) => {
    plans.set(planId, offered)
    throw error
  })
  if (!checked.ok && checked.failure.code !== 'PLAN_IS_STALE') plans.set(planId, offered)
  return checked
}
async function stillTrue(
  made: MadePlan<unknown>,
  typedName: string | undefined,
  signal: AbortSignal,
): Promise<Outcome<MadePlan<unknown>>> {
  const fresh = await made.again(signal)
  if (!fresh.ok) return fresh
  const differs = differences(made.plan, fresh.value.plan)
  if (differs.length > 0) return fail(failure('PLAN_IS_STALE', { title: made.plan.title, differs }))
  return refusal(fresh.value, typedName) ?? succeed(made)
}
function refusal({ plan }: MadePlan<unknown>, typedName: string | undefined) {
  if (plan.blockedBy.length > 0)
    return fail(
      failure('PLAN_IS_BLOCKED', {
        title: plan.title,
        reasons: plan.blockedBy.map(({ says }) => says),
      }),
    )
  if (plan.losses && typedName !== plan.losses.typeName)
    return fail(failure('NAME_NOT_TYPED', { name: plan.losses.typeName }))
  return undefined
}

/** What is journaled first of an operation. */
export function begin(
  { plan, kind, input }: MadePlan<unknown>,
  { number, now, unattended }: { number: number; now: number; unattended: Unattended | undefined },
): OperationFacts {
  const steps = kind.steps(input).map(({ id, title, promiseSeconds }) => ({
    id,
    title,
    state: 'waiting' as const,
    ...(promiseSeconds !== undefined && { promiseSeconds }),
  }))
  const promised =
    plan.time?.seconds ?? steps.reduce((sum, step) => sum + (step.promiseSeconds ?? 0), 0)
  return {
    id: `op-${number}`,
    number,
    kind: kind.kind,
    title: plan.title,
    site: plan.site,
    subject: plan.subject,
    by: plan.as,
    ...(unattended !== undefined && { unattended }),
    input,
    state: 'running',
    startedAt: now,
    ...(promised > 0 && { promiseSeconds: promised }),
    cancelLeaves: kind.cancelLeaves(input),
    undoable: typeof kind.undoable === 'function' ? kind.undoable(input) : kind.undoable,
    steps,
    kept: {},
  }
}
