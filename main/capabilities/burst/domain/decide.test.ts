import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aSnapshot, HOUR, NOW, queued } from '../../../../test/support/burst/snapshots'
import { decide } from './decide'
import type { Snapshot } from './snapshot'
import { changes } from './words'

const only = (snapshot: Snapshot) => {
  const [decision] = decide(snapshot).decisions
  if (!decision) throw new Error('There is no decision')
  return decision
}

describe('one job', () => {
  test.each<[why: string, snapshot: Snapshot, want: [kind: string, reason: string]]>([
    ['starts while there is room', aSnapshot({ freeNow: 8 }), ['start', 'FitsNow']],
    [
      'holds a reservation while that is worth it',
      aSnapshot({ freeInHours: 1 }),
      ['hold', 'StartsInTime'],
    ],
    [
      'goes when the building is too late for its deadline',
      aSnapshot({ freeInHours: 9 }),
      ['go', 'CannotStartInTime'],
    ],
    [
      'stays when its data may not leave',
      aSnapshot({ freeInHours: 9, mayLeave: false }),
      ['refuse', 'DataMayNotLeave'],
    ],
    [
      'stays when a hard cap is used up',
      aSnapshot({ freeInHours: 9, budgetUsd: 1 }),
      ['refuse', 'OverBudget'],
    ],
    [
      'asks when a soft cap is used up',
      aSnapshot({ freeInHours: 9, budgetUsd: 1, soft: true }),
      ['refuse', 'AskBudgetOwner'],
    ],
    [
      'stays when prices are too old',
      aSnapshot({ freeInHours: 9, priceAgeHours: 100 }),
      ['refuse', 'PriceTooOld'],
    ],
    [
      'stays when no pool has quota',
      aSnapshot({ freeInHours: 9, nodesLeft: 0 }),
      ['refuse', 'NoCapacity'],
    ],
  ])('%s', (_why, snapshot, want) => {
    const decision = only(snapshot)
    expect([decision.kind, decision.reason]).toEqual(want)
    expect(decision.says).not.toBe('')
  })
  test('shows both ways with cost, finish and band, the data to ship and the age of the price', () => {
    const decision = only(aSnapshot({ freeInHours: 9, datasetGb: 38 }))
    expect(decision).toMatchObject({
      pool: 'p4d-1a',
      priceAgeSeconds: 3600,
      budgetLeftUsd: expect.any(Number),
      stay: { startsAt: '2026-11-18T23:32:00Z' },
      go: { shipsGb: 38, shipSeconds: 380 },
    })
    expect(decision.go?.finishes).toEqual({
      at: '2026-11-18T16:38:20Z',
      earliest: '2026-11-18T16:08:20Z',
      latest: '2026-11-18T17:38:20Z',
    })
    // 380 s to ship outlast 360 s of boot by 20 s: the node is asked for 20 s later, and billed for its boot and two hours of work.
    expect(decision.go?.usd).toBeCloseTo(((360 + 2 * HOUR) / 3600) * 21.957642, 6)
  })
  test('ships nothing that is there already', () => {
    const snapshot = aSnapshot({ freeInHours: 9, datasetGb: 38 })
    expect(
      only({ ...snapshot, link: { ...snapshot.link, cached: new Set(['faces']) } }).go,
    ).toMatchObject({ shipsGb: 0, shipSeconds: 0 })
  })
})

test('a running cloud node with room is nearly free, and two jobs share a new one', () => {
  const first = { ...queued('a'), gpus: 4 }
  const snapshot = { ...aSnapshot({ freeInHours: 9 }), queue: [first, { ...first, id: 'b' }] }
  const [a, b] = decide(snapshot).decisions
  expect([a?.kind, b?.kind]).toEqual(['go', 'go'])
  expect(b?.go?.usd).toBeCloseTo(0, 6)
})

test('committed and planned spend never pass a hard cap together', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ gpus: fc.constantFrom(1, 4, 8, 16), hours: fc.integer({ min: 1, max: 9 }) }),
        { maxLength: 12 },
      ),
      fc.integer({ min: 0, max: 900 }),
      (jobs, budgetUsd) => {
        const snapshot = aSnapshot({ freeInHours: 30, budgetUsd })
        const queue = jobs.map(({ gpus, hours }, index) => ({
          ...queued(`j${index}`),
          gpus,
          runTime: { p10: hours * HOUR, p50: hours * HOUR, p90: hours * HOUR },
        }))
        const spent = decide({ ...snapshot, queue })
          .decisions.filter(({ kind }) => kind === 'go')
          .reduce((sum, { go }) => sum + (go?.usd ?? 0), 0)
        expect(spent).toBeLessThanOrEqual(budgetUsd + 1e-6)
      },
    ),
    { seed: 5, numRuns: 200 },
  )
})

describe('in the obvious directions', () => {
  const hours = fc.integer({ min: 0, max: 40 })
  const assert = (property: fc.IProperty<[number, number, number]>) =>
    fc.assert(property, { seed: 7, numRuns: 200 })
  const goes = (snapshot: Snapshot) => only(snapshot).kind === 'go'
  test('a later deadline never sends a job that would have stayed', () => {
    assert(
      fc.property(hours, hours, hours, (freeInHours, deadline, more) => {
        if (!goes(aSnapshot({ freeInHours, deadlineInHours: deadline })))
          expect(goes(aSnapshot({ freeInHours, deadlineInHours: deadline + more }))).toBe(false)
      }),
    )
  })
  test('a dearer hour of waiting never keeps a job that would have gone', () => {
    assert(
      fc.property(hours, hours, hours, (freeInHours, value, more) => {
        const of = (usdPerWaitHour: number) =>
          aSnapshot({ freeInHours, deadlineInHours: 200, usdPerWaitHour })
        if (goes(of(value))) expect(goes(of(value + more))).toBe(true)
      }),
    )
  })
  test('a dearer cloud never sends a job that would have stayed', () => {
    assert(
      fc.property(hours, hours, hours, (freeInHours, price, more) => {
        const of = (usdPerNodeHour: number) =>
          aSnapshot({ freeInHours, deadlineInHours: 200, usdPerWaitHour: 10, usdPerNodeHour })
        if (!goes(of(price + 1))) expect(goes(of(price + 1 + more))).toBe(false)
      }),
    )
  })
  test('a larger budget never keeps a job that would have gone', () => {
    assert(
      fc.property(hours, hours, hours, (freeInHours, budget, more) => {
        if (goes(aSnapshot({ freeInHours, budgetUsd: budget * 5 })))
          expect(goes(aSnapshot({ freeInHours, budgetUsd: (budget + more) * 5 }))).toBe(true)
      }),
    )
  })
})

test('a team that holds more than its share stands behind one that holds less', () => {
  const snapshot = aSnapshot({ freeInHours: 1 })
  const plain = (id: string, team: string) => ({ ...queued(id), team, deadlineS: NOW + 30 * HOUR })
  const starts = (runningTeam: string) => {
    const kinds = snapshot.kinds.map((kind) => ({
      ...kind,
      running: kind.running.map((run) => ({ ...run, team: runningTeam })),
    }))
    const { decisions } = decide({
      ...snapshot,
      kinds,
      queue: [plain('a', 'vision'), plain('b', 'speech')],
    })
    return decisions.map(({ stay }) => stay.startsAt ?? '')
  }
  const [greedyA = '', modestB = ''] = starts('vision')
  expect(modestB < greedyA).toBe(true)
  const [modestA = '', greedyB = ''] = starts('speech')
  expect(modestA < greedyB).toBe(true)
})

test('the same snapshot gives the same decisions, and a change of mind says what changed', () => {
  const before = decide(aSnapshot({ freeInHours: 1 })).decisions
  expect(decide(aSnapshot({ freeInHours: 1 })).decisions).toEqual(before)
  expect(changes(before, before)).toEqual([])
  const [change] = changes(before, decide(aSnapshot({ freeInHours: 9 })).decisions)
  expect(change).toMatchObject({ job: 'job', from: 'hold', to: 'go' })
  expect(change?.says).toContain(
    'the building is free 2026-11-18T23:32:00Z instead of 2026-11-18T15:32:00Z',
  )
})

const anyQueue = fc
  .array(
    fc.record({
      gpus: fc.constantFrom(1, 2, 4, 8, 16),
      hours: fc.integer({ min: 1, max: 9 }),
      deadlineInHours: fc.integer({ min: 1, max: 60 }),
      waited: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((rows) =>
    rows.map(({ gpus, hours, deadlineInHours, waited }, index) => ({
      ...queued(`j${index}`),
      gpus,
      runTime: { p10: hours * HOUR, p50: hours * HOUR, p90: hours * HOUR },
      deadlineS: NOW + deadlineInHours * HOUR,
      submittedS: NOW - waited * HOUR,
    })),
  )

test('promises survive planning again and newcomers: nobody who stays starts later, and one is sent after all only to make room', () => {
  fc.assert(
    fc.property(anyQueue, anyQueue, (queue, newcomers) => {
      const two = {
        ...aSnapshot(),
        kinds: aSnapshot().kinds.map((kind) => ({
          ...kind,
          free: [0, 0],
          running: [
            ...kind.running,
            ...kind.running.map((run) => ({ ...run, node: 1, expectedEndS: NOW + 3 * HOUR })),
          ],
        })),
      }
      const first = decide({ ...two, queue })
      const staying = queue.filter(({ id }) =>
        first.decisions.some(({ job, kind }) => job === id && kind === 'hold'),
      )
      const later = decide(
        {
          ...two,
          nowS: NOW + 600,
          queue: [...newcomers.map((job) => ({ ...job, id: `new-${job.id}` })), ...staying],
        },
        first.promises,
      )
      for (const { id } of staying) {
        const [was, now] = [first, later].map(({ decisions }) =>
          decisions.find(({ job }) => job === id),
        )
        expect(now?.kind === 'hold' || now?.reason === 'MakesRoom').toBe(true)
        if (now?.kind === 'hold')
          expect((now?.stay.startsAt ?? '') <= (was?.stay.startsAt ?? '')).toBe(true)
      }
    }),
    { seed: 11, numRuns: 200 },
  )
})

test('nothing new, no change of mind', () => {
  fc.assert(
    fc.property(anyQueue, (queue) => {
      const snapshot = { ...aSnapshot({ freeInHours: 4 }), queue }
      const first = decide(snapshot)
      const staying = queue.filter(({ id }) =>
        first.decisions.some(({ job, kind }) => job === id && kind === 'hold'),
      )
      const again = decide({ ...snapshot, nowS: NOW + 600, queue: staying }, first.promises)
      expect(again.decisions.map(({ kind }) => kind)).toEqual(staying.map(() => 'hold'))
    }),
    { seed: 12, numRuns: 200 },
  )
})

test('a quote for a job outside the queue counts what is planned and changes nothing', () => {
  const plan = decide(aSnapshot({ freeInHours: 1 }))
  const asked = { ...queued('asked'), deadlineS: NOW + 40 * HOUR }
  const quote = plan.quote(asked)
  // The job in the queue has the building from 15:32 on for two hours.
  expect(quote).toMatchObject({
    kind: 'hold',
    stay: { startsAt: '2026-11-18T17:32:00Z' },
    go: { usd: expect.any(Number) },
  })
  expect(plan.quote(asked)).toEqual(quote)
})
