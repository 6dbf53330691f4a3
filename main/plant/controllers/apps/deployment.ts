import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { DEPLOYMENT, POD, REPLICA_SET } from '../kinds'
import {
  controllerRef,
  hexOf,
  inside,
  isFinished,
  isOwnedBy,
  isReady,
  nowText,
  same,
  withCondition,
  type Condition,
  type PodTemplate,
} from '../objects'
import { hashOf, makePod, ownerKey, podsOf, removePod } from './pods'

interface Workload extends KubeObject {
  spec: {
    replicas?: number
    selector?: { matchLabels?: Record<string, string> }
    template: PodTemplate
  }
  status?: { replicas?: number; readyReplicas?: number; conditions?: Condition[] }
}

/** Keeps a number of equal pods. */
export function replicaSets(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'replicasets',
    watches: [
      {
        kinds: [REPLICA_SET],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      { kinds: [POD], wakes: ownerKey('ReplicaSet') },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const set = engine.api.get(REPLICA_SET, name, namespace) as Workload | undefined
      if (!set || set.metadata.deletionTimestamp) return
      const pods = podsOf(engine, set).filter(
        (pod) => !pod.metadata.deletionTimestamp && !isFinished(pod),
      )
      const wanted = set.spec.replicas ?? 1
      for (const pod of pods.slice(wanted)) removePod(engine, pod)
      for (let missing = pods.length; missing < wanted; missing += 1) {
        makePod({ engine, recorder }, set, {
          name: freeName(engine, set),
          template: set.spec.template,
        })
      }
      const kept = podsOf(engine, set).filter(
        (pod) => !pod.metadata.deletionTimestamp && !isFinished(pod),
      )
      const ready = kept.filter(isReady).length
      const status = {
        replicas: kept.length,
        fullyLabeledReplicas: kept.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: set.metadata.generation ?? 1,
      }
      if (!same(set.status, status))
        engine.api.updateStatus({ ...set, status }, 'replicaset-controller')
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
      {
        kinds: [DEPLOYMENT],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      { kinds: [REPLICA_SET], wakes: ownerKey('Deployment') },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const deployment = engine.api.get(DEPLOYMENT, name, namespace) as Workload | undefined
      if (!deployment || deployment.metadata.deletionTimestamp) return
      const sets = (engine.api.list(REPLICA_SET, { namespace }) as Workload[]).filter((set) =>
        isOwnedBy(set, deployment),
      )
      roll({ engine, recorder }, deployment, sets)
      report(engine, deployment)
    },
  }
}

function roll(
  { engine, recorder }: { engine: Engine; recorder: Recorder },
  deployment: Workload,
  sets: Workload[],
) {
  const name = currentSet(deployment)
  const wanted = deployment.spec.replicas ?? 1
  const current = sets.find((set) => set.metadata.name === name)
  if (!current) {
    engine.api.create(setOf(deployment, wanted), 'deployment-controller')
    recorder.note(deployment, {
      reason: 'ScalingReplicaSet',
      message: `Scaled up replica set ${name} from 0 to ${String(wanted)}`,
      from: 'deployment-controller',
    })
  } else if (current.spec.replicas !== wanted) scale(engine, current, wanted)
  // The old ones leave when the new one can take their place.
  if ((current?.status?.readyReplicas ?? 0) < wanted) return
  for (const old of sets.filter(
    (set) => set.metadata.name !== name && (set.spec.replicas ?? 0) > 0,
  )) {
    scale(engine, old, 0)
    recorder.note(deployment, {
      reason: 'ScalingReplicaSet',
      message: `Scaled down replica set ${old.metadata.name} from ${String(old.spec.replicas ?? 0)} to 0`,
      from: 'deployment-controller',
    })
  }
}

const currentSet = (deployment: Workload) =>
  `${deployment.metadata.name}-${hashOf(deployment.spec.template)}`

function setOf(deployment: Workload, replicas: number): KubeObject {
  const { template, selector } = deployment.spec
  const hash = { 'pod-template-hash': hashOf(template) }
  const labels = { ...template.metadata?.labels, ...hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: currentSet(deployment),
      ...inside(deployment),
      labels,
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...selector?.matchLabels, ...hash } },
      template: { metadata: { ...template.metadata, labels }, spec: template.spec },
    },
  }
}

const scale = (engine: Engine, set: Workload, replicas: number) =>
  engine.api.update({ ...set, spec: { ...set.spec, replicas } }, 'deployment-controller')

function report(engine: Engine, before: Workload) {
  const deployment = engine.api.get(DEPLOYMENT, before.metadata.name, before.metadata.namespace) as
    Workload | undefined
  if (!deployment) return
  const sets = (engine.api.list(REPLICA_SET, inside(deployment)) as Workload[]).filter((set) =>
    isOwnedBy(set, deployment),
  )
  const sum = (of: 'replicas' | 'readyReplicas') =>
    sets.reduce((total, set) => total + (set.status?.[of] ?? 0), 0)
  const updated = sets.find((set) => set.metadata.name === currentSet(deployment))?.status ?? {}
  const wanted = deployment.spec.replicas ?? 1
  const ready = sum('readyReplicas')
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum('replicas'),
    updatedReplicas: updated.replicas ?? 0,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(wanted > ready && { unavailableReplicas: wanted - ready }),
    conditions: conditionsOf(
      deployment,
      { available: ready >= wanted, done: (updated.readyReplicas ?? 0) >= wanted },
      nowText(engine.api),
    ),
  }
  if (!same(deployment.status, status))
    engine.api.updateStatus({ ...deployment, status }, 'deployment-controller')
}

function conditionsOf(
  deployment: Workload,
  { available, done }: { available: boolean; done: boolean },
  now: string,
): Condition[] {
  const availability = available
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
  const progress = {
    type: 'Progressing',
    status: 'True',
    reason: done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
    message: `ReplicaSet "${currentSet(deployment)}" ${done ? 'has successfully progressed' : 'is progressing'}.`,
  }
  return withCondition(
    withCondition(deployment.status?.conditions, availability, now),
    progress,
    now,
  )
}
