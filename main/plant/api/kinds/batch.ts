import type { KubeObject } from '../../types'
import { isRecord, numberAt, recordAt, sameJson, textAt } from '../cluster'
import { invalid, notSupported, required, type FieldFault } from '../errors'
import { fill } from './apps'
import { defaultPodSpec } from './pod-defaults'
import { podSpecFaults } from './pod-validation'
import type { Strategy } from './strategy'

type Fields = Record<string, unknown>
const specOf = (object: unknown): Fields => recordAt(object, 'spec') ?? {}

function defaultJobSpec(spec: Fields): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined)
    fill(spec, { completions: 1 })
  fill(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  })
  defaultPodSpec(recordAt(spec, 'template', 'spec'))
}
/** A job finds its pods by its own uid, which the template's labels carry. */
function selectOwnPods(object: KubeObject): void {
  const spec = specOf(object)
  if (spec['manualSelector'] === true) return
  const uid = object.metadata.uid ?? ''
  const template = recordAt(spec, 'template')
  if (!template) return
  const metadata = isRecord(template['metadata']) ? template['metadata'] : {}
  const { name } = object.metadata
  template['metadata'] = {
    ...metadata,
    labels: {
      ...recordAt(metadata, 'labels'),
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    },
  }
  spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
}
function* jobSpecFaults(spec: Fields, field: string): Generator<FieldFault> {
  for (const name of [
    'parallelism',
    'completions',
    'backoffLimit',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ]) {
    const value = numberAt(spec, name)
    if (value !== undefined && value < 0)
      yield invalid(`${field}.${name}`, value, 'must be greater than or equal to 0')
  }
  yield* podSpecFaults(recordAt(spec, 'template', 'spec'), `${field}.template.spec`, {
    restarts: ['OnFailure', 'Never'],
  })
}
const FIXED = [
  'selector',
  'template',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
]
/** While a job is suspended and has not begun, a queue may still say where its pods go. */
const SCHEDULING = ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates']
function withoutScheduling(template: unknown): unknown {
  const spec = recordAt(template, 'spec')
  if (!isRecord(template) || !spec) return template
  const {
    labels: _labels,
    annotations: _annotations,
    ...metadata
  } = recordAt(template, 'metadata') ?? {}
  return {
    ...template,
    metadata,
    spec: Object.fromEntries(Object.entries(spec).filter(([key]) => !SCHEDULING.includes(key))),
  }
}
function* jobUpdateFaults(object: KubeObject, before: KubeObject): Generator<FieldFault> {
  const [now, was] = [specOf(object), specOf(before)]
  const notBegun = was['suspend'] === true && textAt(before, 'status', 'startTime') === undefined
  for (const field of FIXED) {
    const flexible = field === 'template' && notBegun
    const same = flexible
      ? sameJson(withoutScheduling(now[field]), withoutScheduling(was[field]))
      : sameJson(now[field], was[field])
    if (!same) yield invalid(`spec.${field}`, now[field] ?? null, 'field is immutable')
  }
  if (now['completionMode'] !== 'Indexed' && !sameJson(now['completions'], was['completions']))
    yield invalid('spec.completions', now['completions'] ?? null, 'field is immutable')
}
export const jobStrategy: Strategy = {
  defaults: (object) => defaultJobSpec(specOf(object)),
  prepareCreate: ({ object }) => {
    selectOwnPods(object)
    object['status'] = {}
  },
  validate: (object) => [...jobSpecFaults(specOf(object), 'spec')],
  validateUpdate: (object, before) => [...jobUpdateFaults(object, before)],
}
const SCHEDULE =
  /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly|every .+)|(\S+\s+){4}\S+)$/
function* cronFaults(object: KubeObject): Generator<FieldFault> {
  const spec = specOf(object)
  const schedule = textAt(spec, 'schedule') ?? ''
  if (schedule === '') yield required('spec.schedule')
  else if (!SCHEDULE.test(schedule))
    yield invalid(
      'spec.schedule',
      schedule,
      `expected exactly 5 fields, found ${schedule.split(/\s+/).length}: [${schedule}]`,
    )
  const policies = ['Allow', 'Forbid', 'Replace']
  if (!policies.includes(String(spec['concurrencyPolicy'])))
    yield notSupported('spec.concurrencyPolicy', spec['concurrencyPolicy'], policies)
  yield* jobSpecFaults(recordAt(spec, 'jobTemplate', 'spec') ?? {}, 'spec.jobTemplate.spec')
}
export const cronJobStrategy: Strategy = {
  defaults(object) {
    const spec = specOf(object)
    fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    })
    defaultPodSpec(recordAt(spec, 'jobTemplate', 'spec', 'template', 'spec'))
  },
  prepareCreate: ({ object }) => {
    object['status'] = {}
  },
  validate: (object) => [...cronFaults(object)],
}
