import type { MovableKind } from '../../../../preload/contract/burst'
import {
  containersOf,
  isObject,
  listAt,
  objectAt,
  podSetsOf,
  textAt,
  type Json,
  type JsonObject,
} from './movable'

/** What stands in the way of a move, for people. */
export interface Obstacle {
  says: string
  remedy: string
}

// Written by controllers of the first object: an API server refuses them on a second one, or they would tie it to the first.
const OWN_LABELS =
  /^(batch\.kubernetes\.io\/(controller-uid|job-name)|controller-uid|job-name|training\.kubeflow\.org\/|workflows\.argoproj\.io\/(completed|phase))/
const OWN_ANNOTATIONS =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|takt\.dev\/(moved-|held|burst-|run|ended|results|released)|kueue\.x-k8s\.io\/(is-|pod-group)|deployment\.kubernetes\.io)/
const without = (map: JsonObject, pattern: RegExp): JsonObject =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !pattern.test(key)))

export interface CopyAs {
  namespace: string
  name: string
  annotations: Record<string, string>
  suspended: boolean
}

/** The object as it is made anew elsewhere: what its owner wrote, without what servers and controllers added. Its template stays as it is. */
export function copyOf(object: JsonObject, kind: MovableKind, as: CopyAs): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const labels = without(objectAt(metadata, 'labels'), OWN_LABELS)
  const annotations = {
    ...without(objectAt(metadata, 'annotations'), OWN_ANNOTATIONS),
    ...as.annotations,
  }
  const copy: JsonObject = {
    apiVersion: object['apiVersion'] ?? '',
    kind,
    metadata: { name: as.name, namespace: as.namespace, labels, annotations },
    spec: structuredClone(objectAt(object, 'spec')),
  }
  return suspended(cleaned(copy, kind), kind, as.suspended)
}

function cleaned(copy: JsonObject, kind: MovableKind): JsonObject {
  const spec = objectAt(copy, 'spec')
  if (kind === 'Job') {
    for (const field of ['selector', 'manualSelector', 'managedBy']) delete spec[field]
    const template = objectAt(spec, 'template', 'metadata')
    if (isObject(template['labels'])) template['labels'] = without(template['labels'], OWN_LABELS)
    delete template['creationTimestamp']
  }
  if (kind === 'TrainJob') delete spec['managedBy']
  if (kind === 'PyTorchJob') delete objectAt(spec, 'runPolicy')['managedBy']
  if (kind === 'Pod')
    for (const field of [
      'nodeName',
      'schedulingGates',
      'serviceAccount',
      'tolerations',
      'priority',
      'preemptionPolicy',
    ])
      delete spec[field]
  return copy
}

function suspended(copy: JsonObject, kind: MovableKind, suspend: boolean): JsonObject {
  const spec = objectAt(copy, 'spec')
  if (kind === 'Pod') return copy
  if (kind === 'PyTorchJob') spec['runPolicy'] = { ...objectAt(spec, 'runPolicy'), suspend }
  else spec['suspend'] = suspend
  return copy
}
/** A patch that holds a workload back or lets it go. */
export function suspendPatch(kind: MovableKind, suspend: boolean): JsonObject {
  if (kind === 'Pod') return {}
  return kind === 'PyTorchJob' ? { runPolicy: { suspend } } : { suspend }
}

/** What a workload leans on in its own namespace, by kind and name. */
export interface Leaning {
  kind: 'PersistentVolumeClaim' | 'ConfigMap' | 'Secret' | 'ServiceAccount'
  name: string
}

export function leaningsOf(object: JsonObject, kind: MovableKind): Leaning[] {
  const found = podSetsOf(object, kind).flatMap(({ spec }): Leaning[] => [
    ...listAt(spec, 'volumes').flatMap(volumeLeaning),
    ...containersOf(spec).flatMap((container) => [
      ...listAt(container, 'env').flatMap((variable) => named(objectAt(variable, 'valueFrom'))),
      ...listAt(container, 'envFrom').flatMap((from) => named(isObject(from) ? from : {})),
    ]),
    ...listAt(spec, 'imagePullSecrets').flatMap((secret): Leaning[] =>
      textAt(secret, 'name') === undefined
        ? []
        : [{ kind: 'Secret', name: textAt(secret, 'name') ?? '' }],
    ),
    ...[textAt(spec, 'serviceAccountName')]
      .filter((name): name is string => name !== undefined && name !== 'default')
      .map((name): Leaning => ({ kind: 'ServiceAccount', name })),
  ])
  return found.filter(
    (one, index) =>
      found.findIndex(({ kind: other, name }) => other === one.kind && name === one.name) === index,
  )
}
function volumeLeaning(volume: Json): Leaning[] {
  const claim = textAt(volume, 'persistentVolumeClaim', 'claimName')
  const config = textAt(volume, 'configMap', 'name')
  const secret = textAt(volume, 'secret', 'secretName')
  return [
    ...(claim === undefined ? [] : [{ kind: 'PersistentVolumeClaim' as const, name: claim }]),
    ...(config === undefined ? [] : [{ kind: 'ConfigMap' as const, name: config }]),
    ...(secret === undefined ? [] : [{ kind: 'Secret' as const, name: secret }]),
  ]
}
/** References of env and envFrom; what may be missing is no obstacle. */
function named(from: JsonObject): Leaning[] {
  return (['ConfigMap', 'Secret'] as const).flatMap((kind) => {
    const key = kind === 'ConfigMap' ? 'configMap' : 'secret'
    const ref = [objectAt(from, `${key}KeyRef`), objectAt(from, `${key}Ref`)].find(
      (one) => textAt(one, 'name') !== undefined,
    )
    const name = textAt(ref, 'name')
    return name === undefined || ref?.['optional'] === true ? [] : [{ kind, name }]
  })
}

export interface Standing {
  ended: boolean
  away: boolean
  held: boolean
  running: boolean
  deleting: boolean
  madeBy: { kind: string; name: string } | undefined
  checkpoint: string | undefined
  gated: boolean
}

/** Why a workload cannot be moved as it stands, from itself alone. */
export function obstaclesOf(
  kind: MovableKind,
  { ended, away, held, running, deleting, madeBy, checkpoint, gated }: Standing,
  leanings: readonly Leaning[],
): Obstacle[] {
  const found: Obstacle[] = []
  if (ended)
    found.push({ says: 'It has ended.', remedy: 'Start it again; what is queued can move.' })
  if (deleting) found.push({ says: 'It is being deleted.', remedy: 'Nothing needs doing.' })
  if (away)
    found.push({ says: 'It has moved already: its copy is elsewhere.', remedy: 'Return it first.' })
  else if (held)
    found.push({ says: 'It is being moved.', remedy: 'Wait for that operation, or cancel it.' })
  if (madeBy)
    found.push({
      says: `It was made by ${madeBy.kind} ${madeBy.name}, which would only make another one.`,
      remedy: `Move ${madeBy.kind} ${madeBy.name} instead.`,
    })
  if (running && checkpoint === undefined)
    found.push({
      says: 'It runs and names no place for checkpoints: moving would lose all it has done.',
      remedy: 'Give it the annotation takt.dev/checkpoint-path, or let it end.',
    })
  if (kind === 'Pod' && !gated)
    found.push({
      says: 'A plain Pod that is not gated cannot be kept suspended.',
      remedy: 'Queue it (then it is gated), or make it a Job.',
    })
  for (const { name } of leanings.filter((one) => one.kind === 'PersistentVolumeClaim'))
    found.push({
      says: `It mounts the volume ${name}, which stands on its own site only.`,
      remedy: 'Read the data by an address (s3, lakefs) instead of a volume.',
    })
  return found
}
