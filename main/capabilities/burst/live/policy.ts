import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import type { Records } from '../../records'

export const POLICY_NAME = 'default'
/** What holds until somebody writes a policy: people act, only due times count, and prices of the last three days. */
export const DEFAULT_POLICY: BurstPolicySpec = {
  title: 'Defaults',
  mode: 'advise',
  waiting: [{ team: '', usdPerHour: 20 }],
  keepDeadlines: true,
  caps: [],
  weights: [],
  oldestPriceHours: 72,
  spot: false,
}

/** Whether it is certain which policy is in force: it was read, or the site does not know of policies at all. */
export function isPolicyKnown(records: Pick<Records, 'known'>): boolean {
  const { live, unserved } = records.known('BurstPolicy')
  return live || unserved === true
}

/** Why nothing may act by itself: the kill switch, or that it cannot be read now. What is not known never counts as allowed. */
export function whyStopped(
  records: Pick<Records, 'find' | 'known'>,
): { pulled: boolean; says: string } | undefined {
  if (!isPolicyKnown(records))
    return { pulled: false, says: 'the policy with its kill switch cannot be read now' }
  const stopped = policyOf(records).spec.stopped
  return stopped && { pulled: true, says: stopped.reason }
}

/** The policy in force. */
export function policyOf(records: Pick<Records, 'find'>): {
  spec: BurstPolicySpec
  name: string
  resourceVersion: string | undefined
} {
  const found = records.find('BurstPolicy', POLICY_NAME)
  return found
    ? {
        spec: found.spec,
        name: found.spec.title || found.meta.name,
        resourceVersion: found.meta.resourceVersion,
      }
    : { spec: DEFAULT_POLICY, name: 'defaults', resourceVersion: undefined }
}
