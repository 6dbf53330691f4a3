import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyTrace, fault, play, seededTrace, twoZones } from '../../../../test/support/burst/traces'
import { divisibleBound, slackBound } from './bounds'
import { figures, finishTimes } from './figures'
import { policies } from './policies/catalogue'
import { takt } from './policies/takt'
import { noWait } from './policies/waiting'
import { at } from './trace'

const NAMES = [
  'no-wait',
  'fifo',
  'backfill',
  'constant',
  'starburst',
  'star-wait',
  'skypilot',
  'last-safe',
  'uniform-progress',
  'takt',
]
const usual = { usdPerWaitHour: 0, deadlines: 'keep' } as const
const fresh = (name: string) => {
  const [make] = policies(name, usual, false)
  if (!make) throw new Error(`There is no policy ${name}`)
  return make()
}
const runs = { numRuns: 60, seed: 20261118 }
const sigmas = fc.constantFrom(0, 0.25, 1)

describe.each(NAMES)('%s', (name) => {
  test('never puts two jobs on one GPU and never tears a gang apart, with noise and interruptions', () => {
    fc.assert(
      fc.property(anyTrace, sigmas, fc.boolean(), (trace, sigma, spot) => {
        expect(
          fault(play(trace, fresh(name), { sigma, spots: spot ? twoZones : [] })),
        ).toBeUndefined()
      }),
      runs,
    )
  })
  test('runs every job to its end, exactly as long as it takes', () => {
    fc.assert(
      fc.property(anyTrace, sigmas, (trace, sigma) => {
        const replayed = play(trace, fresh(name), { sigma })
        expect(replayed.unfinished).toEqual([])
        const last = new Map(replayed.runs.map((run) => [run.job, run]))
        for (const run of last.values())
          expect(run.endS - run.startS).toBeCloseTo(at(replayed.setting.jobs.runtime, run.job), 4)
      }),
      runs,
    )
  })
  test('does the same again under the same seed', () => {
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 0, max: 9 }), (trace, seed) => {
        expect(play(trace, fresh(name), { sigma: 0.5, seed }).runs).toEqual(
          play(trace, fresh(name), { sigma: 0.5, seed }).runs,
        )
      }),
      { ...runs, numRuns: 20 },
    )
  })
  test('knows nothing of what arrives later', () => {
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 1, max: 59 }), sigmas, (trace, cut, sigma) => {
        const prefix = trace.slice(0, cut)
        const untilS = trace[cut]?.submitS ?? Infinity
        const before = (replayed: ReturnType<typeof play>) =>
          replayed.runs
            .filter((run) => run.placedS < untilS)
            .map(({ job, place, shares, startS }) => ({ job, place, shares, startS }))
        expect(before(play(prefix, fresh(name), { sigma, spots: twoZones }))).toEqual(
          before(play(trace, fresh(name), { sigma, spots: twoZones })),
        )
      }),
      runs,
    )
  })
})

test('no deadline that can be met is missed with exact estimates, on demand or on spot', () => {
  fc.assert(
    fc.property(
      anyTrace,
      fc.constantFrom(0, 5, 100),
      fc.boolean(),
      (trace, usdPerWaitHour, spot) => {
        expect(
          figures(
            play(trace, takt({ usdPerWaitHour, deadlines: 'keep' }), {
              spots: spot ? twoZones : [],
            }),
            0,
          ).deadlineMisses,
        ).toBe(0)
      },
    ),
    { ...runs, numRuns: 150 },
  )
})

test('spend never exceeds the cap, however wrong the estimates and whatever waiting is worth', () => {
  fc.assert(
    fc.property(
      anyTrace,
      fc.record({
        sigma: sigmas,
        share: fc.double({ min: 0, max: 1.1, noNaN: true }),
        paced: fc.boolean(),
      }),
      (trace, { sigma, share, paced }) => {
        const budgetUsd = figures(play(trace, noWait()), 0).cloudUsd * share
        const replayed = play(
          trace,
          takt({ usdPerWaitHour: 100, deadlines: 'weigh', budgetUsd, budgetDays: 3, paced }),
          { sigma },
        )
        expect(replayed.cloudUsd).toBeLessThanOrEqual(budgetUsd + 1e-6)
        expect(fault(replayed)).toBeUndefined()
      },
    ),
    { ...runs, numRuns: 150 },
  )
})

test('nobody starves: without a cent for the cloud every job that fits the building still runs', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const replayed = play(trace, takt({ usdPerWaitHour: 1000, deadlines: 'weigh', budgetUsd: 0 }))
      expect(replayed.unfinished.map((job) => at(replayed.setting.jobs.gpus, job))).toEqual([])
      expect(replayed.cloudUsd).toBe(0)
    }),
    runs,
  )
})

test('no schedule that keeps every deadline beats the divisible bound', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const replayed = play(trace, takt(usual))
      expect(figures(replayed, 0).cloudGpuHours * 3600).toBeGreaterThanOrEqual(
        slackBound(replayed.setting.jobs, 24) - 1e-3,
      )
      expect(divisibleBound(replayed.setting.jobs, 24)).toBeGreaterThanOrEqual(
        slackBound(replayed.setting.jobs, 24) - 1e-3,
      )
    }),
    runs,
  )
})

test.each([1, 2, 3])(
  'on a seeded month %i a dearer hour of waiting means less waiting and a larger bill',
  (seed) => {
    const trace = seededTrace(seed, 1200)
    const rows = [1, 30, 1000].map((usdPerWaitHour) =>
      figures(play(trace, takt({ usdPerWaitHour, deadlines: 'weigh' }), { nodes: 8 }), 0),
    )
    expect(rows.map((row) => row.meanWaitHours)).toEqual(
      rows.map((row) => row.meanWaitHours).toSorted((a, b) => b - a),
    )
    expect(rows.map((row) => row.cloudUsd)).toEqual(
      rows.map((row) => row.cloudUsd).toSorted((a, b) => a - b),
    )
  },
)

test.each([1, 2, 3])(
  'on a seeded month %i keeping deadlines costs less than waiting to the last safe moment and much less than not waiting',
  (seed) => {
    const trace = seededTrace(seed, 1200)
    const [own, lastSafe, none] = ['takt', 'last-safe', 'no-wait'].map((name) =>
      figures(play(trace, fresh(name), { nodes: 8 }), 0),
    )
    expect(own?.deadlineMisses).toBe(0)
    expect(own?.cloudUsd).toBeLessThan(lastSafe?.cloudUsd ?? 0)
    expect(own?.cloudUsd).toBeLessThan((none?.cloudUsd ?? 0) * 0.8)
  },
)

test('spot is cheaper than on demand and misses nothing', () => {
  const trace = seededTrace(4, 800)
  const [demand, spot] = [undefined, twoZones].map((spots) =>
    figures(play(trace, takt(usual), { nodes: 8, ...(spots && { spots }) }), 0),
  )
  expect(spot?.deadlineMisses).toBe(0)
  expect(spot?.spotInterruptions).toBeGreaterThan(0)
  expect(spot?.cloudUsd).toBeLessThan((demand?.cloudUsd ?? 0) * 0.8)
})

test('a job that was interrupted ends once, later than it would have', () => {
  const trace = seededTrace(4, 300)
  const replayed = play(trace, takt(usual), { nodes: 4, spots: twoZones })
  const again = replayed.runs.filter((run) => run.restarts > 0)
  expect(again.length).toBeGreaterThan(0)
  const ends = finishTimes(replayed)
  for (const run of again)
    expect(at(ends, run.job)).toBeGreaterThanOrEqual(
      at(replayed.setting.jobs.submit, run.job) + at(replayed.setting.jobs.runtime, run.job) - 1e-6,
    )
})
