import { expect, test } from 'vitest'
import { takt } from './policies/takt'
import { lastSafe, noWait } from './policies/waiting'
import type { Setting } from './replay'
import { replay } from './run'
import { cloudPools, spotRecord, SUPPOSED_SPOT, supposedZones } from './spot'
import { jobTable } from './trace'

const job = (id: string, submitS: number, datasetGb: number) => ({
  id,
  submitS,
  gpus: 8,
  durationS: 3600,
  datasetGb,
})
const setting = (rows: Parameters<typeof jobTable>[0], more: Partial<Setting> = {}): Setting => {
  const jobs = jobTable(rows)
  return {
    jobs,
    estimates: jobs.runtime,
    nodes: 1,
    gpusPerNode: 8,
    pools: cloudPools(),
    stopwatch: () => 0,
    ...more,
  }
}

test('data goes one after the other over one link, and a job begins when both its node and its data are there', () => {
  // 100 GB at 0.125 GB/s take 800 s; a node boots in 360 s.
  const rows = [job('a', 0, 0), job('b', 0, 100), job('c', 0, 100), job('d', 5000, 1)]
  const played = replay(setting(rows, { linkGbPerSecond: 0.125 }), noWait())
  expect(played.runs.map(({ job: index, place, startS }) => [index, place, startS])).toEqual([
    [0, 'on-prem', 0],
    [1, 'cloud', 800],
    [2, 'cloud', 1600],
    [3, 'on-prem', 5000],
  ])
  expect(replay(setting(rows), noWait()).runs.map(({ startS }) => startS)).toEqual([
    0, 360, 360, 5000,
  ])
})
test('a deadline counts the way of the data: the last safe moment is earlier over a slow link', () => {
  const rows = [
    { ...job('a', 0, 0), durationS: 50_000 },
    { ...job('b', 0, 500), deadlineS: 20_000 },
  ]
  const leaves = (linkGbPerSecond: number) =>
    replay(setting(rows, { linkGbPerSecond }), lastSafe()).runs.find((run) => run.job === 1)
  const [fast, slow] = [leaves(10), leaves(0.04)]
  expect(slow?.placedS).toBeLessThan(fast?.placedS ?? 0)
  for (const run of [fast, slow]) expect(run?.endS).toBeLessThanOrEqual(20_000)
})
test('only the allowed share of jobs runs on spot nodes, chosen by name', () => {
  const rows = Array.from({ length: 400 }, (_, index) => ({
    ...job(`j${index}`, index * 600, 0),
    deadlineS: index * 600 + 90_000,
  }))
  const zone = { name: 'always', record: spotRecord([true], 600) }
  const onSpot = (spotShare: number) =>
    new Set(
      replay(
        setting(rows, { pools: cloudPools([zone]), spotShare }),
        takt({ usdPerWaitHour: 50, deadlines: 'weigh' }),
      )
        .runs.filter(({ pool }) => pool > 0)
        .map((run) => run.job),
    ).size
  expect(onSpot(0)).toBe(0)
  expect(onSpot(0.3) / onSpot(1)).toBeGreaterThan(0.2)
  expect(onSpot(0.3) / onSpot(1)).toBeLessThan(0.4)
})
test('supposed zones are the same for a seed, differ from each other, and are up as often as is said', () => {
  const zones = supposedZones(7)
  expect(supposedZones(7)).toEqual(zones)
  expect(supposedZones(8)).not.toEqual(zones)
  expect(new Set(zones.map(({ available }) => JSON.stringify(available))).size).toBe(
    SUPPOSED_SPOT.zones,
  )
  const up = Array.from({ length: 20 }, (_, seed) => supposedZones(seed))
    .flat()
    .flatMap(({ available }) => available)
  expect(up.filter(Boolean).length / up.length).toBeCloseTo(
    SUPPOSED_SPOT.upHours / (SUPPOSED_SPOT.upHours + SUPPOSED_SPOT.awayHours),
    1,
  )
})
