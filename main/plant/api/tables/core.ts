import type { KubeObject } from '../../types'
import { isRecord, listAt, numberAt, recordAt, textAt } from '../cluster'
import type { Column } from '../resource'
import {
  AGE,
  age,
  integer,
  bool,
  labelsText,
  NAME,
  NONE,
  said,
  selectorText,
  text,
  wide,
} from './format'
import { podColumns } from './pod'

const size = (object: KubeObject, field: string): number =>
  Object.keys(recordAt(object, field) ?? {}).length
const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}
const modes = (list: unknown[]): string => list.map((mode) => MODES[String(mode)] ?? '').join(',')

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions')
    .filter(isRecord)
    .find((one) => one['type'] === 'Ready')
  const word = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return recordAt(node, 'spec')?.['unschedulable'] === true ? `${word},SchedulingDisabled` : word
}
const ROLE = 'node-role.kubernetes.io/'
const roles = (node: KubeObject): string =>
  Object.keys(node.metadata.labels ?? {})
    .filter((key) => key.startsWith(ROLE))
    .map((key) => key.slice(ROLE.length))
    .sort()
    .join(',') || NONE
const address = (node: KubeObject, type: string): string =>
  textAt(
    listAt(node, 'status', 'addresses')
      .filter(isRecord)
      .find((one) => one['type'] === type),
    'address',
  ) ?? NONE

function ports(service: KubeObject): string {
  const words = listAt(service, 'spec', 'ports').map(
    (port) =>
      `${numberAt(port, 'port') ?? 0}${numberAt(port, 'nodePort') === undefined ? '' : `:${numberAt(port, 'nodePort') ?? 0}`}/${textAt(port, 'protocol') ?? ''}`,
  )
  return words.join(',') || NONE
}
function externalAddress(service: KubeObject): string {
  const type = said(service, 'spec', 'type')
  if (type === 'ExternalName') return said(service, 'spec', 'externalName')
  const given = listAt(service, 'spec', 'externalIPs').map(String)
  const ingress = listAt(service, 'status', 'loadBalancer', 'ingress').map(
    (one) => textAt(one, 'ip') ?? textAt(one, 'hostname') ?? '',
  )
  return (
    [...(type === 'LoadBalancer' ? ingress : []), ...given].join(',') ||
    (type === 'LoadBalancer' ? '<pending>' : NONE)
  )
}
function quotaPart(quota: KubeObject, limits: boolean): string {
  const hard = recordAt(quota, 'status', 'hard') ?? {}
  const used = recordAt(quota, 'status', 'used') ?? {}
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${String(used[name] ?? '0')}/${String(hard[name])}`)
    .join(', ')
}
const about = (event: KubeObject): string =>
  [said(event, 'involvedObject', 'kind').toLowerCase(), said(event, 'involvedObject', 'name')]
    .filter((word) => word !== '')
    .join('/')
const firstSeen = (event: KubeObject, now: number): string =>
  age(textAt(event, 'firstTimestamp') ?? textAt(event, 'eventTime'), now)
const lastSeen = (event: KubeObject, now: number): string => {
  const last = textAt(event, 'series', 'lastObservedTime') ?? textAt(event, 'lastTimestamp')
  return last ? age(last, now) : firstSeen(event, now)
}
const source = (event: KubeObject): string =>
  [
    said(event, 'source', 'component') || said(event, 'reportingComponent'),
    said(event, 'source', 'host') || said(event, 'reportingInstance'),
  ]
    .filter((word) => word !== '')
    .join(', ')
const classOf = (object: KubeObject): string => said(object, 'spec', 'storageClassName')
const claimStatus = (object: KubeObject): string =>
  object.metadata.deletionTimestamp ? 'Terminating' : said(object, 'status', 'phase')
const endpointText = (endpoints: KubeObject): string => {
  const pairs = listAt(endpoints, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap((one) =>
      listAt(subset, 'ports').map(
        (port) => `${textAt(one, 'ip') ?? ''}:${numberAt(port, 'port') ?? 0}`,
      ),
    ),
  )
  return pairs.length === 0
    ? NONE
    : pairs.length > 3
      ? `${pairs.slice(0, 3).join(',')} + ${pairs.length - 3} more...`
      : pairs.join(',')
}

export const coreColumns: Record<string, Column[]> = {
  '/Pod': podColumns,
  '/Namespace': [NAME, text('Status', (object) => said(object, 'status', 'phase')), AGE],
  '/ConfigMap': [
    NAME,
    text('Data', (object) => size(object, 'data') + size(object, 'binaryData')),
    AGE,
  ],
  '/Secret': [
    NAME,
    text('Type', (object) => said(object, 'type')),
    text('Data', (object) => size(object, 'data')),
    AGE,
  ],
  '/ServiceAccount': [NAME, text('Secrets', (object) => listAt(object, 'secrets').length), AGE],
  '/Node': [
    NAME,
    text('Status', nodeStatus),
    text('Roles', roles),
    AGE,
    text('Version', (object) => said(object, 'status', 'nodeInfo', 'kubeletVersion')),
    wide(text('Internal-IP', (object) => address(object, 'InternalIP'))),
    wide(text('External-IP', (object) => address(object, 'ExternalIP'))),
    wide(
      text('OS-Image', (object) => said(object, 'status', 'nodeInfo', 'osImage') || '<unknown>'),
    ),
    wide(
      text(
        'Kernel-Version',
        (object) => said(object, 'status', 'nodeInfo', 'kernelVersion') || '<unknown>',
      ),
    ),
    wide(
      text(
        'Container-Runtime',
        (object) => said(object, 'status', 'nodeInfo', 'containerRuntimeVersion') || '<unknown>',
      ),
    ),
  ],
  '/Service': [
    NAME,
    text('Type', (object) => said(object, 'spec', 'type')),
    text('Cluster-IP', (object) => said(object, 'spec', 'clusterIP') || NONE),
    text('External-IP', externalAddress),
    text('Port(s)', ports),
    AGE,
    wide(text('Selector', (object) => labelsText(recordAt(object, 'spec', 'selector')))),
  ],
  '/Endpoints': [NAME, text('Endpoints', endpointText), AGE],
  'discovery.k8s.io/EndpointSlice': [
    NAME,
    text('AddressType', (object) => said(object, 'addressType')),
    text(
      'Ports',
      (object) =>
        listAt(object, 'ports')
          .map((port) => numberAt(port, 'port') ?? '*')
          .join(',') || '<unset>',
    ),
    text(
      'Endpoints',
      (object) =>
        listAt(object, 'endpoints')
          .flatMap((endpoint) => listAt(endpoint, 'addresses'))
          .map(String)
          .join(',') || '<unset>',
    ),
    AGE,
  ],
  '/PersistentVolumeClaim': [
    NAME,
    text('Status', claimStatus),
    text('Volume', (object) => said(object, 'spec', 'volumeName')),
    text('Capacity', (object) =>
      said(object, 'spec', 'volumeName') ? said(object, 'status', 'capacity', 'storage') : '',
    ),
    text('Access Modes', (object) =>
      said(object, 'spec', 'volumeName') ? modes(listAt(object, 'status', 'accessModes')) : '',
    ),
    text('StorageClass', classOf),
    text(
      'VolumeAttributesClass',
      (object) => said(object, 'spec', 'volumeAttributesClassName') || '<unset>',
    ),
    AGE,
    wide(text('VolumeMode', (object) => said(object, 'spec', 'volumeMode') || '<unset>')),
  ],
  '/PersistentVolume': [
    NAME,
    text('Capacity', (object) => said(object, 'spec', 'capacity', 'storage')),
    text('Access Modes', (object) => modes(listAt(object, 'spec', 'accessModes'))),
    text('Reclaim Policy', (object) => said(object, 'spec', 'persistentVolumeReclaimPolicy')),
    text('Status', claimStatus),
    text('Claim', (object) =>
      [said(object, 'spec', 'claimRef', 'namespace'), said(object, 'spec', 'claimRef', 'name')]
        .filter((word) => word !== '')
        .join('/'),
    ),
    text('StorageClass', classOf),
    text(
      'VolumeAttributesClass',
      (object) => said(object, 'spec', 'volumeAttributesClassName') || '<unset>',
    ),
    text('Reason', (object) => said(object, 'status', 'reason')),
    AGE,
    wide(text('VolumeMode', (object) => said(object, 'spec', 'volumeMode') || '<unset>')),
  ],
  '/ResourceQuota': [
    NAME,
    text('Request', (object) => quotaPart(object, false)),
    text('Limit', (object) => quotaPart(object, true)),
    AGE,
  ],
  '/Event': [
    text('Last Seen', lastSeen),
    text('Type', (object) => said(object, 'type')),
    text('Reason', (object) => said(object, 'reason')),
    text('Object', about),
    wide(text('Subobject', (object) => said(object, 'involvedObject', 'fieldPath'))),
    wide(text('Source', source)),
    text('Message', (object) => said(object, 'message').trim()),
    wide(text('First Seen', firstSeen)),
    wide(
      text(
        'Count',
        (object) => numberAt(object, 'series', 'count') ?? numberAt(object, 'count') ?? 1,
      ),
    ),
    wide({ ...NAME }),
  ],
  'storage.k8s.io/StorageClass': [
    {
      ...NAME,
      cell: (object) =>
        `${object.metadata.name}${object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? ' (default)' : ''}`,
    },
    text('Provisioner', (object) => said(object, 'provisioner')),
    text('ReclaimPolicy', (object) => said(object, 'reclaimPolicy')),
    text('VolumeBindingMode', (object) => said(object, 'volumeBindingMode')),
    text('AllowVolumeExpansion', (object) => object['allowVolumeExpansion'] === true),
    AGE,
  ],
  'scheduling.k8s.io/PriorityClass': [
    NAME,
    integer('Value', (object) => numberAt(object, 'value') ?? 0),
    bool('Global-Default', (object) => object['globalDefault'] === true),
    AGE,
    text('PreemptionPolicy', (object) => said(object, 'preemptionPolicy')),
  ],
  'coordination.k8s.io/Lease': [
    NAME,
    text('Holder', (object) => said(object, 'spec', 'holderIdentity')),
    AGE,
  ],
  'networking.k8s.io/NetworkPolicy': [
    NAME,
    text('Pod-Selector', (object) => selectorText(recordAt(object, 'spec', 'podSelector'))),
    AGE,
  ],
  'networking.k8s.io/Ingress': [
    NAME,
    text('Class', (object) => said(object, 'spec', 'ingressClassName') || NONE),
    text(
      'Hosts',
      (object) =>
        listAt(object, 'spec', 'rules')
          .flatMap((one) => textAt(one, 'host') ?? [])
          .join(',') || '*',
    ),
    text('Address', (object) =>
      listAt(object, 'status', 'loadBalancer', 'ingress')
        .map((one) => textAt(one, 'ip') ?? textAt(one, 'hostname') ?? '')
        .join(','),
    ),
    text('Ports', (object) => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    AGE,
  ],
}
