import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { DEPLOYMENT, POD, REPLICA_SET } from '../kinds'
import { controllerRef, hexOf, isFinished, isOwnedBy, isReady, nowText, same, withCondition, type Condition, type PodTemplate } from '../objects'
import { hashOf, makePod, ownerKey, podsOf, removePod } from './pods'

interface Workload extends KubeObject {
  spec: { replicas?: number; selector?: { matchLabels?: Record<string, string> }; template: PodTemplate }
  status?: { replicas?: number; readyReplicas?: number; conditions?: Condition[] }
}

/** Keeps a number of equal pods. */
export function replicaSets(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'replicasets',
    watches: [{ kinds: [REPLICA_SET], wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]) }, { kinds: [POD], wakes: ownerKey('ReplicaSet') }],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const set = engine.api.get(REPLICA_SET, name, namespace) as Workload | undefined
      if (!set || set.metadata.deletionTimestamp) return
      const pods = podsOf(engine, set).filter((pod) => !pod.metadata.deletionTimestamp && !isFinished(pod))
      const wanted = set.spec.replicas ?? 1
      for (const pod of pods.slice(wanted)) removePod(engine, pod)
      for (let missing = pods.length; missing < wanted; missing += 1) {
        makePod({ engine, recorder }, set, { name: freeName(engine, set), template: set.spec.template })
      }
      const kept = podsOf(engine, set).filter((pod) => !pod.metadata.deletionTimestamp && !isFinished(pod))
      const ready = kept.filter(isReady).length
      const status = { replicas: kept.length, fullyLabeledReplicas: kept.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: set.metadata.generation ?? 1 }
      if (!same(set.status, status)) engine.api.updateStatus({ ...set, status }, 'replicaset-controller')
    },
  }
}

function freeName(engine: Engine, set: Workload): string {
  for (let attempt = 0; ; attempt += 1) {
    const name = `${set.metadata.name}-${hexOf(`${set.metadata.uid ?? ''}${String(engine.api.clock.now())}${String(attempt)}`, 5)}`
    if (!engine.api.get(POD, name, set.metadata.namespace)) return name
  }
}

/** Keeps one ReplicaSet per template and lets the older ones run empty. */
export function deployments(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'deployments',
    watches: [
      { kinds: [DEPLOYMENT], wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]) },
      { kinds: [REPLICA_SET], wakes: ownerKey('Deployment') },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const deployment = engine.api.get(DEPLOYMENT, name, namespace) as Workload | undefined
      if (!deployment || deployment.metadata.deletionTimestamp) return
      const sets = (engine.api.list(REPLICA_SET, { namespace }) as Workload[]).filter((set) => isOwnedBy(set, deployment))
      roll({ engine, recorder }, deployment, sets)
      report(engine, deployment)
    },
  }
}

function roll({ engine, recorder }: { engine: Engine; recorder: Recorder }, deployment: Workload, sets: Workload[]) {
  const hash = hashOf(deployment.spec.template)
  const name = `${deployment.metadata.name}-${hash}`
  const wanted = deployment.spec.replicas ?? 1
  const current = sets.find((set) => set.metadata.name === name)
  if (!current) {
    const labels = { ...deployment.spec.template.metadata?.labels, 'pod-template-hash': hash }
    engine.api.create({
      apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: deployment.metadata.namespace ?? 'default', labels, ownerReferences: [controllerRef(deployment)] },
      spec: { replicas: wanted, selector: { matchLabels: { ...deployment.spec.selector?.matchLabels, 'pod-template-hash': hash } }, template: { metadata: { ...deployment.spec.template.metadata, labels }, spec: deployment.spec.template.spec } },
    }, 'deployment-controller')
    recorder.note(deployment, { reason: 'ScalingReplicaSet', message: `Scaled up replica set ${name} from 0 to ${String(wanted)}`, from: 'deployment-controller' })
  } else if (current.spec.replicas !== wanted) scale(engine, current, wanted)
  // The old ones leave when the new one can take their place.
  if ((current?.status?.readyReplicas ?? 0) < wanted) return
  for (const old of sets.filter((set) => set.metadata.name !== name && (set.spec.replicas ?? 0) > 0)) {
    scale(engine, old, 0)
    recorder.note(deployment, { reason: 'ScalingReplicaSet', message: `Scaled down replica set ${old.metadata.name} from ${String(old.spec.replicas ?? 0)} to 0`, from: 'deployment-controller' })
  }
}

const scale = (engine: Engine, set: Workload, replicas: number) => engine.api.update({ ...set, spec: { ...set.spec, replicas } }, 'deployment-controller')

function report(engine: Engine, before: Workload) {
  const deployment = engine.api.get(DEPLOYMENT, before.metadata.name, before.metadata.namespace) as Workload | undefined
  if (!deployment) return
  const sets = (engine.api.list(REPLICA_SET, { ...(deployment.metadata.namespace && { namespace: deployment.metadata.namespace }) }) as Workload[]).filter((set) => isOwnedBy(set, deployment))
  const sum = (of: 'replicas' | 'readyReplicas') => sets.reduce((total, set) => total + (set.status?.[of] ?? 0), 0)
  const updated = sets.find((set) => set.metadata.name === `${deployment.metadata.name}-${hashOf(deployment.spec.template)}`)
  const wanted = deployment.spec.replicas ?? 1
  const ready = sum('readyReplicas')
  const now = nowText(engine.api)
  const available = ready >= wanted
  let conditions = withCondition(deployment.status?.conditions, { type: 'Available', status: available ? 'True' : 'False', reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable', message: available ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.' }, now)
  const done = (updated?.status?.readyReplicas ?? 0) >= wanted
  conditions = withCondition(conditions, { type: 'Progressing', status: 'True', reason: done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated', message: `ReplicaSet "${updated?.metadata.name ?? ''}" ${done ? 'has successfully progressed' : 'is progressing'}.` }, now)
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1, replicas: sum('replicas'), updatedReplicas: updated?.status?.replicas ?? 0, readyReplicas: ready, availableReplicas: ready,
    ...(wanted > ready && { unavailableReplicas: wanted - ready }), conditions,
  }
  if (!same(deployment.status, status)) engine.api.updateStatus({ ...deployment, status }, 'deployment-controller')
}
