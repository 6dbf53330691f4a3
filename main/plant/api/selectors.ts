import type { KubeObject } from '../types'
import { isRecord } from './cluster'
import { badRequest, type Named } from './errors'
import type { Resource } from './resource'
import { labelValueFaults } from './validation/names'

export type Matcher = (object: KubeObject) => boolean
const KEY = '[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?'
const SET_BASED = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(([^)]*)\\)$`)
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(.*)$`)
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`)

/** Splits at commas outside parentheses. */
function requirements(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const letter of text) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (letter === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += letter
  }
  return [...parts, part.trim()].filter((piece) => piece !== '')
}
type LabelTest = (labels: Record<string, string>) => boolean
const VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
function setTest([, key = '', , operator, list = '']: RegExpExecArray): LabelTest {
  const values = new Set(list.split(',').map((value) => value.trim()))
  const within: LabelTest = (labels) => labels[key] !== undefined && values.has(labels[key])
  return operator === 'in' ? within : (labels) => !within(labels)
}
function equalityTest([, key = '', , operator, value = '']: RegExpExecArray): LabelTest {
  if (labelValueFaults(value).length > 0)
    throw badRequest(
      `unable to parse requirement: values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${VALUE_WORDS}`,
    )
  return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value
}
function labelTest(requirement: string): LabelTest {
  const set = SET_BASED.exec(requirement)
  if (set) return setTest(set)
  const equality = EQUALITY.exec(requirement)
  if (equality) return equalityTest(equality)
  const existence = EXISTENCE.exec(requirement)
  if (!existence)
    throw badRequest(`unable to parse requirement: found '${requirement}', expected: identifier`)
  const [, not = '', key = ''] = existence
  return not ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined
}
const NO_LABELS: Record<string, string> = {}
/** The test a label selector stands for; undefined where it selects everything. Throws 400 where it cannot be read. */
export function labelMatcher(text: string | null): Matcher | undefined {
  const tests = text ? requirements(text).map(labelTest) : []
  return tests.length === 0
    ? undefined
    : (object) => {
        const labels = object.metadata.labels ?? NO_LABELS
        return tests.every((test) => test(labels))
      }
}

const FIELDS: Record<string, string[]> = {
  '/Pod': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/Event': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/Event': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'reason',
    'reportingController',
    'type',
  ],
  '/Node': ['spec.unschedulable'],
  '/Namespace': ['status.phase'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP', 'spec.type'],
  'apps/ReplicaSet': ['status.replicas'],
  'batch/Job': ['status.successful'],
}
const allowedFields = (resource: Resource): string[] => [
  'metadata.name',
  ...(resource.namespaced ? ['metadata.namespace'] : []),
  ...(resource.selectableFields ?? FIELDS[`${resource.group}/${resource.kind}`] ?? []),
]
function fieldValue(object: KubeObject, path: string): string {
  let at: unknown = object
  for (const step of path.split('.')) at = isRecord(at) ? at[step] : undefined
  if (path === 'source') return isRecord(at) ? String(at['component'] ?? '') : ''
  return at === undefined || at === null
    ? path === 'spec.unschedulable' || path === 'spec.hostNetwork'
      ? 'false'
      : ''
    : String(at)
}
const describe = (resource: Resource): string =>
  `${resource.group}/${resource.version}, Resource=${resource.plural}`
/** The test a field selector stands for; undefined where it selects everything. Throws 400 for a field the kind does not offer. */
export function fieldMatcher(resource: Resource, text: string | null): Matcher | undefined {
  if (!text) return undefined
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part)
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
      const [, field = '', operator, value = ''] = match
      if (!allowedFields(resource).includes(field)) {
        throw badRequest(
          `Unable to find ${JSON.stringify(describe(resource))} that match label selector "", field selector ${JSON.stringify(text)}: field label not supported: ${field}`,
        )
      }
      const equal = operator !== '!='
      return (object: KubeObject) => (fieldValue(object, field) === value) === equal
    })
  return (object) => tests.every((test) => test(object))
}
/** The one name a field selector asks for, by which access is also granted. */
export const selectedName = (text: string | null): string | undefined =>
  /(?:^|,)metadata\.name==?([^,]+)/.exec(text ?? '')?.[1]

/** Both selectors of a request as one test. */
export function matcherOf(resource: Resource & Named, query: URLSearchParams): Matcher | undefined {
  const byLabel = labelMatcher(query.get('labelSelector'))
  const fields = fieldMatcher(resource, query.get('fieldSelector'))
  const { view } = resource
  const byField = fields && view ? (object: KubeObject) => fields(view.read(object)) : fields
  if (!byLabel || !byField) return byLabel ?? byField
  return (object) => byLabel(object) && byField(object)
}
