import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import type { Plan } from '../../../../preload/contract/operations'

type Blocked = Plan['blockedBy']

/** A budget or cap as far as the gate asks for it. */
export interface Limit {
  scope: string
  title: string
  capUsd: number
  leftUsd: number
  hard: boolean
  owner?: string | undefined
}
/** Who asks to spend, under which mode of the policy. The steward is `automatic`: it acts by the policy, not by a right of its own. */
export interface Approval {
  mode: BurstPolicySpec['mode']
  mayApprove: 'yes' | 'no' | 'unknown'
  automatic?: boolean
  /** Names of who answers for the money, as the remedy tells them. */
  approvers: readonly string[]
}
/** What is paid in addition, and for how long it is counted; undefined where no price is known. */
export interface Spend {
  usd: number | undefined
  hours?: number | undefined
}
/** One decision about money for rented machines. `says` of a block tells what stands in the way, `remedy` who can clear it. */
export interface SpendDecision {
  decision: 'allowed' | 'needs-approval' | 'over-limit' | 'no-budget'
  blockedBy: Blocked
}

export const usdText = (usd: number): string => `$${usd.toFixed(2)}`
const listed = (names: readonly string[]) =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(names)

const SAYS = {
  unknown: 'A lead approves what is rented, and whether you are one cannot be read now.',
  unpriced: 'Its price is not known, so a lead has to approve it.',
  rented: 'A lead approves what is rented.',
} as const
/** Whether nothing but a lead's word is missing: what asking for it clears. */
export const asksForApproval = ({ says }: Blocked[number]): boolean =>
  Object.values<string>(SAYS).includes(says)
/** What a lead has to approve: everything that costs where the policy says so, and what has no price under any policy. */
export function approvalBlocks(
  { mode, mayApprove, automatic = false, approvers }: Approval,
  { usd }: Spend,
): Blocked {
  const free = usd !== undefined && mode === 'advise'
  if (free || mayApprove === 'yes' || (automatic && mode === 'automatic')) return []
  const whom =
    approvers.length > 0 ? `a lead; ${listed(approvers)} answers for the budget` : 'a lead'
  if (mayApprove === 'unknown')
    return [
      {
        says: SAYS.unknown,
        remedy: `Try again, or ask ${whom}.`,
      },
    ]
  return [
    {
      says: usd === undefined ? SAYS.unpriced : SAYS.rented,
      remedy: `Ask ${whom}.`,
    },
  ]
}

/** Without a Budget record nobody has said what may be spent, and that is not the same as no limit. */
export const budgetMissing = (costCentre: string): Blocked[number] => ({
  says: `Cost centre ${costCentre} has no budget, so nothing may be spent for it in the cloud.`,
  remedy: `Ask a lead to write a Budget called ${costCentre}.`,
})
/** The same for machines that are shared: there is no budget at all that could bear them. */
const NO_BUDGETS: Blocked[number] = {
  says: 'No cost centre has a budget, so no machines may be rented.',
  remedy: 'Ask a lead to write one.',
}

/** Hard limits that are too short for it. */
export const limitBlocks = (limits: readonly Limit[], { usd, hours }: Spend): Blocked =>
  usd === undefined || usd <= 0
    ? []
    : limits
        .filter(({ hard, leftUsd }) => hard && leftUsd < usd)
        .map(({ scope, title, capUsd, leftUsd, owner }) => ({
          says: `Budget ${title || scope} has ${usdText(Math.max(0, leftUsd))} of ${usdText(capUsd)} left, and ${usdText(usd)} is needed${hours === undefined ? '' : ` for ${String(Math.round(hours))} h`}.`,
          remedy:
            owner === undefined
              ? 'A lead can raise the cap in the policy.'
              : `${owner} can raise it.`,
        }))

/** Machines that are shared belong to no cost centre: all budgets together have to bear them. */
export function sharedLimit(budgets: readonly Limit[]): Limit[] {
  const [first] = budgets
  if (!first) return []
  const sum = (of: (limit: Limit) => number) => budgets.reduce((usd, one) => usd + of(one), 0)
  const owners = [...new Set(budgets.flatMap(({ owner }) => owner ?? []))]
  return [
    {
      scope: 'all cost centres',
      title: 'of all cost centres',
      capUsd: sum(({ capUsd }) => capUsd),
      leftUsd: sum(({ leftUsd }) => Math.max(0, leftUsd)),
      hard: true,
      ...(owners.length > 0 && { owner: listed(owners) }),
    },
  ]
}

/** The one gate before everything that rents machines or raises what is paid an hour. */
export function spendGate(asked: {
  approval: Approval
  spend: Spend
  limits: readonly Limit[]
  /** The cost centre that has no budget, or that none has one. */
  unbudgeted?: { costCentre: string } | 'all' | undefined
}): SpendDecision {
  const { approval, spend, limits, unbudgeted } = asked
  const missing =
    unbudgeted === undefined
      ? []
      : [unbudgeted === 'all' ? NO_BUDGETS : budgetMissing(unbudgeted.costCentre)]
  const [over, wanting] = [limitBlocks(limits, spend), approvalBlocks(approval, spend)]
  const blockedBy = [...missing, ...over, ...wanting]
  if (missing.length > 0) return { decision: 'no-budget', blockedBy }
  if (over.length > 0) return { decision: 'over-limit', blockedBy }
  return { decision: wanting.length > 0 ? 'needs-approval' : 'allowed', blockedBy }
}
