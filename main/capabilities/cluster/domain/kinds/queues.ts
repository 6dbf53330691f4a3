import { cellsOf, column, type ListDefinition } from '../definition'
import { gpuKindOf, quantity } from '../gpu'
import {
  at,
  condition,
  count,
  entries,
  flag,
  instant,
  items,
  printedAge,
  text,
  type Peek,
} from '../peek'
import type { Projected } from '../row'
import { identity, labelWords } from './common'
import { KUEUE } from './workloads'

const QUEUE_COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('kind'),
  column('namespace'),
  column('of'),
  column('pending', 'count'),
  column('admitted', 'count'),
  column('gpus', 'count'),
  column('quota', 'count'),
  column('why'),
  column('age', 'since'),
  column('strategy', 'text', false),
  column('flavors', 'names', false),
  column('borrowed', 'count', false),
]
const gpuSum = (resources: unknown[], field: string): number =>
  resources.reduce<number>(
    (sum, one) => (gpuKindOf(text(one, 'name')) ? sum + quantity(at(one, field)) : sum),
    0,
  )
const flavorsOf = (queue: Peek) =>
  items(queue, 'spec', 'resourceGroups').flatMap((group) => items(group, 'flavors'))
const usageOf = (queue: Peek) =>
  [
    items(queue, 'status', 'flavorsReservation'),
    items(queue, 'status', 'flavorsUsage'),
    items(queue, 'status', 'flavorUsage'),
  ].find((list) => list.length > 0) ?? []

function queueState(queue: Peek): { state: string; why: string } {
  const stop = text(queue, 'spec', 'stopPolicy')
  if (stop !== '' && stop !== 'None')
    return {
      state: 'stopped',
      why: stop === 'Hold' ? 'held: nothing new begins' : 'held and drained',
    }
  const active = condition(queue, 'Active')
  if (text(active, 'status') === 'False')
    return { state: 'stopped', why: text(active, 'message').slice(0, 160) }
  return { state: count(queue, 'status', 'pendingWorkloads') > 0 ? 'waiting' : 'active', why: '' }
}
function queueRow(kind: string, queue: Peek, more: Record<string, string | number>): Projected {
  const who = identity(queue)
  const { state, why } = queueState(queue)
  const used = usageOf(queue).flatMap((flavor) => items(flavor, 'resources'))
  return {
    ...who,
    state,
    words: labelWords(queue),
    cells: cellsOf(QUEUE_COLUMNS, {
      state,
      name: who.name,
      kind,
      namespace: who.namespace,
      pending: count(queue, 'status', 'pendingWorkloads'),
      admitted: count(queue, 'status', 'admittedWorkloads'),
      gpus: gpuSum(used, 'total'),
      borrowed: gpuSum(used, 'borrowed'),
      why,
      age: instant(queue, 'metadata', 'creationTimestamp'),
      ...more,
    }),
  }
}
export const queues: ListDefinition = {
  id: 'queues',
  columns: QUEUE_COLUMNS,
  states: ['stopped', 'waiting', 'active'],
  sort: [
    { id: 'pending', desc: true },
    { id: 'name', desc: false },
  ],
  sources: [
    {
      kind: 'ClusterQueue',
      resources: KUEUE('clusterqueues'),
      namespaced: false,
      project: (queue) =>
        queueRow('ClusterQueue', queue, {
          of: text(queue, 'spec', 'cohortName') || text(queue, 'spec', 'cohort'),
          strategy: text(queue, 'spec', 'queueingStrategy'),
          quota: gpuSum(
            flavorsOf(queue).flatMap((flavor) => items(flavor, 'resources')),
            'nominalQuota',
          ),
          flavors: flavorsOf(queue)
            .map((flavor) => text(flavor, 'name'))
            .join(', '),
        }),
    },
    {
      kind: 'LocalQueue',
      resources: KUEUE('localqueues'),
      namespaced: true,
      project: (queue) =>
        queueRow('LocalQueue', queue, { of: text(queue, 'spec', 'clusterQueue') }),
    },
  ],
}

const FLAVOR_COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('labels', 'names'),
  column('taints', 'names'),
  column('queues', 'names'),
  column('gpus', 'count'),
  column('quota', 'count'),
  column('age', 'since'),
]
/** What one cluster queue gives and uses of each flavor. */
export interface QuotaFacts {
  queue: string
  flavors: { name: string; quota: number; used: number }[]
}
const flavor = (object: Peek): Projected => {
  const who = identity(object)
  return {
    ...who,
    state: 'offered',
    words: labelWords(object),
    cells: cellsOf(FLAVOR_COLUMNS, {
      state: 'offered',
      name: who.name,
      labels: entries(object, 'spec', 'nodeLabels')
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
      age: instant(object, 'metadata', 'creationTimestamp'),
      taints: items(object, 'spec', 'nodeTaints')
        .map((taint) => `${text(taint, 'key')}:${text(taint, 'effect')}`)
        .join(', '),
    }),
  }
}
const quota = (queue: Peek): Projected => {
  const used = new Map(
    usageOf(queue).map((one) => [text(one, 'name'), gpuSum(items(one, 'resources'), 'total')]),
  )
  return {
    ...identity(queue),
    state: '',
    cells: [],
    words: '',
    facts: {
      queue: text(queue, 'metadata', 'name'),
      flavors: flavorsOf(queue).map((one) => ({
        name: text(one, 'name'),
        quota: gpuSum(items(one, 'resources'), 'nominalQuota'),
        used: used.get(text(one, 'name')) ?? 0,
      })),
    } satisfies QuotaFacts,
  }
}
export const flavors: ListDefinition = {
  id: 'flavors',
  columns: FLAVOR_COLUMNS,
  states: ['unused', 'offered'],
  sort: [{ id: 'name', desc: false }],
  sources: [
    {
      kind: 'ResourceFlavor',
      resources: KUEUE('resourceflavors'),
      namespaced: false,
      project: flavor,
    },
    {
      kind: 'ClusterQueue',
      resources: KUEUE('clusterqueues'),
      namespaced: false,
      hidden: true,
      project: quota,
    },
  ],
}

const EVENT_COLUMNS = [
  column('state', 'state'),
  column('last', 'since'),
  column('reason'),
  column('about'),
  column('namespace'),
  column('why'),
  column('times', 'count'),
  column('from', 'text', false),
  column('name', 'text', false),
]
const event = (object: Peek): Projected => {
  const who = identity(object)
  const about = at(object, 'involvedObject') ?? at(object, 'regarding')
  const state = text(object, 'type') === 'Warning' ? 'warning' : 'normal'
  const last =
    instant(object, 'series', 'lastObservedTime') ??
    instant(object, 'lastTimestamp') ??
    instant(object, 'eventTime') ??
    instant(object, 'metadata', 'creationTimestamp')
  return {
    ...who,
    state,
    words: '',
    cells: cellsOf(EVENT_COLUMNS, {
      state,
      last,
      reason: text(object, 'reason'),
      about: `${text(about, 'kind')} ${text(about, 'name')}`.trim(),
      namespace: who.namespace,
      why: text(object, 'message').slice(0, 300),
      times: count(object, 'series', 'count') || count(object, 'count') || 1,
      from: text(object, 'source', 'component') || text(object, 'reportingComponent'),
      name: who.name,
    }),
  }
}
export const events: ListDefinition = {
  id: 'events',
  columns: EVENT_COLUMNS,
  states: ['warning', 'normal'],
  sort: [{ id: 'last', desc: false }],
  sources: [
    {
      kind: 'Event',
      resources: [{ group: '', version: 'v1', plural: 'events' }],
      namespaced: true,
      builtIn: true,
      project: event,
    },
  ],
}

const NAMESPACE_COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('project'),
  column('labels', 'names'),
  column('age', 'since'),
]
const namespace = (object: Peek): Projected => {
  const who = identity(object)
  const state =
    text(object, 'status', 'phase') === 'Terminating' ||
    flag(object, 'metadata', 'deletionTimestamp')
      ? 'stopping'
      : 'active'
  return {
    ...who,
    state,
    words: labelWords(object),
    cells: cellsOf(NAMESPACE_COLUMNS, {
      state,
      name: who.name,
      project: text(object, 'metadata', 'labels', 'takt.dev/project'),
      labels: labelWords(object),
      age: instant(object, 'metadata', 'creationTimestamp'),
    }),
  }
}
export const namespaces: ListDefinition = {
  id: 'namespaces',
  columns: NAMESPACE_COLUMNS,
  states: ['stopping', 'active'],
  sort: [{ id: 'name', desc: false }],
  sources: [
    {
      kind: 'Namespace',
      resources: [{ group: '', version: 'v1', plural: 'namespaces' }],
      namespaced: false,
      builtIn: true,
      project: namespace,
      printed: (cell, { now }) => {
        const name = cell('Name')
        const state = cell('Status') === 'Terminating' ? 'stopping' : 'active'
        const age = printedAge(cell('Age'))
        return typeof name === 'string'
          ? {
              name,
              state,
              words: '',
              cells: cellsOf(NAMESPACE_COLUMNS, {
                state,
                name,
                ...(age !== undefined && { age: now - age }),
              }),
            }
          : undefined
      },
    },
  ],
}
