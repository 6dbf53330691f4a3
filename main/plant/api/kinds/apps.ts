import type { KubeObject } from '../../types'
import { isRecord, listAt, numberAt, recordAt, sameJson, textAt } from '../cluster'
import { forbiddenField, invalid, required, type FieldFault } from '../errors'
import { labelsFaults } from '../validation/meta'
import { defaultPodSpec } from './pod-defaults'
import { podSpecFaults } from './pod-validation'
import type { Strategy } from './strategy'

type Fields = Record<string, unknown>
export const fill = (target: Fields, defaults: Fields): void => {
  for (const [key, value] of Object.entries(defaults))
    if (target[key] === undefined) target[key] = structuredClone(value)
}
const specOf = (object: KubeObject): Fields => {
  if (!isRecord(object['spec'])) object['spec'] = {}
  return object['spec'] as Fields
}
/** Whether the labels carry what the selector asks for; expressions other than In and Exists count as met. */
function selects(selector: unknown, labels: Fields): boolean {
  const equal = Object.entries(recordAt(selector, 'matchLabels') ?? {}).every(
    ([key, value]) => labels[key] === value,
  )
  return (
    equal &&
    listAt(selector, 'matchExpressions')
      .filter(isRecord)
      .every((expression) => {
        const value = labels[String(expression['key'])]
        if (expression['operator'] === 'In')
          return Array.isArray(expression['values']) && expression['values'].includes(value)
        return expression['operator'] !== 'Exists' || value !== undefined
      })
  )
}
const isEmptySelector = (selector: unknown): boolean =>
  Object.keys(recordAt(selector, 'matchLabels') ?? {}).length === 0 &&
  listAt(selector, 'matchExpressions').length === 0

/** The faults that Deployments, StatefulSets, ReplicaSets and DaemonSets share. */
function* workloadFaults(object: KubeObject, claims: string[] = []): Generator<FieldFault> {
  const spec = specOf(object)
  const replicas = numberAt(spec, 'replicas')
  if (replicas !== undefined && replicas < 0)
    yield invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
  const seconds = numberAt(spec, 'minReadySeconds')
  if (seconds !== undefined && seconds < 0)
    yield invalid('spec.minReadySeconds', seconds, 'must be greater than or equal to 0')
  const selector = recordAt(spec, 'selector')
  const labels = recordAt(spec, 'template', 'metadata', 'labels') ?? {}
  if (!selector) yield required('spec.selector')
  else if (isEmptySelector(selector))
    yield invalid('spec.selector', selector, 'empty selector is invalid for deployment')
  if (!selector || !selects(selector, labels))
    yield invalid(
      'spec.template.metadata.labels',
      labels,
      '`selector` does not match template `labels`',
    )
  yield* labelsFaults(labels, 'spec.template.metadata.labels')
  yield* podSpecFaults(recordAt(spec, 'template', 'spec'), 'spec.template.spec', {
    restarts: ['Always'],
    claims,
  })
}
const sameSelector = (object: KubeObject, before: KubeObject): FieldFault[] => {
  const selector = specOf(object)['selector']
  return sameJson(selector, recordAt(before, 'spec')?.['selector'])
    ? []
    : [invalid('spec.selector', selector, 'field is immutable')]
}
const TEMPLATE = (spec: Fields): void => {
  if (!isRecord(spec['template'])) spec['template'] = {}
  const template = spec['template'] as Fields
  if (!isRecord(template['spec'])) template['spec'] = {}
  defaultPodSpec(template['spec'])
}

export const deploymentStrategy: Strategy = {
  defaults(object) {
    const spec = specOf(object)
    fill(spec, {
      replicas: 1,
      strategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    })
    const strategy = recordAt(spec, 'strategy') ?? {}
    fill(strategy, { type: 'RollingUpdate' })
    if (strategy['type'] === 'RollingUpdate') {
      fill(strategy, { rollingUpdate: {} })
      fill(recordAt(strategy, 'rollingUpdate') ?? {}, { maxUnavailable: '25%', maxSurge: '25%' })
    }
    TEMPLATE(spec)
  },
  validate: (object) => [...workloadFaults(object)],
  validateUpdate: sameSelector,
}
export const replicaSetStrategy: Strategy = {
  defaults(object) {
    fill(specOf(object), { replicas: 1 })
    TEMPLATE(specOf(object))
  },
  prepareCreate: ({ object }) => {
    object['status'] = { replicas: 0 }
  },
  validate: (object) => [...workloadFaults(object)],
  validateUpdate: sameSelector,
}
export const daemonSetStrategy: Strategy = {
  defaults(object) {
    const spec = specOf(object)
    fill(spec, {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    })
    TEMPLATE(spec)
  },
  prepareCreate: ({ object }) => {
    object['status'] = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    }
  },
  validate: (object) => [...workloadFaults(object)],
  validateUpdate: sameSelector,
}
const MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]
function* statefulUpdateFaults(object: KubeObject, before: KubeObject): Generator<FieldFault> {
  const fixed = (whole: KubeObject): Fields =>
    Object.fromEntries(
      Object.entries(recordAt(whole, 'spec') ?? {}).filter(([key]) => !MAY_CHANGE.includes(key)),
    )
  if (!sameJson(fixed(object), fixed(before))) {
    yield forbiddenField(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    )
  }
}
export const statefulSetStrategy: Strategy = {
  defaults(object) {
    const spec = specOf(object)
    fill(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    })
    const strategy = recordAt(spec, 'updateStrategy') ?? {}
    if (strategy['type'] === 'RollingUpdate') fill(strategy, { rollingUpdate: { partition: 0 } })
    for (const claim of listAt(spec, 'volumeClaimTemplates').filter(isRecord)) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } })
      fill(recordAt(claim, 'spec') ?? {}, { volumeMode: 'Filesystem' })
    }
    TEMPLATE(spec)
  },
  prepareCreate: ({ object }) => {
    object['status'] = { replicas: 0, availableReplicas: 0 }
  },
  validate: (object) => [
    ...workloadFaults(
      object,
      listAt(object, 'spec', 'volumeClaimTemplates').map(
        (claim) => textAt(claim, 'metadata', 'name') ?? '',
      ),
    ),
  ],
  validateUpdate: (object, before) => [...statefulUpdateFaults(object, before)],
}
