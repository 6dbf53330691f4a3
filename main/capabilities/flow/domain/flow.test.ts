import { describe, expect, it, test } from 'vitest'
import type { WorkEvent } from '../../../../preload/contract/records/work'
import { aNode, anInventory, aPod, NOW } from '../../../../test/support/builders/inventory'
import { anEvent, anItem, aProject, at } from '../../../../test/support/builders/records'
import { demandOf } from './demand'
import { MOST_EVENTS, moveEvents, withEvents } from './events'
import { figuresOf } from './figures'
import { openCall, lampOf } from './lamps'
import { laneOf } from './lanes'
import { countLamps, stationView, track } from './stations'
import { percentile, visitsOf } from './visits'
import { gpuWords, plainQueue, waitingOf } from './waiting'

describe('visits', () => {
  it('closes a stay where the next begins, with or without "left"', () => {
    const visits = visitsOf(
      [
        anEvent('entered', 600, { station: 'define' }),
        anEvent('entered', 400, { station: 'data' }),
        anEvent('left', 100),
        anEvent('entered', 100, { station: 'work' }),
      ],
      NOW,
    )
    expect(
      visits.map(({ station, from, to }) => [
        station,
        (NOW - from) / 60_000,
        to === undefined ? undefined : (NOW - to) / 60_000,
      ]),
    ).toEqual([
      ['define', 600, 400],
      ['data', 400, 100],
      ['work', 100, undefined],
    ])
  })
  it('takes the nearest rank as percentile and none of too few', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.85)).toBe(5)
    expect(percentile([1, 2, 3], 0.85, 10)).toBeUndefined()
  })
})

describe('events', () => {
  it('keeps each id once, in order of time, and counts what it rolls up', () => {
    const many = Array.from({ length: MOST_EVENTS + 20 }, (_unused, index) =>
      anEvent('note', 2000 - index, { id: `n${String(index)}` }),
    )
    const status = withEvents({ events: many.slice(0, 10) }, [...many, ...many])
    expect(status.events).toHaveLength(MOST_EVENTS)
    expect(status.rolledEvents).toBe(20)
    expect(status.events?.[0]?.id).toBe('n20')
  })
  it('moves by leaving and entering, and not where it stands', () => {
    expect(
      moveEvents({ from: 'define', to: 'button', at: at(1) }).map(({ type, station }) => [
        type,
        station,
      ]),
    ).toEqual([
      ['left', 'define'],
      ['entered', 'button'],
    ])
    expect(moveEvents({ from: 'button', to: 'button', at: at(1) })).toEqual([])
    expect(
      withEvents({ station: 'define' }, moveEvents({ from: 'define', to: 'button', at: at(1) }))
        .station,
    ).toBe('button')
  })
})

describe('lamps', () => {
  test.each<[why: string, events: WorkEvent[], lamp: string]>([
    ['nothing called', [anEvent('entered', 90, { station: 'drift' })], 'flowing'],
    ['a failed gate calls', [anEvent('gate-failed', 30)], 'called'],
    ['unanswered for an hour it stops', [anEvent('gate-failed', 61)], 'stopped'],
    ['passing answers it', [anEvent('gate-failed', 61), anEvent('gate-passed', 5)], 'flowing'],
    [
      'a cord is answered by clearing alone',
      [anEvent('cord-pulled', 90), anEvent('gate-passed', 5)],
      'stopped',
    ],
    ['a cleared cord', [anEvent('cord-pulled', 90), anEvent('cord-cleared', 5)], 'flowing'],
    [
      'a verdict to act on drift stops at once',
      [anEvent('cord-pulled', 1, { object: 'DriftReview/voice/voice' })],
      'stopped',
    ],
    [
      'and a cord pulled before it does not hide it',
      [anEvent('cord-pulled', 2), anEvent('cord-pulled', 1, { object: 'DriftReview/voice/voice' })],
      'stopped',
    ],
  ])('%s', (_why, events, lamp) =>
    expect(lampOf(openCall(events), { now: NOW, late: false })).toBe(lamp),
  )
})

/** Items that each went through define and then stand at data. */
const through = (count: number) =>
  Array.from({ length: count }, (_unused, index) =>
    anItem(`past-${String(index)}`, [
      anEvent('entered', 5000, { station: 'data' }),
      anEvent('left', 5000 - 60 * (index + 1), { station: 'data' }),
      anEvent('entered', 4000, { station: 'in-use' }),
    ]),
  )
describe('stations', () => {
  it('shows what stands there, who waits and what is late', () => {
    const items = [
      ...through(10),
      anItem('slow', [
        anEvent('entered', 2000, { station: 'data' }),
        anEvent('waiting', 1900, { cause: 'data' }),
      ]),
      anItem('fast', [anEvent('entered', 10, { station: 'data' })]),
    ]
    const all = track(items, [aProject('voice')], NOW)
    const view = stationView('data', { all, shown: all, planned: [] })
    expect(view).toMatchObject({
      count: 2,
      waiting: 1,
      lamp: 'called',
      p85Seconds: 9 * 3600,
      oldestSeconds: 2000 * 60,
    })
    expect(view.items.map(({ name, state, cause }) => [name, state, cause])).toEqual([
      ['slow', 'waiting', 'data'],
      ['fast', 'worked-on', undefined],
    ])
    expect(countLamps(all, all)).toEqual({ stopped: 0, called: 1 })
  })
  it('says nothing of percentiles on few stays, and since when it is empty', () => {
    const all = track(through(3), [], NOW)
    const view = stationView('data', { all, shown: all, planned: [] })
    expect(view).toMatchObject({ count: 0, emptySinceSeconds: (5000 - 180) * 60 })
    expect(view.p85Seconds).toBeUndefined()
  })
})

describe('figures', () => {
  const finished = (name: string, days: number) =>
    anItem(name, [
      anEvent('entered', days * 1440 + 1440, { station: 'define' }),
      anEvent('waiting', days * 1440 + 720, { cause: 'quota' }),
      anEvent('entered', 1440, { station: 'backlog' }),
      anEvent('entered', 720, { station: 'in-use' }),
    ])
  it('measures lead, efficiency and the largest wait of what was finished', () => {
    const ten = Array.from({ length: 10 }, (_unused, index) =>
      finished(`i${String(index)}`, index + 1),
    )
    const figures = figuresOf(track(ten, [], NOW), NOW)
    // Lead is the days plus half of one; half a day of touch, half a day in the backlog, the rest waits for quota.
    expect(figures).toMatchObject({ open: 0, finished: 10, leadDaysMedian: 5.5, newQuestions: 10 })
    expect(figures.taktDays).toBe(3)
    expect(figures.flowEfficiency).toBeCloseTo(5 / 60, 3)
    expect(figures.topWait).toEqual({ cause: 'quota', share: 0.833 })
  })
  it('leaves out what too few items stand behind', () => {
    const figures = figuresOf(track([finished('a', 2)], [], NOW), NOW)
    expect(figures.leadDaysMedian).toBeUndefined()
    expect(figures.flowEfficiency).toBeUndefined()
  })
  it('rolls first-pass yield over stations, by the first answer', () => {
    const good = [
      anEvent('gate-passed', 100, { station: 'drift' }),
      anEvent('gate-passed', 50, { station: 'decide' }),
    ]
    const bad = [
      anEvent('gate-failed', 100, { station: 'drift' }),
      anEvent('gate-passed', 90, { station: 'drift' }),
    ]
    const items = [good, bad].map((events, index) => anItem(`g${String(index)}`, events))
    expect(figuresOf(track(items, [], NOW), NOW).firstPassYield).toBe(0.5)
    const waived = [anItem('w', [anEvent('gate-waived', 100, { station: 'drift' })])]
    expect(figuresOf(track([...items, ...waived], [], NOW), NOW).firstPassYield).toBe(0.333)
    expect(figuresOf([], NOW).firstPassYield).toBeUndefined()
  })
})

describe('lanes', () => {
  const lane = (
    inventory: ReturnType<typeof anInventory>,
    use?: Parameters<typeof laneOf>[0]['use'],
  ) =>
    laneOf({ inventory, place: 'on-prem', simulated: true, use, usdPerHour: () => 1, asOf: at(0) })
  it('draws taken, idle, free and faulted GPUs with who holds them', () => {
    const node = aNode('a100-1', {
      allocatable: { cpu: 128, memory: 1e12, 'nvidia.com/gpu': 7 },
      conditions: [{ type: 'GPUFault', status: 'True', reason: 'Xid', message: 'GPU 7: Xid 79' }],
    })
    const pods = [
      aPod('train', {
        node: 'a100-1',
        gpus: 4,
        labels: { 'job-name': 'train', 'takt.dev/owner': 'aino.torv' },
      }),
      aPod('nb', {
        node: 'a100-1',
        gpus: 1,
        labels: { 'takt.dev/environment': 'voice-nb' },
        scheduledAt: NOW,
      }),
    ]
    const view = lane(anInventory([node], pods), {
      byPod: new Map([
        ['team/train', [0.9, 0.8, 0.7, 0.6]],
        ['team/nb', [0.01]],
      ]),
      idlePods: new Set(['team/nb']),
    })
    expect(view.nodes[0]?.gpus.map(({ state }) => state)).toEqual([
      'taken',
      'taken',
      'taken',
      'taken',
      'idle',
      'free',
      'free',
      'faulted',
    ])
    expect(view.nodes[0]?.holders).toEqual([
      { label: 'train · AT', from: 0, count: 4 },
      { label: 'voice-nb', from: 4, count: 1 },
      { label: 'Xid 79', from: 7, count: 1 },
    ])
    expect(view.lines).toEqual(['8 GPUs, 5 taken', '1 idle, $1.00/h', '1 faulted'])
    expect(view.nodes[0]?.gpus[0]?.use).toBe(0.9)
  })
  it('leaves use out where nobody measures it, and knows booting from broken', () => {
    const view = lane(
      anInventory([
        aNode('new', { ready: false, createdAt: NOW - 60_000 }),
        aNode('old', { ready: false }),
      ]),
    )
    expect(view.useKnown).toBe(false)
    expect(view.nodes.map(({ gpus, meta }) => [gpus[0]?.state, meta])).toEqual([
      ['booting', 'boots'],
      ['off', 'not ready'],
    ])
  })
  it('fills split GPUs by the slices in use', () => {
    const node = aNode('mig', {
      capacity: { cpu: 8, memory: 1, 'nvidia.com/gpu': 6, 'nvidia.com/mig-1g.10gb': 14 },
      allocatable: { cpu: 8, memory: 1, 'nvidia.com/gpu': 6, 'nvidia.com/mig-1g.10gb': 14 },
    })
    const view = lane(
      anInventory(
        [node],
        [aPod('slice', { node: 'mig', requests: { 'nvidia.com/mig-1g.10gb': 3 } })],
      ),
    )
    expect(view.nodes[0]?.gpus.map(({ state }) => state).sort()).toEqual([
      'free',
      'free',
      'free',
      'free',
      'free',
      'free',
      'free',
      'taken',
    ])
  })
})

describe('what waits', () => {
  it('puts jobs in queues and pods without a node in one row, the longest wait first', () => {
    const queued = [
      {
        namespace: 'team',
        name: 'sweep',
        uid: 'u',
        requests: { 'nvidia.com/gpu': 8 },
        model: 'NVIDIA-A100-SXM4-80GB',
        queuedAt: NOW - 7_200_000,
        reserved: false,
        finished: false,
        message:
          "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, 3 more needed",
      },
    ]
    const pod = aPod('nb-0', {
      gpus: 1,
      createdAt: NOW - 60_000,
      unschedulable: '0/4 nodes are available: 4 Insufficient nvidia.com/gpu. preemption: none',
    })
    const { jobs, gpus } = waitingOf(
      anInventory([aNode('a')], [pod, aPod('busy', { node: 'a', gpus: 1 })]),
      queued,
    )
    expect(gpus).toBe(9)
    expect(
      jobs.map(({ name, gpus: asked, waitsSeconds, says }) => [name, asked, waitsSeconds, says]),
    ).toEqual([
      ['sweep', '8 × A100', 7200, 'waits for 3 more GPUs in a100'],
      ['nb-0', '1 × GPU', 60, 'waits: no free GPU (4 nodes)'],
    ])
  })
  it('keeps words it does not know', () => {
    expect(plainQueue('something new')).toBe('something new')
    expect(gpuWords({ 'nvidia.com/mig-1g.10gb': 2 }, '')).toBe('2 × MIG 1g.10gb')
  })
})

describe('demand', () => {
  it('prefers what was seen here and says so', () => {
    const sites = [
      {
        place: 'on-prem' as const,
        inventory: anInventory(
          [aNode('a')],
          [aPod('train', { node: 'a', gpus: 4, createdAt: NOW - 3_600_000 })],
        ),
        queued: [],
      },
    ]
    const demand = demandOf({
      now: NOW,
      sites,
      samples: [{ at: NOW - 60_000, onPrem: 7, cloud: 1 }],
      cloudUsdPerHour: 0,
    })
    expect(demand.hours.at(-1)).toMatchObject({ onPrem: 7, cloud: 1 })
    expect(demand.hours.at(-3)).toMatchObject({ onPrem: 4, cloud: 0 })
    expect(demand.hours[0]).toMatchObject({ onPrem: 0 })
    expect(demand.capacity).toBe(8)
    expect(demand.basis).toMatch(/1 of \d+ steps as seen here/)
  })
})
