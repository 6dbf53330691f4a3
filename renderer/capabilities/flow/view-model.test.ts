import { describe, expect, test } from 'vitest'
import type { MapView, StationItem, StationView } from '../../../preload/contract/flow'
import {
  ageSays,
  cloudNow,
  demandToday,
  itemPlace,
  itemSays,
  laneRows,
  mapAge,
  modelSays,
  nodeSays,
  placeOf,
  shownItems,
  summarise,
  toneOf,
  waitingFor,
} from './view-model'

const item = (
  name: string,
  sinceSeconds: number,
  state: StationItem['state'] = 'worked-on',
): StationItem => ({
  namespace: 'ns',
  name,
  title: name,
  state,
  sinceSeconds,
  owner: 'mara.lind',
  team: 'Voice',
})
const station = (items: StationItem[], count = items.length): StationView => ({
  id: 'work',
  code: 'D6',
  title: 'Work',
  line: 'discovery',
  lamp: 'flowing',
  count,
  waiting: 0,
  items,
  people: [],
})
const map = (more: Partial<MapView> = {}): MapView => ({
  asOf: '2026-11-16T18:04:00Z',
  live: true,
  siteClock: '2026-11-18T14:32:00Z',
  stations: [],
  lanes: [],
  waiting: [],
  waitingGpus: 0,
  figures: { open: 0, newQuestions: 0, finished: 0 },
  demand: { capacity: 32, hours: [], basis: '', cloudUsdPerHour: 0 },
  lamps: { stopped: 0, called: 0 },
  filters: { teams: [], projects: [] },
  ...more,
})

describe('a station card', () => {
  test('shows what is held before what waits, and the oldest first', () => {
    const { items, more } = shownItems(
      station([
        item('young', 1),
        item('old', 9),
        item('waits', 2, 'waiting'),
        item('held', 1, 'held'),
      ]),
      5,
    )
    expect(items.map(({ name }) => name)).toEqual(['held', 'waits', 'old', 'young'])
    expect(more).toBe(0)
  })
  test('keeps a line for how many have no room, and counts those the core did not send', () => {
    const { items, more } = shownItems(
      station(
        Array.from({ length: 9 }, (_, index) => item(`i${index}`, index)),
        12,
      ),
      5,
    )
    expect([items.length, more]).toEqual([4, 8])
  })
  test.each([
    ['held', 10, 'held'],
    ['waiting', 101, 'late'],
    ['waiting', 99, 'normal'],
    ['worked-on', 500, 'normal'],
  ] as const)('%s for %d s is %s', (state, since, tone) =>
    expect(toneOf(item('x', since, state), 100)).toBe(tone),
  )
  test('nothing is late where no percentile is known', () =>
    expect(toneOf(item('x', 1e9, 'waiting'), undefined)).toBe('normal'))
  test('a draft leads to where it is written and is not counted', () => {
    const draft = { ...item('draft-1', 0, 'planned'), namespace: '' }
    expect([
      itemPlace(draft),
      itemPlace(item('x', 1)),
      ageSays(draft),
      ageSays(item('x', 3 * 3600, 'held')),
    ]).toEqual(['#/discover', '#/line/ns/x', 'draft', 'held 3 h'])
    expect(shownItems(station([draft], 0), 5)).toEqual({ items: [draft], more: 0 })
  })
  test('an item is spoken with state, age and cause', () =>
    expect(itemSays({ ...item('x', 38 * 60, 'waiting'), cause: 'quota' })).toBe(
      'waiting, 38 min, quota',
    ))
})
test('only what is late or held, and their own, waits for a person', () => {
  const stations = [
    {
      ...station([
        item('late', 500, 'waiting'),
        item('held', 1, 'held'),
        item('fine', 1),
        { ...item('theirs', 1, 'held'), owner: 'someone' },
      ]),
      p85Seconds: 100,
    },
  ]
  expect([
    waitingFor(map({ stations }), 'mara.lind'),
    waitingFor(map({ stations }), undefined),
  ]).toEqual([2, 0])
})
test('a line is summed from its stations', () =>
  expect(
    summarise([station([item('a', 1, 'waiting')], 3), station([item('b', 1, 'held')])]),
  ).toEqual({ items: 4, waiting: 1, held: 1 }))
test('stations lead to where their work is done', () =>
  expect([placeOf('data'), placeOf('work')]).toEqual(['#/data', '#/line?station=work']))

describe('the age of the map', () => {
  const now = Date.parse('2026-11-18T14:32:00Z')
  test('live figures carry none', () =>
    expect(mapAge({ value: map(), asOf: now }, 'live', now)).toBeUndefined())
  test('last seen figures say when', () =>
    expect(mapAge({ value: map({ live: false }), asOf: now }, 'live', now)).toMatch(
      /^Mon 16 Nov \d\d:04$/,
    ))
  test('figures of a site that stopped answering say when they came', () =>
    expect(mapAge({ value: map(), asOf: now - 60_000 }, 'stale', now)).toMatch(/^\d\d:31$/))
})
test("demand is that of the site's own day until now", () => {
  const hours = ['2026-11-17T10:00:00Z', '2026-11-18T10:00:00Z', '2026-11-18T15:00:00Z'].map(
    (at) => ({ at, onPrem: 4, cloud: 1 }),
  )
  const today = demandToday(map({ demand: { capacity: 32, basis: '', cloudUsdPerHour: 0, hours } }))
  expect(today.points.map(({ at }) => new Date(at).toISOString())).toEqual([
    '2026-11-18T10:00:00.000Z',
  ])
  expect(today.to - today.from).toBe(86_400_000)
})
test('cloud machines without a price are not called free of charge', () => {
  const lanes: MapView['lanes'] = [
    {
      site: 'aws',
      place: 'cloud',
      simulated: true,
      lines: [],
      useKnown: true,
      nodes: [{ name: 'p4d-1', model: 'A100', meta: '', holders: [], gpus: [{ state: 'taken' }] }],
    },
  ]
  expect([cloudNow(map({ lanes })), cloudNow(map())]).toEqual([undefined, 0])
})
test('models are said as people say them', () =>
  expect(
    ['A100-SXM4-80GB', 'L40S', 'A100-SXM4-40GB', 'H100-PCIE-80GB', 'RTX-A6000'].map(modelSays),
  ).toEqual(['A100 80G', 'L40S', 'A100 40G', 'H100 80G', 'RTX A6000']))
test('every GPU is a row of the table twin, and an unknown use is left unknown', () => {
  const node = {
    name: 'a100-1',
    model: 'A100',
    meta: '',
    holders: [],
    gpus: [{ state: 'taken' as const, use: 0.944 }, { state: 'faulted' as const }],
  }
  expect(
    laneRows(
      map({
        lanes: [
          {
            site: 'oslo',
            place: 'on-prem',
            simulated: true,
            lines: [],
            nodes: [node],
            useKnown: true,
          },
        ],
      }),
    ),
  ).toEqual([
    ['oslo', 'a100-1', 'A100', 1, 'taken', 0.94],
    ['oslo', 'a100-1', 'A100', 2, 'faulted', undefined],
  ])
  expect(nodeSays(node)).toBe('a100-1: 1 taken, 1 faulted')
})
