import { timestamp } from '../../kernel/clock'
import { seeded } from '../../kernel/random'
import type { Expression } from '../label-selector'
import type { KubeObject, ObjectMeta, OwnerReference, PlantApi } from '../types'

export { meets, selects, type Expression, type Selector } from '../label-selector'

export type Quantities = Record<string, string | number>
export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastProbeTime?: string | null
  observedGeneration?: number
}

export interface Probe {
  httpGet?: { path?: string; port: number | string }
  tcpSocket?: { port: number | string }
  exec?: { command?: string[] }
  initialDelaySeconds?: number
  periodSeconds?: number
  failureThreshold?: number
}
export interface Container {
  name: string
  image?: string
  imagePullPolicy?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  ports?: { name?: string; containerPort: number; protocol?: string }[]
  resources?: { requests?: Quantities; limits?: Quantities }
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[]
  readinessProbe?: Probe
  startupProbe?: Probe
}
export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}
export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}
export interface NodeSelectorTerm {
  matchExpressions?: Expression[]
  matchFields?: Expression[]
}
export interface PodVolume {
  name: string
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  configMap?: { name?: string; optional?: boolean }
  secret?: { secretName?: string; optional?: boolean }
  [kind: string]: unknown
}
export interface PodSpec {
  nodeName?: string
  containers: Container[]
  initContainers?: Container[]
  restartPolicy?: string
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] }
    }
  }
  tolerations?: Toleration[]
  priority?: number
  priorityClassName?: string
  preemptionPolicy?: string
  volumes?: PodVolume[]
  hostname?: string
  subdomain?: string
  schedulingGates?: { name: string }[]
  terminationGracePeriodSeconds?: number
  [field: string]: unknown
}
export interface ContainerState {
  waiting?: { reason: string; message?: string }
  running?: { startedAt: string }
  terminated?: {
    exitCode: number
    reason: string
    message?: string
    startedAt: string
    finishedAt: string
    containerID?: string
  }
}
export interface ContainerStatus {
  name: string
  image: string
  imageID: string
  ready: boolean
  started: boolean
  restartCount: number
  state: ContainerState
  lastState: ContainerState
  containerID?: string
}
export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  podIP?: string
  podIPs?: { ip: string }[]
  hostIP?: string
  startTime?: string
  qosClass?: string
  nominatedNodeName?: string
  conditions?: Condition[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}
export interface Pod extends KubeObject {
  spec: PodSpec
  status?: PodStatus
}
export interface PodTemplate {
  metadata?: Partial<ObjectMeta>
  spec: PodSpec
}
export interface Node extends KubeObject {
  spec?: { taints?: Taint[]; unschedulable?: boolean; providerID?: string }
  status?: {
    capacity?: Quantities
    allocatable?: Quantities
    conditions?: Condition[]
    images?: { names: string[]; sizeBytes: number }[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: Record<string, string>
  }
}

/** A stable number in [0, 1) for a text: the same thing always takes the same time, whatever else happens on the site. */
export function chanceOf(text: string): number {
  let hash = 2_166_136_261
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
  return seeded(hash >>> 0).next()
}
/** A hexadecimal text of the given length that stands for a text, as digests and name suffixes need it. */
export function hexOf(text: string, length: number): string {
  let hex = ''
  for (let part = 0; hex.length < length; part += 1)
    hex += Math.floor(chanceOf(`${text}#${String(part)}`) * 0xffffffff)
      .toString(16)
      .padStart(8, '0')
  return hex.slice(0, length)
}

/** The namespace of an object as an option of a read or removal; nothing for cluster-wide ones. */
export const inside = ({ metadata }: { metadata: { namespace?: string } }) =>
  metadata.namespace === undefined ? {} : { namespace: metadata.namespace }
export const nowText = (api: PlantApi) => timestamp(api.clock.now())
export const isFinished = (pod: Pod) =>
  pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
export const isReady = (object: { status?: { conditions?: Condition[] } | undefined }) =>
  conditionOf(object.status?.conditions, 'Ready')?.status === 'True'
export const conditionOf = (conditions: Condition[] | undefined, type: string) =>
  conditions?.find((condition) => condition.type === type)

/** The conditions with one set; its transition time moves only when its status does. */
export function withCondition(
  conditions: Condition[] | undefined,
  next: Condition,
  now: string,
): Condition[] {
  const before = conditionOf(conditions, next.type)
  const set = {
    ...next,
    lastTransitionTime:
      before?.status === next.status && before.lastTransitionTime ? before.lastTransitionTime : now,
  }
  return before
    ? (conditions ?? []).map((condition) => (condition === before ? set : condition))
    : [...(conditions ?? []), set]
}

export const controllerRef = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})
export const controllerOf = (object: KubeObject) =>
  object.metadata.ownerReferences?.find((owner) => owner.controller)
export const isOwnedBy = (object: KubeObject, owner: KubeObject) =>
  controllerOf(object)?.uid === owner.metadata.uid

/** Compares by what a client could see; undefined fields count as absent. */
export const same = (left: unknown, right: unknown) =>
  JSON.stringify(left) === JSON.stringify(right)
