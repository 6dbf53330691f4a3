import { devicesOf, quantity, deviceWord, isSharing, modelOf, sumOf, type GpuKind } from '../gpu'
import { cellsOf, column, type ListDefinition, type Source } from '../definition'
import {
  at,
  count,
  entries,
  flag,
  holds,
  instant,
  items,
  printedAge,
  text,
  type Peek,
} from '../peek'
import type { Projected } from '../row'
import { identity, labelWords } from './common'

export const NODE_COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('model'),
  column('gpus', 'count'),
  column('allocated', 'count'),
  column('used', 'count'),
  column('free', 'count'),
  column('why'),
  column('pods', 'count'),
  column('age', 'since'),
  column('devices', 'text', false),
  column('cpu', 'count', false),
  column('memory', 'bytes', false),
  column('roles', 'text', false),
  column('version', 'text', false),
  column('instance', 'text', false),
  column('zone', 'text', false),
  column('address', 'text', false),
]
/** What a node adds to the sums: GPUs by kind. */
export interface NodeFacts {
  kinds: Partial<Record<GpuKind, number>>
  model: string
}
/** Devices a driver offers on a node, or those that claims hold there. */
export interface DeviceFacts {
  node: string
  pool: string
  devices: number
  holds: string[]
}

const PRESSURE: Record<string, string> = {
  MemoryPressure: 'short of memory',
  DiskPressure: 'short of disk',
  PIDPressure: 'too many processes',
  NetworkUnavailable: 'no network',
}
function whyNode(node: Peek): string {
  const parts = items(node, 'status', 'conditions').flatMap(
    (one) => (text(one, 'status') === 'True' && PRESSURE[text(one, 'type')]) || [],
  )
  if (!holds(node, 'Ready')) {
    const ready = items(node, 'status', 'conditions').find((one) => text(one, 'type') === 'Ready')
    parts.unshift(
      text(ready, 'status') === 'Unknown'
        ? 'its kubelet does not answer'
        : text(ready, 'message').slice(0, 160) || 'not ready',
    )
  }
  if (flag(node, 'spec', 'unschedulable')) parts.push('takes no new pods')
  return parts.join(', ')
}
const rolesOf = (node: Peek) =>
  entries(node, 'metadata', 'labels')
    .flatMap(([name]) => (name.startsWith('node-role.kubernetes.io/') ? [name.slice(24)] : []))
    .join(', ')
const stateOf = (node: Peek) =>
  !holds(node, 'Ready') ? 'down' : flag(node, 'spec', 'unschedulable') ? 'draining' : 'ready'
const label = (node: Peek, ...names: string[]) =>
  names.map((name) => text(node, 'metadata', 'labels', name)).find(Boolean)

function project(node: Peek): Projected | undefined {
  const who = identity(node)
  if (who.name === '') return undefined
  const devices = devicesOf(at(node, 'status', 'allocatable'), { shared: isSharing(node) })
  const kinds: NodeFacts['kinds'] = {}
  for (const { kind, count: many } of devices) kinds[kind] = (kinds[kind] ?? 0) + many
  const state = stateOf(node)
  const model = modelOf(node)
  const allocatable = Object.fromEntries(entries(node, 'status', 'allocatable'))
  return {
    ...who,
    state,
    words: labelWords(node),
    facts: { kinds, model } satisfies NodeFacts,
    cells: cellsOf(NODE_COLUMNS, {
      state,
      name: who.name,
      model,
      gpus: sumOf(devices),
      why: whyNode(node),
      age: instant(node, 'metadata', 'creationTimestamp'),
      devices: deviceWord(devices),
      cpu: quantity(allocatable['cpu']),
      memory: quantity(allocatable['memory']),
      roles: rolesOf(node),
      version: text(node, 'status', 'nodeInfo', 'kubeletVersion'),
      instance: label(node, 'node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'),
      zone: label(node, 'topology.kubernetes.io/zone'),
      address: text(
        items(node, 'status', 'addresses').find((one) => text(one, 'type') === 'InternalIP'),
        'address',
      ),
    }),
  }
}
const printed: NonNullable<Source['printed']> = (cell, { now }) => {
  const name = cell('Name')
  if (typeof name !== 'string') return undefined
  const status = String(cell('Status') ?? '')
  const state = !/^Ready\b/.test(status)
    ? 'down'
    : status.includes('SchedulingDisabled')
      ? 'draining'
      : 'ready'
  const age = printedAge(cell('Age'))
  const roles = cell('Roles')
  return {
    name,
    state,
    words: '',
    cells: cellsOf(NODE_COLUMNS, {
      state,
      name,
      ...(age !== undefined && { age: now - age }),
      version: String(cell('Version') ?? ''),
      ...(typeof roles === 'string' && roles !== '<none>' && { roles }),
    }),
  }
}

const DRA = (plural: string) => [
  { group: 'resource.k8s.io', version: 'v1', plural },
  { group: 'resource.k8s.io', version: 'v1beta1', plural },
]
const isGpuDriver = (driver: string) => /gpu/i.test(driver)
const slice = (object: Peek): Projected | undefined => {
  const spec = at(object, 'spec')
  if (!isGpuDriver(text(spec, 'driver'))) return undefined
  return {
    ...identity(object),
    state: '',
    cells: [],
    words: '',
    facts: {
      node: text(spec, 'nodeName'),
      pool: text(spec, 'pool', 'name'),
      devices: items(spec, 'devices').length,
      holds: [],
    } satisfies DeviceFacts,
  }
}
const claim = (object: Peek): Projected | undefined => {
  const results = items(object, 'status', 'allocation', 'devices', 'results').filter(
    (one) => isGpuDriver(text(one, 'driver')) && !flag(one, 'adminAccess'),
  )
  return {
    ...identity(object),
    state: '',
    cells: [],
    words: '',
    facts: {
      node: '',
      pool: '',
      devices: 0,
      holds: results.map((one) => text(one, 'pool')),
    } satisfies DeviceFacts,
  }
}

export const NODE_SOURCES = { nodes: 0, slices: 1, claims: 2 }
export const nodes: ListDefinition = {
  id: 'nodes',
  columns: NODE_COLUMNS,
  states: ['down', 'draining', 'ready'],
  sort: [{ id: 'name', desc: false }],
  sources: [
    {
      kind: 'Node',
      resources: [{ group: '', version: 'v1', plural: 'nodes' }],
      namespaced: false,
      builtIn: true,
      project,
      printed,
    },
    {
      kind: 'ResourceSlice',
      resources: DRA('resourceslices'),
      namespaced: false,
      hidden: true,
      project: slice,
    },
    {
      kind: 'ResourceClaim',
      resources: DRA('resourceclaims'),
      namespaced: true,
      hidden: true,
      project: claim,
    },
  ],
}
/** Replicas a deployment has and wants, as people read them. */
export const ofWanted = (have: number, want: number): string => `${have}/${want}`
export const replicasOf = (object: Peek) =>
  ofWanted(count(object, 'status', 'readyReplicas'), count(object, 'spec', 'replicas'))
