import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededTrace } from '../../../test/support/burst/traces'
import { buildReplayWorker } from '../../../test/support/replay-worker'
import { answer } from './replay-run'
import { askThread, type PlayedPolicy, type ThreadQuestion } from './replay-thread'

let built: Awaited<ReturnType<typeof buildReplayWorker>>
beforeAll(async () => {
  built = await buildReplayWorker()
}, 60_000)
afterAll(() => {
  built.remove()
})

const question = (
  jobs: number,
  policies = ['no-wait', 'bound-slack', 'takt', 'starburst'],
): ThreadQuestion => ({
  jobs: seededTrace(5, jobs).map((job, index) => ({
    ...job,
    team: index % 3 === 0 ? 'vision' : 'speech',
  })),
  nodes: 6,
  gpusPerNode: 8,
  policies,
  sweep: true,
  estimateSigma: 0.25,
  seed: 1,
  takt: { usdPerWaitHour: 0, deadlines: 'weigh' },
  zones: [],
  usageSteps: 50,
})

test('a thread answers what the same code answers in place, with progress, usage over time and teams', async () => {
  const asked = question(400)
  const shares: number[] = []
  const early: PlayedPolicy[] = []
  const told = await askThread(built.script, asked, {
    progress: (share) => shares.push(share),
    found: (played) => early.push(played),
  })
  expect(early.length).toBe(told.policies.length)
  expect(told.policies).toEqual(expect.arrayContaining(early))
  const inPlace = await answer({ ...asked, spots: [] }, { stopwatch: () => 0 })
  const plain = (rows: typeof inPlace.figures) =>
    rows.map(
      ({ decisionMicrosP50: _p50, decisionMicrosP99: _p99, wallSeconds: _seconds, ...row }) => row,
    )
  expect(plain(told.policies.map(({ figures }) => figures))).toEqual(plain(inPlace.figures))
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares.length).toBeGreaterThan(10)
  const own = told.policies.find(({ figures }) => figures.policy === 'takt')
  expect(own?.teams.map(({ team, jobs }) => [team, jobs])).toEqual([
    ['speech', 266],
    ['vision', 134],
  ])
  const { asked: wanted = new Float64Array(), waiting = new Float64Array() } = own?.usage ?? {}
  const gpuHours = (values: Float64Array) =>
    (values.reduce((sum, gpus) => sum + gpus, 0) * (own?.usage?.stepS ?? 0)) / 3600
  expect(gpuHours(wanted)).toBeCloseTo(
    asked.jobs.reduce((sum, { gpus, durationS }) => sum + gpus * durationS, 0) / 3600,
    3,
  )
  expect(gpuHours(waiting)).toBeGreaterThan(0)
  const { stepS = 0, cloud = new Float64Array() } = own?.usage ?? {}
  expect((cloud.reduce((sum, gpus) => sum + gpus, 0) * stepS) / 3600).toBeCloseTo(
    own?.figures.cloudGpuHours ?? NaN,
    3,
  )
})
test('a signal ends it at once', async () => {
  const stop = new AbortController()
  const asked = askThread(built.script, question(4000), {
    signal: stop.signal,
    progress: () => stop.abort(new Error('enough')),
  })
  await expect(asked).rejects.toThrow('enough')
})
