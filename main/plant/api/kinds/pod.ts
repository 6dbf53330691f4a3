import type { KubeObject } from '../../types'
import { isRecord, listAt, recordAt, sameJson, textAt } from '../cluster'
import { forbidden, forbiddenField, type FieldFault } from '../errors'
import { defaultPod, defaultPodSpec, priorityOf } from './pod-defaults'
import { podSpecFaults } from './pod-validation'
import type { Strategy } from './strategy'

const COMPUTE = ['cpu', 'memory']
/** BestEffort, Burstable or Guaranteed, by what the containers request and are limited to. */
export function qualityOf(spec: unknown): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]
  const amounts = containers.map((container) =>
    COMPUTE.map((name) => ({
      request: recordAt(container, 'resources', 'requests')?.[name],
      limit: recordAt(container, 'resources', 'limits')?.[name],
    })),
  )
  const every = amounts.flat()
  if (every.every(({ request, limit }) => request === undefined && limit === undefined))
    return 'BestEffort'
  return every.every(
    ({ request, limit }) => limit !== undefined && (request === undefined || request === limit),
  )
    ? 'Guaranteed'
    : 'Burstable'
}
const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
/** The spec without what an update may change. */
function fixedPart(object: KubeObject): Record<string, unknown> {
  const spec = recordAt(object, 'spec') ?? {}
  const bare = (list: unknown[]): unknown[] =>
    list.map((container) => (isRecord(container) ? { ...container, image: '' } : container))
  return {
    ...spec,
    containers: bare(listAt(spec, 'containers')),
    initContainers: bare(listAt(spec, 'initContainers')),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
  }
}
const ungated = (before: KubeObject): boolean =>
  listAt(before, 'spec', 'schedulingGates').length === 0
function* updateFaults(object: KubeObject, before: KubeObject): Generator<FieldFault> {
  const now = fixedPart(object)
  const was = fixedPart(before)
  // A gated pod may still be told where to go.
  const same = ungated(before)
    ? sameJson(now, was)
    : sameJson({ ...now, nodeSelector: 0, affinity: 0 }, { ...was, nodeSelector: 0, affinity: 0 })
  if (!same) yield forbiddenField('spec', CHANGEABLE)
}
const DEFAULT_GRACE = 30

export const podStrategy: Strategy = {
  defaults({ spec }) {
    defaultPodSpec(spec)
    defaultPod(spec)
  },
  prepareCreate({ cluster, resource, object }) {
    const spec = recordAt(object, 'spec') ?? {}
    object['status'] = { phase: 'Pending', qosClass: qualityOf(spec) }
    const name = textAt(spec, 'priorityClassName')
    const priority = priorityOf(cluster, name || undefined)
    if (!priority)
      throw forbidden(
        resource,
        object.metadata.name,
        `no PriorityClass with name ${name ?? ''} was found`,
      )
    Object.assign(spec, {
      priority: priority.value,
      preemptionPolicy: spec['preemptionPolicy'] ?? priority.preemptionPolicy,
      ...(priority.name && { priorityClassName: priority.name }),
    })
  },
  validate: (object) => [...podSpecFaults(object['spec'], 'spec')],
  validateUpdate: (object, before) => [...updateFaults(object, before)],
  graceSeconds(object, asked) {
    const running =
      textAt(object, 'spec', 'nodeName') !== undefined &&
      !['Succeeded', 'Failed'].includes(textAt(object, 'status', 'phase') ?? '')
    if (!running) return 0
    const own = recordAt(object, 'spec')?.['terminationGracePeriodSeconds']
    return asked ?? (typeof own === 'number' ? own : DEFAULT_GRACE)
  },
}
