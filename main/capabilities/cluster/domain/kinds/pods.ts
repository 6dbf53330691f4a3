import { askedBy, deviceWord, sumOf } from '../gpu'
import { cellsOf, column, type ListDefinition, type Source } from '../definition'
import {
  at,
  condition,
  count,
  flag,
  holds,
  instant,
  items,
  printedAge,
  text,
  type Peek,
} from '../peek'
import { howEnded, whyNotStarted, whyUnschedulable } from '../why'
import type { Projected } from '../row'
import { identity, labelWords } from './common'

const COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('namespace'),
  column('owner'),
  column('gpus', 'count'),
  column('node'),
  column('why'),
  column('restarts', 'count'),
  column('age', 'since'),
  column('ready', 'text', false),
  column('device', 'text', false),
  column('queue', 'text', false),
  column('priority', 'text', false),
  column('ip', 'text', false),
  column('image', 'text', false),
  column('started', 'since', false),
]
export const POD_STATES = [
  'waiting',
  'starting',
  'restarting',
  'failed',
  'stopping',
  'running',
  'done',
  'unknown',
] as const
type State = (typeof POD_STATES)[number]

const LABELLED: [label: string, kind: string][] = [
  ['notebook-name', 'Notebook'],
  ['training.kubeflow.org/job-name', 'Training job'],
  ['ray.io/cluster', 'RayCluster'],
  ['serving.kserve.io/inferenceservice', 'InferenceService'],
  ['jobset.sigs.k8s.io/jobset-name', 'JobSet'],
]
/** Whoever people would name as owner: not the replica set in between. Joined, so that the text is one piece of memory. */
function ownerOf(pod: Peek): string {
  const labels = at(pod, 'metadata', 'labels')
  for (const [label, kind] of LABELLED) {
    const name = labels === undefined ? '' : text(labels, label)
    if (name) return [kind, name].join(' ')
  }
  const owners = items(pod, 'metadata', 'ownerReferences')
  const owner = owners.find((one) => flag(one, 'controller')) ?? owners[0]
  const kind = text(owner, 'kind')
  const name = text(owner, 'name')
  const hash = text(pod, 'metadata', 'labels', 'pod-template-hash')
  if (kind === 'ReplicaSet' && hash !== '' && name.endsWith(`-${hash}`))
    return ['Deployment', name.slice(0, -hash.length - 1)].join(' ')
  return kind ? [kind, name].join(' ') : ''
}

interface Course {
  state: State
  why: string
}
const FAILING = /^(CrashLoopBackOff)$/
const BROKEN =
  /^(ImagePullBackOff|ErrImagePull|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError)$/

function pending(pod: Peek, containers: unknown[]): Course {
  const scheduled = condition(pod, 'PodScheduled')
  if (text(scheduled, 'reason') === 'SchedulingGated') {
    const gates = items(pod, 'spec', 'schedulingGates').map((gate) => text(gate, 'name'))
    return {
      state: 'waiting',
      why: gates.some((gate) => gate.startsWith('kueue.x-k8s.io/'))
        ? 'in a queue'
        : `held back by ${gates.join(', ') || 'a gate'}`,
    }
  }
  if (text(scheduled, 'status') === 'False')
    return { state: 'waiting', why: whyUnschedulable(text(scheduled, 'message')) }
  if (text(pod, 'spec', 'nodeName') === '')
    return { state: 'waiting', why: 'no node has been found yet' }
  const waits = containers
    .map((one) => at(one, 'state', 'waiting'))
    .find((one) => one !== undefined)
  return {
    state: 'starting',
    why: waits === undefined ? '' : whyNotStarted(text(waits, 'reason'), text(waits, 'message')),
  }
}
const endOf = (container: Peek, which: 'state' | 'lastState'): string => {
  const ended = at(container, which, 'terminated')
  return ended === undefined
    ? ''
    : howEnded({
        reason: text(ended, 'reason'),
        exitCode: count(ended, 'exitCode'),
        signal: count(ended, 'signal'),
      })
}
function running(pod: Peek, containers: unknown[]): Course {
  for (const container of containers) {
    const reason = text(container, 'state', 'waiting', 'reason')
    if (FAILING.test(reason))
      return {
        state: 'restarting',
        why: endOf(container, 'lastState') || whyNotStarted(reason, ''),
      }
    if (BROKEN.test(reason))
      return {
        state: 'starting',
        why: whyNotStarted(reason, text(container, 'state', 'waiting', 'message')),
      }
  }
  return { state: 'running', why: holds(pod, 'Ready') ? '' : 'not ready yet' }
}
const containersOf = (pod: Peek) => [
  ...items(pod, 'status', 'initContainerStatuses'),
  ...items(pod, 'status', 'containerStatuses'),
]

function courseOf(pod: Peek): Course {
  const phase = text(pod, 'status', 'phase')
  if (phase === 'Succeeded') return { state: 'done', why: 'ended with 0' }
  if (phase === 'Failed') {
    const said = text(pod, 'status', 'message')
    return {
      state: 'failed',
      why:
        containersOf(pod)
          .map((one) => endOf(one, 'state'))
          .find((end) => end !== '') ??
        ([text(pod, 'status', 'reason'), said].filter(Boolean).join(': ').slice(0, 160) ||
          'it failed'),
    }
  }
  if (text(pod, 'metadata', 'deletionTimestamp') !== '')
    return { state: 'stopping', why: 'it is being deleted' }
  if (phase === 'Running') return running(pod, containersOf(pod))
  if (phase === 'Pending' || phase === '') {
    const containers = containersOf(pod)
    const crashing = containers.find((one) => FAILING.test(text(one, 'state', 'waiting', 'reason')))
    return crashing === undefined
      ? pending(pod, containers)
      : {
          state: 'restarting',
          why: endOf(crashing, 'lastState') || 'it crashed and is started again later',
        }
  }
  return { state: 'unknown', why: 'its node does not answer' }
}

function project(pod: Peek): Projected | undefined {
  const who = identity(pod)
  if (who.name === '') return undefined
  const containers = items(pod, 'spec', 'containers')
  const statuses = items(pod, 'status', 'containerStatuses')
  const asked = askedBy(at(pod, 'spec'))
  const claims = items(pod, 'spec', 'resourceClaims').length
  const { state, why } = courseOf(pod)
  return {
    ...who,
    state,
    words: labelWords(pod),
    cells: cellsOf(COLUMNS, {
      state,
      name: who.name,
      namespace: who.namespace,
      owner: ownerOf(pod),
      gpus: sumOf(asked),
      node: text(pod, 'spec', 'nodeName') || undefined,
      why,
      restarts: statuses.reduce<number>((sum, one) => sum + count(one, 'restartCount'), 0),
      age: instant(pod, 'metadata', 'creationTimestamp'),
      ready: `${statuses.filter((one) => flag(one, 'ready')).length}/${containers.length}`,
      device: claims > 0 ? 'claimed' : deviceWord(asked),
      queue: text(pod, 'metadata', 'labels', 'kueue.x-k8s.io/queue-name'),
      priority: text(pod, 'spec', 'priorityClassName'),
      ip: text(pod, 'status', 'podIP'),
      image: text(containers[0], 'image'),
      started: instant(pod, 'status', 'startTime'),
    }),
  }
}

const PRINTED: Record<string, State> = {
  Running: 'running',
  Completed: 'done',
  Succeeded: 'done',
  Pending: 'waiting',
  SchedulingGated: 'waiting',
  ContainerCreating: 'starting',
  PodInitializing: 'starting',
  Terminating: 'stopping',
  Unknown: 'unknown',
  NotReady: 'running',
}
const printedState = (status: string): State =>
  PRINTED[status] ??
  (FAILING.test(status)
    ? 'restarting'
    : /^Init:(\d|PodInit|Waiting)/.test(status) || BROKEN.test(status.replace(/^Init:/, ''))
      ? 'starting'
      : 'failed')

/** A printed value; servers print a word for none. */
const told = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value !== '<none>' ? value : undefined
function printedWhy(state: State, status: string): string | undefined {
  if (state === 'done') return 'ended with 0'
  return state === 'running' || state === 'waiting' ? undefined : status
}
const printed: NonNullable<Source['printed']> = (cell, { now, namespace }) => {
  const name = told(cell('Name'))
  if (name === undefined) return undefined
  const status = told(cell('Status')) ?? ''
  const state = printedState(status)
  const age = printedAge(cell('Age'))
  return {
    name,
    state,
    words: '',
    cells: cellsOf(COLUMNS, {
      state,
      name,
      namespace,
      ready: told(cell('Ready')),
      restarts: Number.parseInt(String(cell('Restarts')), 10) || 0,
      age: age === undefined ? undefined : now - age,
      node: told(cell('Node')),
      ip: told(cell('IP')),
      why: printedWhy(state, status),
    }),
  }
}

export const pods: ListDefinition = {
  id: 'pods',
  columns: COLUMNS,
  states: POD_STATES,
  sort: [
    { id: 'state', desc: false },
    { id: 'name', desc: false },
  ],
  sources: [
    {
      kind: 'Pod',
      resources: [{ group: '', version: 'v1', plural: 'pods' }],
      namespaced: true,
      builtIn: true,
      project,
      printed,
    },
  ],
}
