import { isRecord, listAt, recordAt, type Cluster } from '../cluster'

type Fields = Record<string, unknown>
const fill = (target: Fields, defaults: Fields): void => {
  for (const [key, value] of Object.entries(defaults))
    if (target[key] === undefined) target[key] = structuredClone(value)
}
const pullPolicy = (image: unknown): string => {
  const name = String(image ?? '')
  const tag = /:([^/:@]+)$/.exec(name.split('@')[0] ?? '')?.[1]
  return name.includes('@') || (tag !== undefined && tag !== 'latest') ? 'IfNotPresent' : 'Always'
}
function defaultProbe(probe: unknown): void {
  if (!isRecord(probe)) return
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
  const get = probe['httpGet']
  if (isRecord(get)) fill(get, { path: '/', scheme: 'HTTP' })
}
function defaultContainer(container: Fields): void {
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(container['image']),
  })
  for (const port of listAt(container, 'ports').filter(isRecord)) fill(port, { protocol: 'TCP' })
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    defaultProbe(container[probe])
  for (const variable of listAt(container, 'env')) {
    const field = recordAt(variable, 'valueFrom', 'fieldRef')
    if (field) fill(field, { apiVersion: 'v1' })
  }
  const resources = recordAt(container, 'resources') ?? {}
  const limits = recordAt(resources, 'limits')
  // What is limited and not requested is requested in full.
  if (limits) resources['requests'] = { ...limits, ...recordAt(resources, 'requests') }
}
const MODES = ['secret', 'configMap', 'downwardAPI', 'projected']
const SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'fc',
  'flexVolume',
  'gcePersistentDisk',
  'glusterfs',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'persistentVolumeClaim',
  'projected',
  'rbd',
  'secret',
  'storageos',
]
function defaultVolume(volume: Fields): void {
  if (!SOURCES.some((source) => volume[source] !== undefined)) volume['emptyDir'] = {}
  for (const kind of MODES) if (isRecord(volume[kind])) fill(volume[kind], { defaultMode: 420 })
  const path = volume['hostPath']
  if (isRecord(path)) fill(path, { type: '' })
}
/** Fills what the server fills into the spec of a pod or of a pod template. */
export function defaultPodSpec(spec: unknown): void {
  if (!isRecord(spec)) return
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  })
  if (typeof spec['serviceAccountName'] === 'string')
    fill(spec, { serviceAccount: spec['serviceAccountName'] })
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].filter(
    isRecord,
  ))
    defaultContainer(container)
  for (const volume of listAt(spec, 'volumes').filter(isRecord)) defaultVolume(volume)
}
const TOLERATED = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
/** What only a pod itself gets, not a template: tolerations of short node faults, and service links. */
export function defaultPod(spec: unknown): void {
  if (!isRecord(spec)) return
  fill(spec, { enableServiceLinks: true })
  const tolerations = listAt(spec, 'tolerations').filter(isRecord)
  const missing = TOLERATED.filter(
    (key) =>
      !tolerations.some(
        (toleration) =>
          (toleration['key'] === key ||
            (toleration['key'] === undefined && toleration['operator'] === 'Exists')) &&
          (toleration['effect'] === 'NoExecute' || toleration['effect'] === undefined),
      ),
  )
  if (missing.length > 0)
    spec['tolerations'] = [
      ...tolerations,
      ...missing.map((key) => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    ]
}
const PRIORITIES = 'scheduling.k8s.io/priorityclasses'
const SYSTEM_PRIORITIES: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}
/** The priority that a named class stands for; undefined where there is no such class. Without a name the default class counts. */
export function priorityOf(
  cluster: Cluster,
  name: string | undefined,
): { value: number; name?: string; preemptionPolicy: string } | undefined {
  const system = name === undefined ? undefined : SYSTEM_PRIORITIES[name]
  if (name !== undefined && system !== undefined)
    return { value: system, name, preemptionPolicy: 'PreemptLowerPriority' }
  const named =
    name === undefined
      ? [...cluster.store.all(PRIORITIES)].find(({ object }) => object['globalDefault'] === true)
      : cluster.store.get(PRIORITIES, name)
  if (!named)
    return name === undefined ? { value: 0, preemptionPolicy: 'PreemptLowerPriority' } : undefined
  return {
    value: Number(named.object['value'] ?? 0),
    name: named.object.metadata.name,
    preemptionPolicy: String(named.object['preemptionPolicy'] ?? 'PreemptLowerPriority'),
  }
}
