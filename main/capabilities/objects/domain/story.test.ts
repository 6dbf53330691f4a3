import { expect, test } from 'vitest'
import type { NodeFacts, PodFacts } from '../../../kernel/inventory'
import { standingOf } from './describe'
import { momentsOfKin } from './kin'
import { momentsOf, withKept } from './moments'
import type { Raw } from './raw'
import { canServe, firstBytes, podPort, selectorFor } from './targets'
import { childKinds, toTree } from './tree'
import { refusalsOf, refusalWords, whyOf, type Around } from './why'

const pod = (status: object, spec: object = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'team', uid: 'u', creationTimestamp: '2026-11-23T10:00:00Z' },
  spec: {
    containers: [{ name: 'main', image: 'x:1', resources: { limits: { 'nvidia.com/gpu': '8' } } }],
    ...spec,
  },
  status,
})
const NOTHING: Around = { pods: [], owned: [], events: [], nodesLeftOut: 0 }
const node = (name: string, gpus: number): NodeFacts => ({
  metadata: { name },
  labels: { 'nvidia.com/gpu.product': 'NVIDIA-H100' },
  annotations: {},
  createdAt: 0,
  ready: true,
  cordoned: false,
  capacity: {},
  allocatable: { 'nvidia.com/gpu': gpus },
  conditions: [],
  images: [],
})
const holder = (on: string, gpus: number): PodFacts => ({
  metadata: { name: `on-${on}` },
  namespace: 'team',
  labels: {},
  annotations: {},
  node: on,
  phase: 'Running',
  requests: { 'nvidia.com/gpu': gpus },
  createdAt: 0,
  ready: true,
  deleting: false,
  restarts: 0,
  images: [],
  claims: [],
  nodeSelector: {},
})
const unscheduled = (message: string) =>
  pod({
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: '2026-11-23T10:00:01Z',
      },
    ],
  })
const waiting = (reason: string, last?: object) =>
  pod({
    phase: 'Running',
    containerStatuses: [
      {
        name: 'main',
        restartCount: 3,
        state: { waiting: { reason, message: 'told' } },
        ...(last && { lastState: { terminated: last } }),
      },
    ],
  })

test.each<[says: string, raw: Raw, want: { sign: string; word: string }]>([
  [
    'a pod without a node',
    unscheduled('0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'),
    { sign: 'waiting', word: 'Waiting' },
  ],
  [
    'a pod that crashes',
    waiting('CrashLoopBackOff', { exitCode: 137, reason: 'OOMKilled' }),
    { sign: 'warning', word: 'Restarting' },
  ],
  [
    'a pod whose image is missing',
    waiting('ImagePullBackOff'),
    { sign: 'warning', word: 'Cannot start' },
  ],
  [
    'a failed pod',
    pod({
      phase: 'Failed',
      containerStatuses: [
        { name: 'main', state: { terminated: { exitCode: 1, reason: 'Error' } } },
      ],
    }),
    { sign: 'failed', word: 'Failed' },
  ],
  [
    'an unknown kind with a Ready condition',
    {
      apiVersion: 'x.io/v1',
      kind: 'Thing',
      metadata: { name: 't' },
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'No' }] },
    },
    { sign: 'waiting', word: 'Not ready' },
  ],
  [
    'something on its way out',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', deletionTimestamp: '2026-11-23T10:00:00Z', finalizers: ['x.io/hold'] },
    },
    { sign: 'ending', word: 'Ending' },
  ],
])('%s', (_says, raw, want) => expect(standingOf(raw)).toMatchObject(want))

test("a scheduler's sentence is read reason by reason", () => {
  const message =
    "0/20 nodes are available: 8 Insufficient nvidia.com/gpu, 3 node(s) had untolerated taint {gpu: vision}, 9 node(s) didn't match Pod's node affinity/selector. preemption: 0/20 nodes are available: 8 No preemption victims found for incoming pod."
  expect(refusalsOf(message).map(refusalWords)).toEqual([
    '8 nodes with too few GPUs free',
    '3 nodes kept for others (taint gpu: vision)',
    '9 nodes of another kind than it asks for',
  ])
})
test('what waits for GPUs says how many are missing where, and draws the places', () => {
  const why = whyOf(unscheduled('0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'), {
    ...NOTHING,
    nodes: [node('gpu-1', 8), node('gpu-2', 8), node('small', 4)],
    pods: [holder('gpu-1', 3), holder('gpu-2', 8)],
  })
  expect(why?.says).toBe(
    'It needs 8 GPUs on one node, and no node has that many free. The closest, gpu-1, has 5 of 8 free.',
  )
  expect(why?.pieces).toEqual([
    { label: 'gpu-1', state: 'busy', says: '5 of 8 H100 free' },
    { label: 'gpu-2', state: 'busy', says: '0 of 8 H100 free' },
  ])
})
test('what waits in a queue says what the queue lacks', () => {
  const workload: Raw = {
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'Workload',
    metadata: { name: 'w' },
    spec: { queueName: 'vision' },
    status: {
      conditions: [
        {
          type: 'QuotaReserved',
          status: 'False',
          reason: 'Pending',
          message:
            "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 16 more needed",
        },
      ],
    },
  }
  expect(whyOf(workload, NOTHING)).toMatchObject({
    says: 'Queue vision has no quota left for it: it needs 16 more GPUs of h100.',
    pieces: [{ label: '16 more GPUs of h100', state: 'missing' }],
  })
})
test('what crashes says how it ended and where to look', () =>
  expect(
    whyOf(waiting('CrashLoopBackOff', { exitCode: 137, reason: 'OOMKilled' }), NOTHING),
  ).toMatchObject({
    says: 'main ran out of memory each time it starts; the node waits longer before each new try.',
    remedy: 'Read the logs of the previous attempt.',
  }))
test('what runs has no reason to wait', () =>
  expect(
    whyOf(pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), NOTHING),
  ).toBeUndefined())

test('what the cluster overwrites stays in the timeline, marked', () => {
  const first = momentsOf(unscheduled('0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'))
  const later = momentsOf(
    pod({
      phase: 'Running',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'True',
          reason: '',
          message: '',
          lastTransitionTime: '2026-11-23T10:05:00Z',
        },
      ],
    }),
  )
  const { timeline } = withKept(later, withKept(first, []).keep)
  expect(timeline.map(({ title, overwritten }) => [title, overwritten])).toEqual([
    ['Created', false],
    ['No node fits', true],
    ['Found a node', false],
  ])
})
test('opening an object tells its course at once: who made and changed it, when it began, how each container fared', () => {
  const managed = (manager: string, time: string, fieldsV1: object, subresource?: string) => ({
    manager,
    operation: 'Update',
    time,
    fieldsV1,
    ...(subresource && { subresource }),
  })
  const raw = pod(
    {
      phase: 'Running',
      startTime: '2026-11-23T10:00:04Z',
      containerStatuses: [
        {
          name: 'main',
          restartCount: 1,
          state: { running: { startedAt: '2026-11-23T10:09:00Z' } },
          lastState: {
            terminated: {
              exitCode: 137,
              reason: 'OOMKilled',
              startedAt: '2026-11-23T10:00:06Z',
              finishedAt: '2026-11-23T10:08:00Z',
            },
          },
        },
      ],
    },
    { nodeName: 'gpu-1' },
  )
  const entries = [
    managed('kube-controller-manager', '2026-11-23T10:00:00Z', {
      'f:spec': { 'f:containers': {} },
    }),
    managed('kubelet', '2026-11-23T10:09:01Z', { 'f:status': {} }, 'status'),
    managed('kubectl-edit', '2026-11-23T10:05:00Z', {
      'f:metadata': { 'f:labels': { 'f:team': {} } },
      'f:spec': { 'f:activeDeadlineSeconds': {} },
    }),
  ]
  const { timeline } = withKept(
    momentsOf({ ...raw, metadata: { ...raw.metadata, managedFields: entries } as Raw['metadata'] }),
    [],
  )
  expect(
    timeline.map(({ at, title, says }) => `${at.slice(11, 19)} ${title}${says && `: ${says}`}`),
  ).toEqual([
    '10:00:00 Created: by kube-controller-manager',
    '10:00:04 Taken by gpu-1',
    '10:00:06 main started',
    '10:05:00 Changed by kubectl-edit: its fields: metadata.labels, spec.activeDeadlineSeconds',
    '10:08:00 main failed: ran out of memory',
    '10:09:00 main started: restart 1',
  ])
})
test("a run's story has that of its pods and of its place in the queue, by name", () => {
  const owner: Raw = {
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'Workload',
    metadata: { name: 'w', uid: 'w', creationTimestamp: '2026-11-23T09:59:00Z' },
    status: {
      conditions: [
        {
          type: 'Evicted',
          status: 'True',
          reason: 'Preempted',
          message: 'for urgent',
          lastTransitionTime: '2026-11-23T10:20:00Z',
        },
      ],
    },
  }
  const child = pod({
    phase: 'Failed',
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'PodFailed',
        message: '',
        lastTransitionTime: '2026-11-23T10:08:00Z',
      },
    ],
    containerStatuses: [
      {
        name: 'main',
        state: {
          terminated: {
            exitCode: 1,
            reason: 'Error',
            startedAt: '2026-11-23T10:00:06Z',
            finishedAt: '2026-11-23T10:08:00Z',
          },
        },
      },
    ],
  })
  expect(
    withKept(momentsOfKin({ owners: [owner], owned: [child] }), []).timeline.map(
      ({ title }) => title,
    ),
  ).toEqual([
    'Workload w: created',
    'Pod p: created',
    'Pod p: main started',
    'Pod p: main failed',
    'Workload w: evicted',
  ])
})
test('the owner tree has its root above and what is owned below, and no stranger', () => {
  const made = (kind: string, apiVersion: string, name: string, owner?: string): Raw => ({
    apiVersion,
    kind,
    metadata: {
      name,
      uid: name,
      ...(owner && {
        ownerReferences: [{ apiVersion: '', kind: '', name: owner, uid: owner, controller: true }],
      }),
    },
  })
  const [deployment, set, mine, stranger] = [
    made('Deployment', 'apps/v1', 'd'),
    made('ReplicaSet', 'apps/v1', 'rs', 'd'),
    made('Pod', 'v1', 'a', 'rs'),
    made('Pod', 'v1', 'b', 'other'),
  ] as [Raw, Raw, Raw, Raw]
  const place = (raw: Raw) => ({ raw, resource: undefined })
  expect(
    toTree(place(set), [place(deployment)], [mine, stranger].map(place)).map(
      ({ name, depth, self }) => [name, depth, self],
    ),
  ).toEqual([
    ['d', -1, false],
    ['rs', 0, true],
    ['a', 1, false],
  ])
  expect(childKinds(mine)).toEqual([])
})

test('a forward follows what replaces its pod, and only that', () => {
  const owned: Raw = {
    ...pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
    metadata: {
      name: 'web-abc-1',
      labels: { app: 'web', 'pod-template-hash': 'abc' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: '1', controller: true },
      ],
    },
  }
  expect(selectorFor(owned)).toBe('app=web')
  expect(
    selectorFor({ ...owned, metadata: { ...owned.metadata, ownerReferences: [] } }),
  ).toBeUndefined()
  expect([canServe(owned), canServe(pod({ phase: 'Pending' }))]).toEqual([true, false])
})
test("a service's port leads to the pod's port of that name", () => {
  const service: Raw = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ports: [{ port: 80, targetPort: 'http' }, { port: 9000 }] },
  }
  const target = pod(
    {},
    { containers: [{ name: 'm', ports: [{ name: 'http', containerPort: 8888 }] }] },
  )
  expect([
    podPort(service, 80, target),
    podPort(service, 9000, target),
    podPort(service, 81, target),
  ]).toEqual([8888, 9000, undefined])
})
test('only a whole HTTP head is held up, other protocols never', () => {
  expect([
    firstBytes('GE', 100),
    firstBytes('GET / HTTP/1.1\r\n', 100),
    firstBytes('GET / HTTP/1.1\r\nhost: x\r\n\r\n', 100),
    firstBytes('PING\r\n', 100),
    firstBytes('\x00\x00\x00\x08', 100),
  ]).toEqual(['more', 'more', 'http', 'other', 'other'])
})
