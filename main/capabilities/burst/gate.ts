import { succeed, type Outcome } from '../../kernel/outcome'
import {
  sharedLimit,
  spendGate,
  type Approval,
  type Limit,
  type Money,
  type Spend,
  type SpendDecision,
} from '../money'
import { policyOf } from './live/policy'
import { mayRule } from './policy'
import type { BurstPorts } from './ports'

type GatePorts = Pick<BurstPorts, 'sites' | 'records'>

/** Who decides about money, as the gate asks it. A policy that cannot be read allows nobody to spend by himself. */
export async function approvalOf(
  ports: GatePorts,
  { costCentre, automatic }: { costCentre?: string | undefined; automatic?: boolean },
  signal?: AbortSignal,
): Promise<Approval> {
  const { records } = ports
  const { live } = records.known('BurstPolicy')
  const mode = live ? policyOf(records).spec.mode : 'approve'
  const owners = records
    .known('Budget')
    .items.filter(({ meta }) => costCentre === undefined || meta.name === costCentre)
    .map(({ spec }) => spec.owner)
  return {
    mode,
    mayApprove: await mayRule(ports, signal),
    approvers: [...new Set(owners)].filter(Boolean),
    ...(automatic !== undefined && { automatic }),
  }
}

type SpendingPorts = GatePorts & { money: Pick<Money, 'budgets'> }
async function limitsOf(ports: SpendingPorts, signal?: AbortSignal): Promise<Outcome<Limit[]>> {
  const found = await ports.money.budgets(signal)
  if (!found.ok) return found
  const owners = new Map(
    ports.records.known('Budget').items.map(({ meta, spec }) => [meta.name, spec.owner]),
  )
  return succeed(
    found.value.map(({ costCentre, title, capUsd, leftUsd }) => ({
      scope: costCentre,
      title,
      capUsd,
      leftUsd,
      hard: true,
      owner: owners.get(costCentre),
    })),
  )
}
/** The policy's own limit of machines, where it is passed. */
function overNodes(
  decision: SpendDecision,
  { nodes, maxNodes }: { nodes: number; maxNodes: number | undefined },
): SpendDecision {
  if (maxNodes === undefined || nodes <= maxNodes) return decision
  const over = {
    says: `The policy allows ${String(maxNodes)} rented machines at the same time, and there would be ${String(nodes)}.`,
    remedy: 'A lead can raise it in the policy.',
  }
  return { decision: 'over-limit', blockedBy: [...decision.blockedBy, over] }
}

/** The gate for machines that belong to no cost centre: all budgets together bear them. */
export const makeSpending = (ports: SpendingPorts) => ({
  /** `nodes` is how many would be rented then. */
  async shared(
    spend: Spend & { nodes: number },
    signal?: AbortSignal,
  ): Promise<Outcome<SpendDecision>> {
    const [all, approval] = await Promise.all([
      limitsOf(ports, signal),
      approvalOf(ports, {}, signal),
    ])
    if (!all.ok) return all
    const decision = spendGate({
      approval,
      spend,
      limits: sharedLimit(all.value),
      unbudgeted: all.value.length === 0 ? 'all' : undefined,
    })
    const { maxNodes } = policyOf(ports.records).spec
    return succeed(overNodes(decision, { nodes: spend.nodes, maxNodes }))
  },
})
export type Spending = ReturnType<typeof makeSpending>
