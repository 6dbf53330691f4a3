import type { KubeObject, ObjectMeta } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { CLAIM, POD, STATEFUL_SET } from '../kinds'
import { isFinished, isReady, same, type Pod, type PodTemplate } from '../objects'
import { hashOf, makePod, ownerKey, podsOf, removePod } from './pods'

interface ClaimTemplate {
  metadata: Partial<ObjectMeta>
  spec: object
}
interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number
    serviceName?: string
    template: PodTemplate
    volumeClaimTemplates?: ClaimTemplate[]
    podManagementPolicy?: string
    updateStrategy?: { type?: string }
    persistentVolumeClaimRetentionPolicy?: { whenScaled?: string }
  }
  status?: { replicas?: number }
}

/** Keeps numbered pods with volumes of their own, one after the other. */
export function statefulSets(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'statefulsets',
    watches: [
      {
        kinds: [STATEFUL_SET],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      { kinds: [POD], wakes: ownerKey('StatefulSet') },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const set = engine.api.get(STATEFUL_SET, name, namespace) as StatefulSet | undefined
      if (!set || set.metadata.deletionTimestamp) return
      try {
        arrange({ engine, recorder }, set)
      } finally {
        report(engine, set)
      }
    },
  }
}

interface Tools {
  engine: Engine
  recorder: Recorder
}
const ordinalOf = (pod: Pod) => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1)
const revisionOf = (set: StatefulSet) => `${set.metadata.name}-${hashOf(set.spec.template)}`

function arrange(tools: Tools, set: StatefulSet) {
  const pods = new Map(podsOf(tools.engine, set).map((pod) => [ordinalOf(pod), pod]))
  const wanted = set.spec.replicas ?? 1
  const parallel = set.spec.podManagementPolicy === 'Parallel'
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = pods.get(ordinal)
    if (!pod) makeOrdinal(tools, set, ordinal)
    else if (isFinished(pod)) removePod(tools.engine, pod)
    if (!parallel && !(pod && isReady(pod) && !pod.metadata.deletionTimestamp)) break
  }
  shrink(tools, set, { pods, wanted, parallel })
}

function shrink(
  tools: Tools,
  set: StatefulSet,
  { pods, wanted, parallel }: { pods: Map<number, Pod>; wanted: number; parallel: boolean },
) {
  const surplus = [...pods]
    .filter(([ordinal]) => ordinal >= wanted)
    .sort(([a], [b]) => b - a)
    .map(([, pod]) => pod)
  for (const pod of parallel ? surplus : surplus.slice(0, 1)) removePod(tools.engine, pod)
  if (surplus.length === 0 && set.spec.updateStrategy?.type !== 'OnDelete')
    replaceOutdated(tools.engine, set, [...pods.values()])
}

function replaceOutdated(engine: Engine, set: StatefulSet, pods: Pod[]) {
  const revision = revisionOf(set)
  const leaving = pods.some((pod) => pod.metadata.deletionTimestamp)
  const outdated = pods
    .filter((pod) => pod.metadata.labels?.['controller-revision-hash'] !== revision)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a))
  if (!leaving && outdated[0]) removePod(engine, outdated[0])
}

function makeOrdinal(tools: Tools, set: StatefulSet, ordinal: number) {
  const name = `${set.metadata.name}-${String(ordinal)}`
  const templates = set.spec.volumeClaimTemplates ?? []
  for (const template of templates)
    makeClaim(tools, set, { template, name: `${template.metadata.name ?? ''}-${name}` })
  const own = new Set(templates.map((template) => template.metadata.name))
  const volumes = [
    ...(set.spec.template.spec.volumes ?? []).filter((volume) => !own.has(volume.name)),
    ...templates.map((template) => ({
      name: template.metadata.name ?? '',
      persistentVolumeClaim: { claimName: `${template.metadata.name ?? ''}-${name}` },
    })),
  ]
  makePod(tools, set, {
    name,
    template: set.spec.template,
    spec: {
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
    labels: {
      'apps.kubernetes.io/pod-index': String(ordinal),
      'controller-revision-hash': revisionOf(set),
      'statefulset.kubernetes.io/pod-name': name,
    },
  })
}

function makeClaim(
  { engine, recorder }: Tools,
  set: StatefulSet,
  { template, name }: { template: ClaimTemplate; name: string },
) {
  const namespace = set.metadata.namespace ?? 'default'
  if (engine.api.get(CLAIM, name, namespace)) return
  const labels = { ...template.metadata.labels, ...(set.spec.template.metadata?.labels ?? {}) }
  engine.api.create(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...template.metadata, name, namespace, labels },
      spec: template.spec,
    },
    'statefulset-controller',
  )
  recorder.note(set, {
    reason: 'SuccessfulCreate',
    message: `create Claim ${name} Pod ${set.metadata.name} in StatefulSet ${set.metadata.name} success`,
    from: 'statefulset-controller',
  })
}

function report(engine: Engine, before: StatefulSet) {
  const set = engine.api.get(STATEFUL_SET, before.metadata.name, before.metadata.namespace) as
    StatefulSet | undefined
  if (!set) return
  const pods = podsOf(engine, set).filter((pod) => !pod.metadata.deletionTimestamp)
  const ready = pods.filter(isReady).length
  const revision = revisionOf(set)
  const updated = pods.filter(
    (pod) => pod.metadata.labels?.['controller-revision-hash'] === revision,
  ).length
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: updated,
    updatedReplicas: updated,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  }
  if (!same(set.status, status))
    engine.api.updateStatus({ ...set, status }, 'statefulset-controller')
}
