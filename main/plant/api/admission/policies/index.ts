import type { KubeObject } from '../../../types'
import { isRecord, listAt, recordAt, textAt, type Attempt } from '../../cluster'
import { forbidden, KubeError } from '../../errors'
import { seenByRules } from '../../schema/rules'
import { authorization, evaluate, type CelContext } from './cel'
import { constraintsMatch, namespaceOf, subjectOf, type PolicyRequest } from './matching'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES = `${GROUP}/validatingadmissionpolicies`
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`

const CODES: Record<string, number> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}
interface Denial {
  message: string
  reason: string
}

function requestFacts(request: PolicyRequest): CelContext {
  const { resource, how, operation } = request
  const { group, version, kind, plural } = resource
  const { name = '', namespace = '' } = subjectOf(request)?.metadata ?? {}
  return {
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    subResource: how.subresource ?? '',
    name,
    namespace,
    operation,
    dryRun: how.dryRun ?? false,
    userInfo: {
      username: how.user.name,
      groups: how.user.groups,
      ...(how.user.uid !== undefined && { uid: how.user.uid }),
      ...(how.user.extra && { extra: how.user.extra }),
    },
  }
}
function contextOf(request: PolicyRequest): CelContext {
  const { cluster, how, resource } = request
  const seen = (object: KubeObject | undefined) =>
    object === undefined ? null : seenByRules(resource.schema, object)
  return {
    object: seen(request.object),
    // Who connects to a pod changes nothing: the pod says only where that is.
    oldObject: request.operation === 'CONNECT' ? null : seen(request.before),
    namespaceObject: namespaceOf(request) ?? null,
    request: requestFacts(request),
    authorizer: authorization(cluster.authorizer, how.user),
  }
}
/** Variables of a policy, each worked out when it is first asked for. */
function withVariables(policy: KubeObject, context: CelContext): CelContext {
  const variables: CelContext = {}
  const whole = { ...context, variables }
  for (const variable of listAt(policy, 'spec', 'variables')) {
    const name = textAt(variable, 'name') ?? ''
    let known: { value: unknown } | undefined
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => (known ??= { value: evaluate(textAt(variable, 'expression') ?? '', whole) }).value,
    })
  }
  return whole
}

const failed = (policy: KubeObject, message: string): Denial | undefined =>
  textAt(policy, 'spec', 'failurePolicy') === 'Ignore' ? undefined : { message, reason: 'Invalid' }
/** An error in the words of the server: its first line, without the drawing of where it lies. */
function told(expression: string, error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return `expression '${expression}' resulted in error: ${line.charAt(0).toLowerCase()}${line.slice(1)}`
}

/** Why a policy refuses a request; undefined where it does not, or is not about it. */
function denialOf(policy: KubeObject, context: CelContext): Denial | undefined {
  // As on a real server, conditions see nothing of the namespace.
  const bare = { ...context, namespaceObject: {} }
  for (const condition of listAt(policy, 'spec', 'matchConditions')) {
    const expression = textAt(condition, 'expression') ?? ''
    try {
      if (evaluate(expression, bare) !== true) return undefined
    } catch (error) {
      return failed(policy, told(expression, error))
    }
  }
  for (const validation of listAt(policy, 'spec', 'validations').filter(isRecord)) {
    const expression = textAt(validation, 'expression') ?? ''
    try {
      if (evaluate(expression, context) === true) continue
    } catch (error) {
      const denial = failed(policy, told(expression, error))
      if (denial) return denial
      continue
    }
    return {
      message: messageOf(validation, context) ?? `failed expression: ${expression}`,
      reason: textAt(validation, 'reason') ?? 'Invalid',
    }
  }
  return undefined
}
function messageOf(validation: Record<string, unknown>, context: CelContext): string | undefined {
  const message = textAt(validation, 'message')
  const expression = textAt(validation, 'messageExpression')
  if (expression === undefined) return message
  try {
    const worked = evaluate(expression, context)
    return typeof worked === 'string' && worked !== '' ? worked : message
  } catch {
    return message
  }
}

function refuse(
  request: PolicyRequest,
  { policy, binding, denial }: { policy: KubeObject; binding: KubeObject; denial: Denial },
): never {
  const message = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${denial.message}`
  const plain = forbidden(request.resource, subjectOf(request)?.metadata.name ?? '', message)
  throw new KubeError({
    code: CODES[denial.reason] ?? 403,
    reason: denial.reason,
    message: plain.message,
    details: { ...plain.details, causes: [{ message }] },
  })
}
const denies = (binding: KubeObject) =>
  listAt(binding, 'spec', 'validationActions').includes('Deny')
// As on a real server, nobody is kept from mending the policies themselves.
const isExempt = ({ resource }: PolicyRequest) => resource.group === GROUP

/** Every ValidatingAdmissionPolicy that is bound and about this request; expressions are evaluated as CEL. Throws what the first one that denies says. */
export function enforcePolicies(request: PolicyRequest): void {
  const { store } = request.cluster
  if (store.count(BINDINGS) === 0 || isExempt(request)) return
  let context: CelContext | undefined
  for (const { object: binding } of store.all(BINDINGS)) {
    const policy = store.get(POLICIES, textAt(binding, 'spec', 'policyName') ?? '')?.object
    if (!policy || !denies(binding)) continue
    if (!constraintsMatch(recordAt(policy, 'spec', 'matchConstraints'), request)) continue
    if (!constraintsMatch(recordAt(binding, 'spec', 'matchResources'), request)) continue
    context ??= contextOf(request)
    const denial = denialOf(policy, withVariables(policy, context))
    if (denial) refuse(request, { policy, binding, denial })
  }
}
export const policyRequest = (attempt: Attempt): PolicyRequest => ({
  cluster: attempt.cluster,
  resource: attempt.resource,
  how: attempt.how,
  operation: attempt.before ? 'UPDATE' : 'CREATE',
  object: attempt.object,
  before: attempt.before,
})
