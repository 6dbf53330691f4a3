import { describe, expect, test } from 'vitest'
import type { FleetRow, ModelDrift } from '../../../preload/contract/drift-review'
import {
  namedEvents,
  sizeTicks,
  sizeTop,
  barsOf,
  binsOf,
  chosenWindows,
  fleetShown,
  formatMeasure,
  formatP,
  nextModel,
  openProposal,
  placeOf,
  quantileShifts,
  stepsOf,
  type NumericReference,
  type NumericWindow,
} from './view-model'

const tally = { rows: 100, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 }
const reference: NumericReference = {
  kind: 'numeric',
  column: 'income',
  tally,
  limits: { js: 0.1, second: 0.1, source: 'constant', chunks: 0, chunkRows: 0 },
  edges: [10, 20, 30],
  deciles: [],
  counts: [25, 25, 25, 25],
  min: 0,
  max: 40,
  mean: 20,
  standardDeviation: 10,
  interquartileRange: 20,
}
const window = (counts: number[]): NumericWindow => ({
  kind: 'numeric',
  column: 'income',
  tally,
  counts,
  min: 0,
  max: 40,
})

describe('what the counts of frozen cells show', () => {
  test('bins hold every row of both sides', () => {
    const bins = binsOf(reference, window([0, 0, 0, 50]))
    expect(bins.reduce((all, bin) => all + bin.reference, 0)).toBeCloseTo(1, 12)
    expect(bins.reduce((all, bin) => all + bin.current, 0)).toBeCloseTo(1, 12)
    expect(bins.filter(({ moved }) => moved).length).toBeGreaterThan(20)
  })
  test('equal counts move nothing', () =>
    expect(binsOf(reference, window([5, 5, 5, 5])).some(({ moved }) => moved)).toBe(false))
  test('a window without a value draws no current', () =>
    expect(
      binsOf(reference, { ...window([0, 0, 0, 0]), min: null, max: null }).every(
        ({ current }) => current === 0,
      ),
    ).toBe(true))
  test('a reference of one value fills one bin', () => {
    const one: NumericReference = { ...reference, edges: [7], counts: [0, 100], min: 7, max: 7 }
    expect(
      binsOf(one, { ...window([0, 9]), min: 7, max: 7 }).filter((bin) => bin.reference > 0),
    ).toHaveLength(1)
  })
  test('distribution functions are exact at the edges', () =>
    expect(stepsOf(reference, window([50, 0, 0, 50]))).toEqual([
      { x: 10, reference: 0.25, current: 0.5 },
      { x: 20, reference: 0.5, current: 0.5 },
      { x: 30, reference: 0.75, current: 0.5 },
    ]))
  test('the median moves with the counts', () => {
    const median = quantileShifts(reference, window([0, 0, 0, 10])).find(
      ({ share }) => share === 0.5,
    )
    expect(median).toEqual({ share: 0.5, reference: 20, current: 35 })
  })
})
test('categories that moved most come first, new and vanished are named', () => {
  const { bars, others } = barsOf(
    {
      kind: 'categorical',
      column: 'work',
      tally: { rows: 100, nulls: 0 },
      limits: reference.limits,
      categories: ['a', 'b', 'c'],
      counts: [50, 40, 10],
    },
    {
      kind: 'categorical',
      column: 'work',
      tally: { rows: 10, nulls: 0 },
      counts: [5, 0, 1],
      created: [['d', 4]],
    },
  )
  expect(bars.map(({ category, state }) => [category, state])).toEqual([
    ['b', 'vanished'],
    ['d', 'new'],
    ['a', 'both'],
    ['c', 'both'],
  ])
  expect(others).toBe(0)
})
test('p-values read as people write them', () =>
  expect([0, 3e-7, 0.004, 0.271, null].map(formatP)).toEqual([
    '< 1e−12',
    '3e−7',
    '0.004',
    '0.27',
    undefined,
  ]))
test('bounds show as a range only where they differ', () =>
  expect([
    formatMeasure({ lower: 0.1, upper: 0.1 }),
    formatMeasure({ lower: 0.1, upper: 0.2 }),
    formatMeasure('NaN'),
  ]).toEqual(['0.100', '0.100 to 0.200', 'NaN']))

const row = (id: string, extra: Partial<FleetRow> = {}): FleetRow => ({
  id,
  model: id,
  about: '',
  owner: 'lea',
  simulated: false,
  lamp: 'flowing',
  size: 0.1,
  cells: [],
  ...extra,
})
describe('the fleet', () => {
  const rows = [
    row('a', { lamp: 'stopped', verdict: 'act' }),
    row('b', { lamp: 'called' }),
    row('c'),
    row('d', { owner: 'mara', lamp: 'called' }),
  ]
  test('filters by words and by what is open', () => {
    expect(fleetShown(rows, { q: 'MARA', only: '' }).map(({ id }) => id)).toEqual(['d'])
    expect(fleetShown(rows, { q: '', only: 'open' }).map(({ id }) => id)).toEqual(['b', 'd'])
  })
  test('goes on with the next one that wants a verdict, around the end', () => {
    expect(nextModel(rows, 'b')?.id).toBe('d')
    expect(nextModel(rows, 'd')?.id).toBe('b')
    expect(nextModel([row('x')], 'x')).toBeUndefined()
  })
})
test('events stand between windows by time', () => {
  const windows = ['2026-01-05', '2026-01-12', '2026-01-19'].map(
    (from) => ({ from }) as ModelDrift['windows'][number],
  )
  expect(placeOf(windows, '2026-01-08T12:00:00Z')).toBeCloseTo(0.5, 6)
  expect(placeOf(windows, '2026-01-20T00:00:00Z')).toBe(2)
  expect(placeOf(windows, '2025-12-01T00:00:00Z')).toBeUndefined()
  expect(
    placeOf(
      windows.map(() => ({}) as ModelDrift['windows'][number]),
      '2026-01-08T12:00:00Z',
    ),
  ).toBeUndefined()
})
test('a proposal is open until its limits are in force', () => {
  const note = {
    id: '1',
    at: '2026-01-01T00:00:00Z',
    author: 'lea',
    window: 'w',
    limits: { watch: 0.1, act: 0.3 },
  }
  expect(openProposal([note], { watch: 0.1, act: 0.2 })).toBe(note)
  expect(openProposal([note], { watch: 0.1, act: 0.3 })).toBeUndefined()
})
test('one window or a stretch of them is chosen', () => {
  const model = { windows: ['a', 'b', 'c'].map((name) => ({ name })) } as ModelDrift
  expect([
    chosenWindows(model, { last: null, since: null }),
    chosenWindows(model, { last: 'b', since: null }),
    chosenWindows(model, { last: 'c', since: 'b' }),
    chosenWindows(model, { last: 'a', since: 'c' }),
    chosenWindows({ windows: [] } as unknown as ModelDrift, { last: 'a', since: 'b' }),
  ]).toEqual([['c'], ['b'], ['b', 'c'], ['a'], []])
})
test('one value alone is drawn where it lies', () => {
  const bins = binsOf(reference, { ...window([50, 0, 0, 0]), min: -1, max: -1 })
  expect(
    bins.filter(({ current }) => current > 0).map(({ from, current }) => [from, current]),
  ).toEqual([[-1, 1]])
  expect(
    quantileShifts(reference, { ...window([50, 0, 0, 0]), min: -1, max: -1 }).every(
      ({ current }) => current === -1,
    ),
  ).toBe(true)
})
test('events that would run into each other are drawn without a name, the telling ones keep theirs', () => {
  const events = [
    { place: 1, kind: 'revision' },
    { place: 1.2, kind: 'incident' },
    { place: 6, kind: 'deploy' },
  ]
  expect([...namedEvents(events, 8)].map(({ kind }) => kind)).toEqual(['incident', 'deploy'])
})
test('axes end on round figures', () =>
  expect(
    [0.1, 0.35, 0.47, 0.9]
      .map(sizeTop)
      .map(sizeTicks)
      .map((ticks) => ticks.length),
  ).toEqual([4, 3, 4, 5]))
