import type { KubeObject } from '../../../types'
import { selects, type Selector } from '../../../label-selector'
import { isRecord, listAt, recordAt, textAt, type Attempt } from '../../cluster'

/** One request as policies look at it. */
export interface PolicyRequest extends Pick<Attempt, 'cluster' | 'resource' | 'how'> {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** What will stand there; undefined where it goes. */
  object: KubeObject | undefined
  before: KubeObject | undefined
}
export const subjectOf = ({ object, before }: PolicyRequest): KubeObject | undefined =>
  object ?? before
export const namespaceOf = (request: PolicyRequest): KubeObject | undefined => {
  const namespace = request.resource.namespaced ? subjectOf(request)?.metadata.namespace : undefined
  return namespace === undefined
    ? undefined
    : request.cluster.store.get('/namespaces', namespace)?.object
}

const covers = (list: unknown[], value: string) => list.includes('*') || list.includes(value)
function coversResource(rule: unknown, { resource, how }: PolicyRequest): boolean {
  const wanted = listAt(rule, 'resources').map(String)
  const { plural } = resource
  if (how.subresource === undefined) return covers(wanted, plural) || wanted.includes('*/*')
  return [`${plural}/${how.subresource}`, `${plural}/*`, `*/${how.subresource}`, '*/*'].some(
    (one) => wanted.includes(one),
  )
}
const coversScope = (rule: unknown, { resource }: PolicyRequest) => {
  const scope = textAt(rule, 'scope') ?? '*'
  return scope === '*' || scope === (resource.namespaced ? 'Namespaced' : 'Cluster')
}
function coversName(rule: unknown, request: PolicyRequest): boolean {
  const names = listAt(rule, 'resourceNames')
  return names.length === 0 || names.includes(subjectOf(request)?.metadata.name)
}
const ruleMatches = (rule: unknown, request: PolicyRequest): boolean =>
  covers(listAt(rule, 'operations'), request.operation) &&
  covers(listAt(rule, 'apiGroups'), request.resource.group) &&
  covers(listAt(rule, 'apiVersions'), request.resource.version) &&
  coversResource(rule, request) &&
  coversScope(rule, request) &&
  coversName(rule, request)

function selected(resources: unknown, request: PolicyRequest): boolean {
  const byNamespace: Selector | undefined = recordAt(resources, 'namespaceSelector')
  const isNamespace = request.resource.group === '' && request.resource.kind === 'Namespace'
  const place = isNamespace ? subjectOf(request) : namespaceOf(request)
  if (byNamespace && place && !selects(byNamespace, place.metadata.labels)) return false
  const byObject: Selector | undefined = recordAt(resources, 'objectSelector')
  return (
    !byObject ||
    [request.object, request.before].some((one) => one && selects(byObject, one.metadata.labels))
  )
}
/** Whether constraints, a policy's own or those that a binding adds, are about a request. Without rules they are about everything. */
export function constraintsMatch(constraints: unknown, request: PolicyRequest): boolean {
  if (!isRecord(constraints)) return true
  const rules = listAt(constraints, 'resourceRules')
  const excluded = listAt(constraints, 'excludeResourceRules')
  return (
    (rules.length === 0 || rules.some((rule) => ruleMatches(rule, request))) &&
    !excluded.some((rule) => ruleMatches(rule, request)) &&
    selected(constraints, request)
  )
}
