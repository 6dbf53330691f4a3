import type { KubeObject } from '../../types'
import { parseQuantity } from '../../../kernel/quantities'
import { isRecord, listAt, numberAt, recordAt, sameJson, textAt } from '../cluster'
import {
  duplicate,
  forbiddenField,
  invalid,
  notSupported,
  required,
  type FieldFault,
} from '../errors'
import { fill } from './apps'
import type { Strategy } from './strategy'

const specOf = (object: KubeObject): Record<string, unknown> => recordAt(object, 'spec') ?? {}
const same = (object: KubeObject, before: KubeObject, ...fields: string[]): FieldFault[] =>
  fields
    .filter((field) => !sameJson(object[field], before[field]))
    .map((field) => invalid(field, object[field] ?? null, 'field is immutable'))

export const eventStrategy: Strategy = {
  validate(object) {
    const about = textAt(object, 'involvedObject', 'namespace') ?? ''
    const own = object.metadata.namespace ?? ''
    return (about === '' ? own === 'default' : about === own)
      ? []
      : [invalid('involvedObject.namespace', about, 'does not match event.namespace')]
  },
}
function* hardFaults(object: KubeObject): Generator<FieldFault> {
  for (const [name, value] of Object.entries(recordAt(object, 'spec', 'hard') ?? {})) {
    const amount = parseQuantity(value as string)
    if (amount !== undefined && amount < 0)
      yield invalid(`spec.hard[${name}]`, value, 'must be greater than or equal to 0')
  }
}
export const quotaStrategy: Strategy = {
  prepareCreate: ({ object }) => {
    object['status'] = {}
  },
  validate: (object) => [...hardFaults(object)],
}
export const limitRangeStrategy: Strategy = {
  defaults(object) {
    for (const limit of listAt(object, 'spec', 'limits')
      .filter((item) => isRecord(item) && item['type'] === 'Container')
      .filter(isRecord)) {
      if (limit['max'] && !limit['default']) limit['default'] = structuredClone(limit['max'])
      if (limit['default'])
        limit['defaultRequest'] = {
          ...recordAt(limit, 'default'),
          ...recordAt(limit, 'min'),
          ...recordAt(limit, 'defaultRequest'),
        }
    }
  },
}
export const disruptionStrategy: Strategy = {
  prepareCreate: ({ object }) => {
    object['status'] = {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
    }
  },
  validate(object) {
    const spec = specOf(object)
    return spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined
      ? [invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : []
  },
}
export const priorityStrategy: Strategy = {
  defaults(object) {
    if (object['preemptionPolicy'] === undefined)
      object['preemptionPolicy'] = 'PreemptLowerPriority'
    if (object['value'] === undefined) object['value'] = 0
  },
  validate(object) {
    const value = numberAt(object, 'value') ?? 0
    return value > 1_000_000_000 && !object.metadata.name.startsWith('system-')
      ? [forbiddenField('value', 'maximum allowed value of a user defined priority is 1000000000')]
      : []
  },
  validateUpdate: (object, before) =>
    object['value'] === before['value']
      ? []
      : [forbiddenField('value', 'may not be changed in an update.')],
}
export const storageClassStrategy: Strategy = {
  defaults: (object) => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (object) => (textAt(object, 'provisioner') ? [] : [required('provisioner')]),
  validateUpdate: (object, before) => [
    ...(object['provisioner'] === before['provisioner']
      ? []
      : [forbiddenField('provisioner', 'updates to provisioner are forbidden.')]),
    ...(sameJson(object['parameters'], before['parameters'])
      ? []
      : [forbiddenField('parameters', 'updates to parameters are forbidden.')]),
  ],
}
const PORT_TYPES = ['Egress', 'Ingress']
export const networkPolicyStrategy: Strategy = {
  defaults(object) {
    const spec = specOf(object)
    fill(spec, { policyTypes: spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'] })
    for (const rule of [...listAt(spec, 'ingress'), ...listAt(spec, 'egress')])
      for (const port of listAt(rule, 'ports').filter(isRecord)) fill(port, { protocol: 'TCP' })
  },
  validate: (object) =>
    listAt(object, 'spec', 'policyTypes').flatMap((type, index) =>
      PORT_TYPES.includes(String(type))
        ? []
        : [notSupported(`spec.policyTypes[${index}]`, type, PORT_TYPES)],
    ),
}
export const leaseStrategy: Strategy = {
  validate(object) {
    const seconds = numberAt(object, 'spec', 'leaseDurationSeconds')
    return seconds !== undefined && seconds <= 0
      ? [invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : []
  },
}

function* ruleFaults(object: KubeObject, namespaced: boolean): Generator<FieldFault> {
  for (const [index, rule] of listAt(object, 'rules').filter(isRecord).entries()) {
    const at = `rules[${index}]`
    if (listAt(rule, 'verbs').length === 0)
      yield required(`${at}.verbs`, 'verbs must contain at least one value')
    const paths = listAt(rule, 'nonResourceURLs').length > 0
    if (paths && namespaced)
      yield invalid(
        `${at}.nonResourceURLs`,
        rule['nonResourceURLs'],
        'namespaced rules cannot apply to non-resource URLs',
      )
    if (paths) continue
    if (listAt(rule, 'apiGroups').length === 0)
      yield required(`${at}.apiGroups`, 'resource rules must supply at least one api group')
    if (listAt(rule, 'resources').length === 0)
      yield required(`${at}.resources`, 'resource rules must supply at least one resource')
  }
}
export const roleStrategy: Strategy = {
  nameRule: 'path',
  validate: (object) => [...ruleFaults(object, true)],
}
export const clusterRoleStrategy: Strategy = {
  nameRule: 'path',
  validate: (object) => [...ruleFaults(object, false)],
}
function* bindingFaults(object: KubeObject, kinds: string[]): Generator<FieldFault> {
  const kind = textAt(object, 'roleRef', 'kind') ?? ''
  if (!kinds.includes(kind)) yield notSupported('roleRef.kind', kind, kinds)
  if (!textAt(object, 'roleRef', 'name')) yield required('roleRef.name')
  for (const [index, subject] of listAt(object, 'subjects').entries()) {
    if (!textAt(subject, 'name')) yield required(`subjects[${index}].name`)
    const known = ['ServiceAccount', 'User', 'Group']
    if (!known.includes(textAt(subject, 'kind') ?? ''))
      yield notSupported(`subjects[${index}].kind`, textAt(subject, 'kind') ?? '', known)
    if (textAt(subject, 'kind') === 'ServiceAccount' && !textAt(subject, 'namespace'))
      yield required(`subjects[${index}].namespace`)
  }
}
/** The reference as the real server prints it: the fields of its own type. */
const printedRoleRef = (object: KubeObject) => ({
  APIGroup: textAt(object, 'roleRef', 'apiGroup') ?? '',
  Kind: textAt(object, 'roleRef', 'kind') ?? '',
  Name: textAt(object, 'roleRef', 'name') ?? '',
})
const bindingStrategy = (kinds: string[], namespaced: boolean): Strategy => ({
  nameRule: 'path',
  defaults(object) {
    const role = recordAt(object, 'roleRef')
    if (role) fill(role, { apiGroup: 'rbac.authorization.k8s.io' })
    for (const subject of listAt(object, 'subjects').filter(isRecord)) {
      if (subject['kind'] === 'ServiceAccount') {
        if (namespaced) fill(subject, { namespace: object.metadata.namespace })
      } else fill(subject, { apiGroup: 'rbac.authorization.k8s.io' })
    }
  },
  validate: (object) => [...bindingFaults(object, kinds)],
  validateUpdate: (object, before) =>
    sameJson(object['roleRef'], before['roleRef'])
      ? []
      : [invalid('roleRef', printedRoleRef(object), 'cannot change roleRef')],
})
export const roleBindingStrategy = bindingStrategy(['Role', 'ClusterRole'], true)
export const clusterRoleBindingStrategy = bindingStrategy(['ClusterRole'], false)
export const endpointSliceStrategy: Strategy = {
  validate(object) {
    const types = ['FQDN', 'IPv4', 'IPv6']
    return types.includes(textAt(object, 'addressType') ?? '')
      ? []
      : [notSupported('addressType', textAt(object, 'addressType') ?? '', types)]
  },
  validateUpdate: (object, before) => same(object, before, 'addressType'),
}
export const ingressStrategy: Strategy = {
  validate(object) {
    const faults: FieldFault[] = []
    if (
      listAt(object, 'spec', 'rules').length === 0 &&
      recordAt(object, 'spec', 'defaultBackend') === undefined
    )
      faults.push(
        invalid('spec', specOf(object), 'either `defaultBackend` or `rules` must be specified'),
      )
    const hosts = listAt(object, 'spec', 'tls').flatMap((tls) => listAt(tls, 'hosts'))
    return hosts.some((host, index) => hosts.indexOf(host) !== index)
      ? [...faults, duplicate('spec.tls', hosts)]
      : faults
  },
}
