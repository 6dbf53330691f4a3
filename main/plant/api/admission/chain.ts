import type { KubeObject } from '../../types'
import type { Attempt } from '../cluster'
import { checkEscalation } from '../rbac/escalation'
import { applyLimitRanges } from './limits'
import { enforcePodSecurity } from './pod-security'
import { enforcePolicies, policyRequest } from './policies'
import { enforceQuota } from './quota'
import { forbidden, KubeError, notFound } from '../errors'

const NAMESPACES = { group: '', plural: 'namespaces' }

function namespaceMustLive({ cluster, resource, object }: Attempt): void {
  const { namespace, name } = object.metadata
  if (!resource.namespaced || namespace === undefined) return
  const found = cluster.store.get('/namespaces', namespace)
  if (!found) throw notFound(NAMESPACES, namespace)
  if (found.object.metadata.deletionTimestamp) {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`
    const { message, details } = forbidden(resource, name, why)
    throw new KubeError({
      code: 403,
      reason: 'Forbidden',
      message,
      details: {
        ...details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    })
  }
}

/** Everything that may change or refuse a new object before it is validated. */
export function admitCreate(attempt: Attempt): void {
  namespaceMustLive(attempt)
  applyLimitRanges(attempt)
  checkEscalation(attempt)
  enforceQuota(attempt)
}
/** Everything that may change or refuse a changed object before it is validated. */
export function admitUpdate(attempt: Attempt): void {
  if (attempt.how.subresource) return
  checkEscalation(attempt)
  enforceQuota(attempt)
}
/** Everything that may refuse a new or changed object after it was found valid: it changes nothing any more. */
export function judge(attempt: Attempt): void {
  enforcePodSecurity(attempt)
  enforcePolicies(policyRequest(attempt))
}
/** Everything that may refuse that somebody enters a pod. */
export function judgeConnect(entered: {
  cluster: Attempt['cluster']
  resource: Attempt['resource']
  before: KubeObject
  how: Attempt['how']
}): void {
  enforcePolicies({ ...entered, operation: 'CONNECT', object: undefined })
}
/** Everything that may refuse that an object goes because somebody asked for it. */
export function judgeRemoval(removal: {
  cluster: Attempt['cluster']
  resource: Attempt['resource']
  before: KubeObject
  how: Attempt['how']
}): void {
  enforcePolicies({ ...removal, operation: 'DELETE', object: undefined })
}
