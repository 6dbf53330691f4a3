import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { differences, expectedOf, fixtureFolder } from '../../../test/support/answers'
import { daysAfter, daysOf } from '../../platform/calendar'
import { readEvents } from './adapters/events-file'
import {
  flowReport,
  historiesOf,
  STATION_ORDER,
  WAIT_CAUSES,
  type FlowEvent,
} from './domain/report'

const folder = fixtureFolder('flow', 'public')
const october = daysOf({ from: '2026-10-01', to: '2026-11-01', zone: 'Europe/Oslo' })
const question = { days: october, addDays: daysAfter, ask: 0 }
type Event = FlowEvent & { item: string }

describe.skipIf(folder === undefined)('the public fixture (needs TAKT_TEST_DATA)', () => {
  it('is answered in every figure', async () => {
    const { events, problems } = await readEvents(join(folder ?? '', 'events.jsonl'))
    const report = flowReport(historiesOf(events), { ...question, ask: 12 })
    expect(differences({ ...report, problems }, expectedOf(folder ?? '').expected)).toEqual([])
  })
})

/** Some hundred events of a few items, in no order and with doubles. */
const anEvent = fc.record({
  item: fc.constantFrom('a', 'b', 'c'),
  id: fc.integer({ min: 0, max: 60 }).map(String),
  atS: fc.integer({ min: october.fromS - 500_000, max: october.toS + 500_000 }),
  type: fc.constantFrom<FlowEvent['type']>(
    'entered',
    'entered',
    'left',
    'waiting',
    'resumed',
    'cord-pulled',
    'cord-cleared',
    'gate-passed',
    'gate-failed',
    'sent-back',
    'deployed',
    'failed',
  ),
  station: fc.constantFrom(...STATION_ORDER),
  cause: fc.constantFrom(...WAIT_CAUSES, 'weather'),
})
const someEvents = fc.uniqueArray(anEvent, {
  maxLength: 80,
  selector: ({ item, id }) => `${item} ${id}`,
})

const first: FlowEvent = {
  id: 'first',
  atS: october.fromS - 600_000,
  type: 'entered',
  station: 'define',
}
describe('whatever happened', () => {
  it('lead time is touch plus waits, to the second', () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        const begun = ['a', 'b', 'c'].map((item) => ({ ...first, item }))
        const { perItem } = flowReport(historiesOf([...begun, ...events]), question)
        for (const { leadSeconds, touchSeconds, waits } of Object.values(perItem)) {
          const waited = Object.values(waits).reduce((sum, seconds) => sum + seconds, 0)
          expect(touchSeconds + waited).toBe(leadSeconds)
        }
      }),
    )
  })
  it('the order and doubles of events change nothing', () => {
    fc.assert(
      fc.property(
        someEvents.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events], {
              minLength: events.length * 2,
            }),
          ),
        ),
        ([events, shuffled]) => {
          expect(flowReport(historiesOf(shuffled), question)).toEqual(
            flowReport(historiesOf(events), question),
          )
        },
      ),
    )
  })
})

const at = (hour: number) => october.fromS + 86_400 + hour * 3_600
let ids = 0
const event = (atS: number, type: FlowEvent['type'], more: Partial<FlowEvent> = {}): Event => ({
  item: 'one',
  id: `e${String(ids++)}`,
  atS,
  type,
  ...more,
})
const course = (...events: Event[]) =>
  flowReport(
    historiesOf([
      event(at(0), 'entered', { station: 'define' }),
      ...events,
      event(at(10), 'entered', { station: 'in-use' }),
    ]),
    question,
  ).perItem['one']

test.each<[what: string, events: () => Event[], touch: number, waits: Record<string, number>]>([
  [
    'the hole between two stations is a hand-off',
    () => [
      event(at(2), 'left', { station: 'define' }),
      event(at(3), 'entered', { station: 'work' }),
    ],
    9,
    { 'hand-off': 1 },
  ],
  [
    'time in the backlog is a hand-off unless a cause is noted',
    () => [
      event(at(2), 'entered', { station: 'backlog' }),
      event(at(5), 'waiting', { cause: 'approval' }),
    ],
    2,
    { approval: 5, 'hand-off': 3 },
  ],
  [
    'a pulled cord blocks until it is cleared',
    () => [event(at(2), 'cord-pulled'), event(at(4), 'cord-cleared')],
    8,
    { blocked: 2 },
  ],
  [
    'a cause that nobody defined is unknown',
    () => [event(at(2), 'waiting', { cause: 'weather' }), event(at(3), 'resumed')],
    9,
    { unknown: 1 },
  ],
  [
    'a wait ends with another one',
    () => [
      event(at(2), 'waiting', { cause: 'quota' }),
      event(at(3), 'waiting', { cause: 'review' }),
      event(at(5), 'entered', { station: 'work' }),
    ],
    7,
    { review: 2, quota: 1 },
  ],
])('%s', (_what, events, touch, waits) => {
  const one = course(...events())
  expect(one).toEqual({
    leadSeconds: 36_000,
    touchSeconds: touch * 3_600,
    waits: Object.fromEntries(
      Object.entries(waits).map(([cause, hours]) => [cause, hours * 3_600]),
    ),
  })
})

it('calls nothing missing where all events are there', () => {
  const { little } = flowReport(
    historiesOf([event(at(0), 'entered', { station: 'define' })]),
    question,
  )
  expect(little.all).toMatchObject({ why: 'uneven', expected: 0 })
})

it('names a line that is no event with its number, and counts the rest', async () => {
  const made = mkdtempSync(join(tmpdir(), 'takt-events-'))
  try {
    const good = { item: 'a', id: '1', at: '2026-10-05T10:00:00+02:00', type: 'note' }
    const bad: [line: string, why: string][] = [
      ['[1]', 'not JSON'],
      [JSON.stringify({ ...good, at: '2026-02-30T10:00:00Z' }), 'no time'],
      [JSON.stringify({ ...good, at: 5 }), 'no time'],
      [JSON.stringify({ ...good, id: '' }), 'no item or id'],
      [JSON.stringify({ ...good, type: 'toString' }), 'unknown type'],
      [JSON.stringify({ ...good, type: 'entered', station: 'moon' }), 'unknown station'],
      [`"${'x'.repeat(2 ** 20)}"`, 'longer than 1 MiB'],
      ['{"item": "a", "id', 'not JSON, the file ends in it'],
    ]
    const file = join(made, 'events.jsonl')
    writeFileSync(file, [JSON.stringify(good), '', ...bad.map(([line]) => line)].join('\n'))
    const { events, problems } = await readEvents(file)
    expect(events).toHaveLength(1)
    expect(problems).toEqual(bad.map(([, why], index) => ({ line: index + 3, why })))
  } finally {
    rmSync(made, { recursive: true })
  }
})
