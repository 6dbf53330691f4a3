import { describe, expect, it, test } from 'vitest'
import type { Size } from '../../../../preload/contract/records/environment'
import { aNode, anInventory, aPod, NOW } from '../../../../test/support/builders/inventory'
import {
  anEnvironment,
  anEvent,
  anItem,
  aPriceBook,
} from '../../../../test/support/builders/records'
import { sameModel } from '../../../kernel/inventory'
import { plainRefusal } from '../../../kernel/scheduling'
import { chooseMount, chooseStorage, chooseWorkload, type MountFacts } from './choices'
import { volumeManifests, workloadManifests, type Workload } from './manifests'
import { offersOf } from './offers'
import { isCold, phasesOf, type EventFacts, type Observed } from './phases'
import { storageUsdPerHour, usdInAll, usdPerHour } from './price'
import { overQuota, quotaUses } from '../../../kernel/quotas'
import { addsOf } from './quota'
import { statusOf, workEvents } from './status'
import { waitFor } from './waits'

const gpu: Size = {
  name: '1 × A100',
  cpuCores: 8,
  memoryGi: 64,
  gpu: { resource: 'nvidia.com/gpu', count: 1, model: 'NVIDIA-A100-SXM4-80GB' },
}
const start = { seconds: 40, says: 'promised' }

describe('offers', () => {
  const book = aPriceBook().spec
  const offers = (inventory = anInventory([aNode('a100-1')])) =>
    offersOf({
      inventory,
      place: 'on-prem',
      book,
      idle: new Set(['team/idle']),
      isEnvironment: () => false,
    })
  it('are what the nodes have, priced, with a cell for each GPU', () => {
    const pods = [
      aPod('train', { node: 'a100-1', gpus: 5 }),
      aPod('idle', { node: 'a100-1', gpus: 1 }),
    ]
    const node = aNode('a100-1', {
      allocatable: { cpu: 128, memory: 2 ** 40, 'nvidia.com/gpu': 7 },
    })
    const all = offers(anInventory([node], pods))
    expect(all.map(({ size }) => size.name)).toEqual([
      'CPU small',
      'CPU large',
      '1 × A100',
      '8 × A100',
    ])
    const one = all[2]
    expect(one?.cells).toEqual([
      'taken',
      'taken',
      'taken',
      'taken',
      'taken',
      'idle',
      'free',
      'faulted',
    ])
    expect(one?.freeSays).toBe('1 of 8 free, 1 idle, 1 faulted')
    expect(one?.fitsNow).toBe(true)
    expect(one?.usdPerHour).toBeCloseTo(1.1 + 14 * 0.02 + 112 * 0.002)
  })
  it('refuse what is too large for people to think on', () =>
    expect(offers().at(-1)).toMatchObject({
      fitsNow: false,
      refused: expect.stringMatching(/training job/) as string,
    }))
  it('do not fit where cores are spread over nodes', () => {
    const full = (name: string) => aPod(name, { node: name, requests: { cpu: 120, memory: 0 } })
    const all = offersOf({
      inventory: anInventory([aNode('a'), aNode('b')], [full('a'), full('b')]),
      place: 'on-prem',
      book,
      idle: new Set(),
      isEnvironment: () => false,
    })
    expect(all.find(({ size }) => size.name === 'CPU large')?.fitsNow).toBe(false)
    expect(all.find(({ size }) => size.name === 'CPU small')?.fitsNow).toBe(true)
  })
  it('name slices by their share', () => {
    const node = aNode('mig', {
      capacity: { cpu: 128, memory: 2 ** 40, 'nvidia.com/gpu': 7, 'nvidia.com/mig-1g.10gb': 7 },
      allocatable: { cpu: 128, memory: 2 ** 40, 'nvidia.com/gpu': 7, 'nvidia.com/mig-1g.10gb': 7 },
    })
    expect(offers(anInventory([node])).map(({ size }) => size.name)).toContain('1/7 A100')
  })
})

describe('waits', () => {
  const full = (more: Parameters<typeof aPod>[1] = {}) => [
    aPod('train', { node: 'a', gpus: 8, startedAt: NOW - 3_600_000, ...more }),
  ]
  test.each<
    [why: string, pods: ReturnType<typeof aPod>[], seconds: number | undefined, says: RegExp]
  >([
    ['free now', [], 40, /promised/],
    [
      'when a job says it ends',
      full({ annotations: { 'takt.dev/expected-seconds': '5400' } }),
      1800 + 40,
      /own estimate/,
    ],
    [
      'behind what waits',
      [
        ...full({ annotations: { 'takt.dev/expected-seconds': '5400' } }),
        aPod('queued', { gpus: 8 }),
      ],
      undefined,
      /not known/,
    ],
    ['nothing tells when it ends', full(), undefined, /not known/],
    [
      'as it was before',
      [
        ...full(),
        ...[1, 2, 3].map((n) =>
          aPod(`old-${String(n)}`, {
            node: 'b',
            gpus: 1,
            phase: 'Succeeded',
            createdAt: NOW - 9e6,
            scheduledAt: NOW - 9e6 + n * 60_000,
          }),
        ),
      ],
      160,
      /3 waits|4 waits/,
    ],
  ])('%s', (_why, pods, seconds, says) => {
    const wait = waitFor(anInventory([aNode('a')], pods), gpu, { now: NOW, start })
    expect(wait.seconds).toBe(seconds)
    expect(wait.says).toMatch(says)
  })
})

describe('prices', () => {
  test.each([
    ['A100 80GB', 'NVIDIA-A100-SXM4-80GB', true],
    ['L40S', 'NVIDIA-L40S', true],
    ['A100 80GB', 'NVIDIA-A100-SXM4-40GB', false],
    ['H100', 'NVIDIA-A100-SXM4-80GB', false],
  ])('%s is %s: %s', (book, label, same) => expect(sameModel(book, label)).toBe(same))
  it('are unknown for a GPU the book does not list', () =>
    expect(
      usdPerHour(
        { ...gpu, gpu: { resource: 'nvidia.com/gpu', count: 1, model: 'NVIDIA-H100' } },
        aPriceBook().spec,
      ),
    ).toBeUndefined())
  it('count the machine four hours a day and the volume always', () => {
    expect(usdInAll({ machine: 1, storage: 0.1 }, 48)).toBeCloseTo(8 + 4.8)
    expect(storageUsdPerHour(730, aPriceBook().spec)).toBeCloseTo(0.05)
  })
})

describe('choices', () => {
  const facts = (more: Partial<MountFacts> = {}): MountFacts => ({
    source: 'parcels',
    spec: { kind: 'volume', location: { namespace: 'datasets', claim: 'parcels' } },
    namespace: 'voice',
    method: 'volume-snapshot',
    mayBring: 'yes',
    ...more,
  })
  test.each<[why: string, facts: MountFacts, mount: string]>([
    [
      'clones a snapshot of its own namespace',
      facts({
        spec: { kind: 'volume', location: { namespace: 'voice', claim: 'x' } },
        mayBring: 'no',
      }),
      'clone',
    ],
    ['brings one over where it may', facts(), 'clone'],
    ['points where it may not', facts({ mayBring: 'no' }), 'pointer'],
    [
      'mounts read-only what cannot be cloned at home',
      facts({
        method: 'as-is',
        spec: { kind: 'volume', location: { namespace: 'voice', claim: 'x' } },
      }),
      'read-only',
    ],
    ['points at what lies elsewhere and cannot be cloned', facts({ method: 'as-is' }), 'pointer'],
    [
      'mounts a share',
      facts({ method: 'as-is', spec: { kind: 'share', location: { uri: 'nfs://filer/a' } } }),
      'read-only',
    ],
    [
      'points at everything else',
      facts({
        method: 'lakefs-commit',
        spec: { kind: 'lakefs', location: { uri: 'lakefs://r/main' } },
      }),
      'pointer',
    ],
    ['takes the address when asked to', facts({ wanted: 'pointer' }), 'pointer'],
    ['says when a wish cannot be met', facts({ wanted: 'clone', mayBring: 'no' }), 'pointer'],
  ])('%s', (_why, wanted, mount) => expect(chooseMount(wanted).value).toBe(mount))
  it('pick the workload and the class', () => {
    expect(chooseWorkload({ notebooks: true, storageClasses: [] }, 1).value).toBe('Notebook')
    expect(chooseWorkload({ notebooks: true, storageClasses: [] }, 2).value).toBe('StatefulSet')
    expect(
      chooseStorage(
        {
          notebooks: true,
          storageClasses: [
            { name: 'a', isDefault: false },
            { name: 'b', isDefault: true },
          ],
        },
        undefined,
      ),
    ).toMatchObject({ value: 'b' })
    expect(chooseStorage({ notebooks: true, storageClasses: [] }, 'x')).toHaveProperty('refused')
  })
})

describe('manifests', () => {
  const workload = (more: Partial<Workload> = {}): Workload => ({
    namespace: 'voice',
    name: 'voice-nb',
    spec: anEnvironment('voice-nb', { size: gpu, availability: 'high', replicas: 2 }).spec,
    kind: 'StatefulSet',
    data: [],
    uid: 'u1',
    ...more,
  })
  it('keep a highly available one up, with a workspace for each pod', () => {
    const [set, service, budget] = workloadManifests(workload())
    expect([set?.kind, service?.kind, budget?.kind]).toEqual([
      'StatefulSet',
      'Service',
      'PodDisruptionBudget',
    ])
    expect(set).toMatchObject({
      spec: {
        replicas: 2,
        volumeClaimTemplates: [{ metadata: { name: 'work' } }],
        template: {
          spec: {
            priorityClassName: 'takt-high',
            nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
          },
        },
      },
    })
    expect(JSON.stringify(set)).toMatch(/capacityType/)
    expect(volumeManifests(workload())).toEqual([])
  })
  it('are owned by the record, mount clones and pass addresses', () => {
    const data: Workload['data'] = [
      {
        source: 'parcels',
        mount: 'clone',
        pointer: 'x',
        claim: 'voice-nb-parcels',
        clone: { snapshot: 's', gi: 10 },
      },
      { source: 'clicks', mount: 'pointer', pointer: 'kafka/clicks' },
    ]
    const single = workload({ kind: 'Notebook', spec: anEnvironment('voice-nb').spec, data })
    const [notebook] = workloadManifests(single)
    expect(notebook?.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'Environment',
      uid: 'u1',
    })
    expect(volumeManifests(single).map(({ metadata }) => metadata.name)).toEqual([
      'voice-nb-work',
      'voice-nb-parcels',
    ])
    expect(JSON.stringify(notebook)).toMatch(/"TAKT_DATA_CLICKS","value":"kafka\/clicks"/)
    expect(JSON.stringify(notebook)).toMatch(/"mountPath":"\/data\/parcels"/)
  })
})

describe('quota', () => {
  it('shows what is used, added and allowed, and counts only where they run out', () => {
    const adds = addsOf(anEnvironment('x', { size: gpu }).spec, [10])
    const quota = {
      name: 'q',
      hard: { 'requests.nvidia.com/gpu': '4', 'requests.storage': '100Gi', pods: '10' },
      used: { 'requests.nvidia.com/gpu': '2', 'requests.storage': '50Gi', pods: '1' },
    }
    expect(quotaUses(quota, adds)).toEqual([
      { name: 'Storage', used: 50, adds: 60, limit: 100, unit: 'GiB' },
      { name: 'GPU', used: 2, adds: 1, limit: 4, unit: 'GPUs' },
    ])
    expect(overQuota(quota, adds).map(({ name }) => name)).toEqual(['Storage'])
  })
})

describe('phases', () => {
  const event = (reason: string, message = '', about = 'nb-0', type = 'Normal'): EventFacts => ({
    metadata: { name: reason },
    about: { kind: 'Pod', name: about },
    type,
    reason,
    message,
    at: NOW,
  })
  const seen = (more: Partial<Observed> = {}): Observed => ({
    claims: [{ metadata: { name: 'nb-work' }, phase: 'Bound' }],
    events: [],
    workload: 'nb',
    since: NOW - 20_000,
    now: NOW,
    ...more,
  })
  const states = (observed: Observed) => phasesOf(observed).map(({ state }) => state)
  test.each<[why: string, observed: Observed, states: string[]]>([
    ['before its pod', seen(), ['running', 'waiting', 'waiting', 'waiting', 'waiting']],
    [
      'a quota that refuses',
      seen({
        events: [
          event(
            'FailedCreate',
            'pods "nb-0" is forbidden: exceeded quota: takt-quota, requested: pods=1',
            'nb',
            'Warning',
          ),
        ],
      }),
      ['failed', 'waiting', 'waiting', 'waiting', 'waiting'],
    ],
    [
      'no node yet',
      seen({
        pod: aPod('nb-0', { unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' }),
      }),
      ['done', 'running', 'waiting', 'waiting', 'waiting'],
    ],
    [
      'pulling',
      seen({
        pod: aPod('nb-0', {
          node: 'a',
          ready: false,
          phase: 'Pending',
          waiting: { reason: 'ContainerCreating', message: '' },
        }),
        events: [event('Pulling')],
      }),
      ['done', 'done', 'running', 'done', 'waiting'],
    ],
    [
      'an image that is not there',
      seen({
        pod: aPod('nb-0', {
          node: 'a',
          ready: false,
          phase: 'Pending',
          waiting: { reason: 'ErrImagePull', message: 'not found' },
        }),
        events: [event('Pulling')],
      }),
      ['done', 'done', 'failed', 'done', 'waiting'],
    ],
    [
      'mounting',
      seen({
        pod: aPod('nb-0', {
          node: 'a',
          ready: false,
          phase: 'Pending',
          waiting: { reason: 'ContainerCreating', message: '' },
        }),
      }),
      ['done', 'done', 'waiting', 'running', 'waiting'],
    ],
    [
      'starting',
      seen({ pod: aPod('nb-0', { node: 'a', ready: false }), events: [event('Pulled')] }),
      ['done', 'done', 'done', 'done', 'running'],
    ],
    [
      'ready',
      seen({
        pod: aPod('nb-0', { node: 'a' }),
        events: [event('Pulled', 'already present on machine')],
      }),
      ['done', 'done', 'done', 'done', 'done'],
    ],
    [
      'crashing',
      seen({
        pod: aPod('nb-0', {
          node: 'a',
          ready: false,
          waiting: { reason: 'CrashLoopBackOff', message: '' },
        }),
        events: [event('Pulled')],
      }),
      ['done', 'done', 'done', 'done', 'failed'],
    ],
  ])('%s', (_why, observed, wanted) => expect(states(observed)).toEqual(wanted))
  it('say why a volume keeps it waiting, and when a pull makes it cold', () => {
    const observed = seen({
      pod: aPod('nb-0'),
      claims: [{ metadata: { name: 'nb-work' }, phase: 'Pending' }],
      events: [event('ProvisioningFailed', 'no space', 'nb-work', 'Warning')],
    })
    expect(phasesOf(observed)[1]?.says).toBe('its volume is not ready: no space')
    expect(isCold(seen({ pod: aPod('nb-0'), events: [event('Pulling')] }))).toBe(true)
  })
})

describe('status and work events', () => {
  const environment = anEnvironment('voice-nb')
  it('follows the ready pod and keeps since when', () => {
    const first = statusOf(environment, [aPod('voice-nb-0', { node: 'a' })], NOW)
    expect(first).toMatchObject({ phase: 'Ready', pod: 'voice-nb-0', node: 'a' })
    const later = statusOf(
      { ...environment, status: first },
      [aPod('voice-nb-0', { node: 'a' })],
      NOW + 60_000,
    )
    expect(later.conditions?.[0]?.lastTransitionTime).toBe(
      first.conditions?.[0]?.lastTransitionTime,
    )
    expect(
      statusOf({ ...environment, spec: { ...environment.spec, state: 'paused' } }, [], NOW).phase,
    ).toBe('Paused')
  })
  it('writes a wait only after a while, its end, and the hand to work, each once', () => {
    const button = anItem('voice', [anEvent('entered', 10, { station: 'button' })])
    const pending = aPod('nb-0', {
      unschedulable: '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
    })
    const seen = (pod: ReturnType<typeof aPod>, now = NOW) => ({ namespace: 'voice', pod, now })
    expect(workEvents(button, seen({ ...pending, createdAt: NOW - 5_000 }))).toEqual([])
    const [waits] = workEvents(button, seen(pending))
    expect(waits).toMatchObject({ type: 'waiting', cause: 'hardware', object: 'Pod/voice/nb-0' })
    const waited = anItem('voice', [
      anEvent('entered', 10, { station: 'button' }),
      ...(waits ? [waits] : []),
    ])
    expect(workEvents(waited, seen(pending))).toEqual([])
    expect(
      workEvents(waited, seen(aPod('nb-0', { node: 'a' }))).map(({ type, station }) => [
        type,
        station,
      ]),
    ).toEqual([
      ['resumed', 'button'],
      ['left', 'button'],
      ['entered', 'work'],
    ])
    expect(
      workEvents(
        anItem('voice', [anEvent('entered', 1, { station: 'backlog' })]),
        seen(aPod('nb-0', { node: 'a' })),
      ),
    ).toEqual([])
  })
})

test.each([
  [
    "0/4 nodes are available: 2 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: …",
    'no free GPU (2 nodes), not the wanted kind of GPU or place (2 nodes)',
  ],
  ['0/1 nodes are available: 1 Insufficient cpu.', 'too few free cores (1 node)'],
  ['something else', 'something else'],
])('says in plain words: %s', (message, words) => expect(plainRefusal(message)).toBe(words))
