import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demandQuantile, divisibleBound, slackBound } from './bounds'
import { pace, pacedUsdPerWaitHour, thriftS } from './budget'
import { Calibration } from './calibration'
import { calibrate, estimator, type PastJob } from './estimate'
import { accuracy, Forecaster } from './forecast'
import { TimeHeap } from './heap'
import { spotRecord } from './spot'
import { defaultDeadline, fnv1a32, jobTable, noisyEstimates } from './trace'
import { waitLimitS } from './value'
import { seeded } from '../../../kernel/random'

test('the heap gives back times in order, and equal ones as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000 }), (times) => {
      const heap = new TimeHeap()
      times.forEach((time, item) => heap.push(time, item))
      const popped = times.map(() => [heap.peekTime(), heap.pop()])
      expect(popped).toEqual(
        times
          .map((time, item) => [time, item])
          .toSorted(([a = 0, i = 0], [b = 0, j = 0]) => a - b || i - j),
      )
      expect([heap.size, heap.peekTime(), heap.pop()]).toEqual([0, Infinity, -1])
    }),
    { seed: 1, numRuns: 40 },
  )
})

describe('a trace', () => {
  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j by FNV-1a as published', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash)
  })
  test('has a deadline by the rule', () => {
    const share = [0.1, 0.25, 0.5, 1, 2, 4][fnv1a32('x') % 6] ?? NaN
    expect(defaultDeadline({ id: 'x', submitS: 50, durationS: 1000 })).toBe(
      50 + 1000 + 900 + share * 1000,
    )
    expect(
      jobTable([{ id: 'x', submitS: 50, durationS: 1000, gpus: 1, deadlineS: 77 }]).deadline[0],
    ).toBe(77)
  })
  test('is sorted by arrival, and gangs above 64 GPUs are dropped and counted', () => {
    const table = jobTable([
      { id: 'b', submitS: 9, gpus: 64, durationS: 1 },
      { id: 'c', submitS: 1, gpus: 65, durationS: 1 },
      { id: 'a', submitS: 2, gpus: 1, durationS: 1 },
    ])
    expect([table.ids, table.count, table.dropped]).toEqual([['a', 'b'], 2, 1])
  })
  test('has noise with median 1 and the given spread, and none at sigma 0', () => {
    const table = jobTable(
      Array.from({ length: 4000 }, (_, index) => ({
        id: `j${index}`,
        submitS: index,
        gpus: 1,
        durationS: 100,
      })),
    )
    const logs = noisyEstimates(table, 0.5, 3)
      .map((seconds) => Math.log(seconds / 100))
      .sort()
    expect(Math.abs(logs[2000] ?? 1)).toBeLessThan(0.03)
    expect(Math.sqrt(logs.reduce((sum, value) => sum + value * value, 0) / 4000)).toBeCloseTo(
      0.5,
      1,
    )
    expect(noisyEstimates(table, 0, 3)).toEqual(table.runtime)
  })
})

test('bounds and demand by hand', () => {
  const jobs = jobTable([
    { id: 'a', submitS: 0, gpus: 8, durationS: 100, deadlineS: 100 },
    { id: 'b', submitS: 0, gpus: 8, durationS: 100, deadlineS: 150 },
    { id: 'c', submitS: 200, gpus: 4, durationS: 100, deadlineS: 900 },
  ])
  expect(divisibleBound(jobs, 8)).toBe(800)
  // Eight GPUs serve a until 100 and half of b until 150.
  expect(slackBound(jobs, 8)).toBeCloseTo(400, 6)
  expect([demandQuantile(jobs, 0.4), demandQuantile(jobs, 0.9)]).toEqual([0, 16])
})

test('patience grows faster than size and falls with the value of waiting', () => {
  const limit = (gpuHours: number, usdPerWaitHour: number) =>
    waitLimitS({ gpuHours, gpuHourUsd: 2.5, usdPerWaitHour })
  expect(limit(10, 25)).toBeCloseTo(3600, 6)
  expect(limit(100, 25)).toBeGreaterThan(36_000)
  expect(limit(10, 50)).toBeCloseTo(1800, 6)
  expect(limit(10, 0)).toBe(Infinity)
})

test('a budget ahead of its pace makes jobs wait, one behind does not', () => {
  const cap = { usd: 1000, fromS: 0, days: 10 }
  expect(pace(cap, 1000, 864_000)).toBeCloseTo(1, 9)
  const job = { gpuHours: 10, gpuHourUsd: 2.5 }
  expect(thriftS(job, 1)).toBe(0)
  expect(thriftS(job, 1.2)).toBeGreaterThan(thriftS(job, 1.1))
  expect(pacedUsdPerWaitHour(1.2)).toBeLessThan(pacedUsdPerWaitHour(0.8))
})

test('calibration learns spread and bias, and is exact while estimates are', () => {
  const random = seeded(9)
  const [exact, noisy] = [new Calibration(), new Calibration()]
  for (let index = 0; index < 2000; index += 1) {
    exact.observe(50, 50)
    noisy.observe(
      100 * Math.exp(0.3 * (random.next() + random.next() + random.next() - 1.5) * 2),
      100,
    )
  }
  expect([exact.factor(3), exact.sigma]).toEqual([1, 0])
  expect(noisy.sigma).toBeCloseTo(0.3, 1)
  expect(noisy.factor(2)).toBeGreaterThan(1.6)
})

test('bands of forecasts come to hold four times out of five', () => {
  const random = seeded(4)
  const forecaster = new Forecaster()
  for (let job = 0; job < 3000; job += 1) {
    forecaster.predict(job, 0, 1000)
    forecaster.ended(job, 1000 * Math.exp(0.6 * (random.next() - 0.3)))
  }
  expect(accuracy(forecaster.made.slice(500)).held).toBeCloseTo(0.8, 1)
})

describe('an estimate', () => {
  const past: PastJob[] = Array.from({ length: 20 }, (_, index) => ({
    user: 'mara',
    name: `resnet-${index}`,
    gpus: 8,
    seconds: 1000 + index,
  }))
  const estimate = estimator([
    ...past,
    ...past.map((job) => ({ ...job, user: 'ido', name: `bert-${job.seconds}`, seconds: 9000 })),
  ])
  test.each<[why: string, want: string, job: Parameters<typeof estimate>[0], reported?: number]>([
    ['what the job reports', 'reported', { user: 'mara', name: 'resnet-99', gpus: 8 }, 500],
    ['runs of the same name', 'user-name-gpus', { user: 'mara', name: 'resnet-99', gpus: 8 }],
    ['runs of the same person', 'user-gpus', { user: 'mara', name: 'new', gpus: 8 }],
    ['runs of the same size', 'gpus', { user: 'new', name: 'new', gpus: 8 }],
    ['all runs', 'everything', { user: 'new', name: 'new', gpus: 2 }],
  ])('rests on %s', (_why, want, ...asked) => {
    expect(estimate(...asked).basis).toBe(want)
  })
  test('rests on a probe where there is no history', () => {
    expect(estimator([])({ user: 'a', name: 'b', gpus: 1 })).toMatchObject({
      basis: 'probe',
      from: 0,
    })
  })
  test('has quantiles in order, corrected by what earlier estimates missed', () => {
    const { runTime } = estimate({ user: 'mara', name: 'resnet-1', gpus: 8 })
    expect(runTime).toEqual({ p10: 1001, p50: 1009, p90: 1017 })
    expect(calibrate(runTime, Float64Array.from([1, 2, 2, 2, 4])).p50).toBe(2018)
  })
})

test('availability repeats without end and knows when it last changed', () => {
  const zone = spotRecord([true, true, false, true], 100)
  expect([0, 199, 200, 299, 300, 400, 600].map((timeS) => zone.availableAt(timeS))).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ])
  expect([0, 200, 299, 300, 500].map((timeS) => zone.nextChangeS(timeS))).toEqual([
    200, 300, 300, 600, 600,
  ])
  expect([50, 250, 350].map((timeS) => zone.sinceS(timeS))).toEqual([0, 200, 300])
  expect(spotRecord([true, true], 100).nextChangeS(5)).toBe(Infinity)
  const flaky = spotRecord(
    Array.from({ length: 200 }, (_, index) => index % 2 === 0),
    600,
  )
  expect(flaky.meanUpS(100_000)).toBeLessThan(1200)
})
