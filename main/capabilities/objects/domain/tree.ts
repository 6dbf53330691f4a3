import type { ResourceName, TreeNode } from '../../../../preload/contract/objects'
import { given } from '../../../kernel/given'
import { standingOf } from './describe'
import { at, groupKind, plainAt, type Raw } from './raw'

export interface Placed {
  raw: Raw
  resource: ResourceName | undefined
}
export const MOST_NODES = 500
const LOWEST = 5
/** A longer sentence is the object's own story, not a word about it. */
const LONGEST = 60

/** Kinds that a kind makes, as group/kind with the versions to look for; what is not served is passed over. */
const POD = 'v1/Pod',
  JOB = 'batch/v1/Job',
  SERVICE = 'v1/Service',
  CLAIM = 'v1/PersistentVolumeClaim',
  SET = 'apps/v1/StatefulSet'
const WORKLOADS = ['kueue.x-k8s.io/v1beta1/Workload']
const JOBSET = 'jobset.x-k8s.io/v1alpha2/JobSet'
const CHILDREN: Record<string, string[]> = {
  'apps/Deployment': ['apps/v1/ReplicaSet'],
  'apps/ReplicaSet': [POD],
  'apps/StatefulSet': [POD, CLAIM],
  'apps/DaemonSet': [POD],
  'batch/CronJob': [JOB],
  'batch/Job': [POD, ...WORKLOADS],
  'kubeflow.org/Notebook': [SET, SERVICE],
  'kubeflow.org/PyTorchJob': [POD, SERVICE, ...WORKLOADS],
  'trainer.kubeflow.org/TrainJob': [JOBSET, ...WORKLOADS],
  'jobset.x-k8s.io/JobSet': [JOB, SERVICE, ...WORKLOADS],
  'takt.dev/Environment': ['kubeflow.org/v1/Notebook', SET, SERVICE, CLAIM, JOB],
  'takt.dev/WorkItem': [JOB],
  'takt.dev/Rollout': ['apps/v1/Deployment', SERVICE],
}
const LEAVES = new Set([
  '/Pod',
  '/Service',
  '/PersistentVolumeClaim',
  '/Node',
  '/Event',
  '/ConfigMap',
  '/Secret',
  'kueue.x-k8s.io/Workload',
  '/Namespace',
  '/PersistentVolume',
])
const USUAL = [POD, JOB, 'apps/v1/Deployment', SET, SERVICE]

export interface ChildKind {
  apiVersion: string
  kind: string
}
const split = (text: string): ChildKind => {
  const cut = text.lastIndexOf('/')
  return { apiVersion: text.slice(0, cut), kind: text.slice(cut + 1) }
}
/** Which kinds may stand below an object. */
export const childKinds = (raw: Raw): ChildKind[] =>
  LEAVES.has(groupKind(raw)) ? [] : (CHILDREN[groupKind(raw)] ?? USUAL).map(split)

/** The labels by which the children of an object are told on the server; undefined where it says none. */
export function selectorOf(raw: Raw, child: ChildKind): string | undefined {
  if (child.kind !== 'Pod') return undefined
  const labels = plainAt(raw, 'spec', 'selector', 'matchLabels')
  const pairs = Object.entries(labels).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  if (pairs.length > 0) return pairs.map(([key, value]) => `${key}=${value}`).join(',')
  return groupKind(raw) === 'kubeflow.org/PyTorchJob'
    ? `training.kubeflow.org/job-name=${raw.metadata.name}`
    : undefined
}
export const isOwnedBy = (raw: Raw, owner: Raw): boolean =>
  owner.metadata.uid !== undefined &&
  (raw.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid)

/** Owners from the root down, the object, and what it owns, each with how it stands. */
export function toTree(own: Placed, owners: Placed[], owned: Placed[]): TreeNode[] {
  const above = owners.map((placed, index) => toNode(placed, index - owners.length))
  const nodes = [...above, { ...toNode(own, 0), self: true }]
  const seen = new Set([own.raw.metadata.uid])
  const add = (parent: Raw, depth: number) => {
    if (depth > LOWEST) return
    for (const child of owned) {
      if (
        nodes.length >= MOST_NODES ||
        seen.has(child.raw.metadata.uid) ||
        !isOwnedBy(child.raw, parent)
      )
        continue
      seen.add(child.raw.metadata.uid)
      nodes.push(toNode(child, depth))
      add(child.raw, depth + 1)
    }
  }
  add(own.raw, 1)
  return nodes
}
function toNode({ raw, resource }: Placed, depth: number): TreeNode {
  const { name, namespace, uid = '' } = raw.metadata
  const unread = at(raw, 'takt:unread') === true
  const { sign, word, says } = unread
    ? { sign: 'unknown' as const, word: 'not readable', says: '' }
    : standingOf(raw)
  return {
    uid,
    kind: raw.kind,
    apiVersion: raw.apiVersion,
    name,
    depth,
    sign,
    says: says && says.length < LONGEST ? `${word}, ${says}` : word,
    self: false,
    ...given({ namespace, resource }),
  }
}
/** An owner that could not be read, as its reference tells it. */
export const unread = (
  { apiVersion, kind, name, uid }: ChildKind & { name: string; uid: string },
  namespace: string | undefined,
): Raw => ({
  apiVersion,
  kind,
  metadata: { name, uid, ...(namespace !== undefined && { namespace }) },
  'takt:unread': true,
})
