import type { KubeObject } from '../../types'
import { parseQuantity } from '../../../kernel/quantities'
import { isRecord, listAt, recordAt, sameJson, textAt } from '../cluster'
import {
  duplicate,
  forbidden,
  forbiddenField,
  invalid,
  notSupported,
  required,
  type FieldFault,
} from '../errors'
import { configKeyFaults } from '../validation/names'
import { fill } from './apps'
import type { Strategy } from './strategy'

type Fields = Record<string, unknown>
const specOf = (object: KubeObject): Fields => {
  if (!isRecord(object['spec'])) object['spec'] = {}
  return object['spec'] as Fields
}

export const namespaceStrategy: Strategy = {
  nameRule: 'label',
  prepareCreate({ object }) {
    object['spec'] = { finalizers: ['kubernetes'] }
    object['status'] = { phase: 'Active' }
  },
  defaults: ({ metadata }) => {
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
  },
  prepareUpdate: ({ object }, before) => {
    object['spec'] = before['spec'] ?? {}
  },
  refuseRemoval({
    resource,
    object: {
      metadata: { name },
    },
  }) {
    if (['default', 'kube-system', 'kube-public'].includes(name))
      throw forbidden(resource, name, 'this namespace may not be deleted')
  },
}

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
function* accessFaults(spec: Fields): Generator<FieldFault> {
  const modes = listAt(spec, 'accessModes')
  if (modes.length === 0) yield required('spec.accessModes', 'at least 1 access mode is required')
  for (const [index, mode] of modes.entries())
    if (!ACCESS_MODES.includes(String(mode)))
      yield notSupported(`spec.accessModes[${index}]`, mode, ACCESS_MODES)
}
function* claimFaults(object: KubeObject): Generator<FieldFault> {
  const spec = specOf(object)
  yield* accessFaults(spec)
  const storage = recordAt(spec, 'resources', 'requests')?.['storage']
  if (storage === undefined) yield required('spec.resources[storage]')
  else if ((parseQuantity(storage as string) ?? 0) <= 0)
    yield invalid('spec.resources[storage]', storage, 'must be greater than zero')
}
const PVC_PROTECTION = 'kubernetes.io/pvc-protection'
const bare = (spec: Fields, unbound: boolean): Fields => ({
  ...spec,
  ...(unbound && { volumeName: undefined, storageClassName: undefined }),
  resources: undefined,
  volumeAttributesClassName: undefined,
})
function* claimUpdateFaults(object: KubeObject, before: KubeObject): Generator<FieldFault> {
  const [now, was] = [specOf(object), recordAt(before, 'spec') ?? {}]
  if (
    !sameJson(
      bare(now, was['volumeName'] === undefined),
      bare(was, was['volumeName'] === undefined),
    )
  ) {
    yield forbiddenField(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    )
  }
  const size = (spec: Fields): number =>
    parseQuantity((recordAt(spec, 'resources', 'requests')?.['storage'] ?? 0) as string) ?? 0
  if (size(now) < size(was))
    yield forbiddenField(
      'spec.resources.requests.storage',
      'field can not be less than status.capacity',
    )
}
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'
export const claimStrategy: Strategy = {
  defaults: (object) => fill(specOf(object), { volumeMode: 'Filesystem' }),
  prepareCreate({ cluster, object }) {
    object['status'] = { phase: 'Pending' }
    object.metadata.finalizers = [
      ...new Set([...(object.metadata.finalizers ?? []), PVC_PROTECTION]),
    ]
    const spec = specOf(object)
    const preferred = [...cluster.store.all('storage.k8s.io/storageclasses')].find(
      (stored) => stored.object.metadata.annotations?.[DEFAULT_CLASS] === 'true',
    )
    if (spec['storageClassName'] === undefined && preferred)
      spec['storageClassName'] = preferred.object.metadata.name
  },
  validate: (object) => [...claimFaults(object)],
  validateUpdate: (object, before) => [...claimUpdateFaults(object, before)],
}
export const volumeStrategy: Strategy = {
  defaults: (object) =>
    fill(specOf(object), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  prepareCreate: ({ object }) => {
    object['status'] = { phase: 'Pending' }
  },
  validate(object) {
    const spec = specOf(object)
    return [
      ...accessFaults(spec),
      ...(recordAt(spec, 'capacity')?.['storage'] === undefined ? [required('spec.capacity')] : []),
    ]
  },
}

function* dataFaults(object: KubeObject): Generator<FieldFault> {
  const [data, binary] = [recordAt(object, 'data') ?? {}, recordAt(object, 'binaryData') ?? {}]
  for (const key of Object.keys(data)) {
    for (const why of configKeyFaults(key)) yield invalid(`data[${key}]`, key, why)
    if (key in binary) yield invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
  }
  for (const key of Object.keys(binary))
    for (const why of configKeyFaults(key)) yield invalid(`binaryData[${key}]`, key, why)
}
function* immutableFaults(object: KubeObject, before: KubeObject): Generator<FieldFault> {
  if (before['immutable'] !== true) return
  if (object['immutable'] !== true)
    yield forbiddenField('immutable', 'field is immutable when `immutable` is set')
  for (const field of ['data', 'binaryData', 'stringData'])
    if (!sameJson(object[field], before[field]))
      yield forbiddenField(field, 'field is immutable when `immutable` is set')
}
export const configMapStrategy: Strategy = {
  validate: (object) => [...dataFaults(object)],
  validateUpdate: (object, before) => [...immutableFaults(object, before)],
}
export const secretStrategy: Strategy = {
  defaults(object) {
    if (object['type'] === undefined) object['type'] = 'Opaque'
    const plain = recordAt(object, 'stringData')
    if (plain)
      object['data'] = {
        ...recordAt(object, 'data'),
        ...Object.fromEntries(
          Object.entries(plain).map(([key, value]) => [
            key,
            Buffer.from(String(value)).toString('base64'),
          ]),
        ),
      }
    delete object['stringData']
  },
  validate: (object) => [...dataFaults({ ...object, binaryData: undefined })],
  validateUpdate: (object, before) => [
    ...immutableFaults(object, before),
    ...(object['type'] === before['type']
      ? []
      : [invalid('type', object['type'], 'field is immutable')]),
  ],
}

function* serviceFaults(object: KubeObject): Generator<FieldFault> {
  const spec = specOf(object)
  const ports = listAt(spec, 'ports').filter(isRecord)
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
  if (!types.includes(String(spec['type']))) yield notSupported('spec.type', spec['type'], types)
  if (ports.length === 0 && spec['clusterIP'] !== 'None' && spec['type'] !== 'ExternalName')
    yield required('spec.ports')
  yield* portFaults(ports)
}
function* portFaults(ports: Fields[]): Generator<FieldFault> {
  const seen = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const number = port['port']
    if (typeof number !== 'number' || number < 1 || number > 65_535)
      yield invalid(
        `spec.ports[${index}].port`,
        number ?? 0,
        'must be between 1 and 65535, inclusive',
      )
    if (ports.length > 1 && !textAt(port, 'name')) yield required(`spec.ports[${index}].name`)
    const key = `${String(port['protocol'])} ${String(number)}`
    if (seen.has(key))
      yield duplicate(`spec.ports[${index}]`, { protocol: port['protocol'], port: number })
    seen.add(key)
  }
}
export const serviceStrategy: Strategy = {
  nameRule: 'label1035',
  defaults(object) {
    const spec = specOf(object)
    fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
    for (const port of listAt(spec, 'ports').filter(isRecord))
      fill(port, { protocol: 'TCP', targetPort: port['port'] })
    if (spec['type'] === 'ExternalName') return
    fill(spec, {
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    })
    if (spec['type'] !== 'ClusterIP')
      fill(spec, {
        externalTrafficPolicy: 'Cluster',
        ...(spec['type'] === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
      })
  },
  prepareCreate({ cluster, object }) {
    object['status'] = { loadBalancer: {} }
    const spec = specOf(object)
    if (spec['type'] === 'ExternalName') return
    const taken = new Set(
      [...cluster.store.all('/services')].map((stored) =>
        textAt(stored.object, 'spec', 'clusterIP'),
      ),
    )
    const pick = (): string =>
      `10.0.${Math.floor(cluster.random.next() * 256)}.${2 + Math.floor(cluster.random.next() * 253)}`
    let address = pick()
    while (taken.has(address)) address = pick()
    fill(spec, { clusterIP: address })
    fill(spec, { clusterIPs: [spec['clusterIP']] })
    if (spec['type'] === 'ClusterIP') return
    for (const port of listAt(spec, 'ports').filter(isRecord))
      fill(port, { nodePort: 30_000 + Math.floor(cluster.random.next() * 2_768) })
  },
  prepareUpdate({ object }, before) {
    for (const field of ['clusterIP', 'clusterIPs'])
      if (specOf(object)[field] === undefined && recordAt(before, 'spec')?.[field] !== undefined)
        specOf(object)[field] = recordAt(before, 'spec')?.[field]
  },
  validate: (object) => [...serviceFaults(object)],
  validateUpdate(object, before) {
    const [now, was] = [specOf(object)['clusterIP'], recordAt(before, 'spec')?.['clusterIP']]
    return was !== undefined && now !== was
      ? [
          invalid(
            'spec.clusterIPs[0]',
            listAt(object, 'spec', 'clusterIPs'),
            'may not change once set',
          ),
        ]
      : []
  },
}
