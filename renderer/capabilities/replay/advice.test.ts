import { describe, expect, it } from 'vitest'
import type { ReplayFigures, ReplayQuestion, ReplayRun } from '../../../preload/contract/replay'
import { adviceOf, differences } from './advice'
import { alongCube, alongPowers } from './view-model'

const question: ReplayQuestion = {
  source: 's',
  nodes: 4,
  gpusPerNode: 8,
  policies: ['takt'],
  usdPerWaitHour: 40,
  deadlines: 'weigh',
  usdPerNodeHour: 21.96,
  gbPerJob: 0,
  spotShare: 0,
  estimateSigma: 0,
  seed: 7,
}
const row = (
  knob: number,
  cloudUsd: number,
  meanWaitHours: number,
  budgetBreaches = 0,
): ReplayFigures => ({
  policy: 'takt',
  params: { usdPerWaitHour: knob },
  cloudUsd,
  meanWaitHours,
  cloudGpuHours: 0,
  billedNodeHours: 0,
  budgetBreaches,
  unfinishedJobs: 0,
})
const run = (kind: ReplayRun['kind'], rows: ReplayFigures[]): ReplayRun => ({
  id: kind,
  number: 0,
  title: 't',
  kind,
  at: '2026-11-01T00:00:00Z',
  question,
  source: { title: 't', simulated: false, jobs: 100, days: 30, meanRuntimeHours: 3 },
  played: rows.map((figures) => ({ figures, teams: [] })),
  seconds: 1,
  plays: rows.length,
})

describe('advice on the knob', () => {
  const now = run('run', [row(40, 8000, 1)])
  it('names the position with the smallest bill and what it saves', () => {
    // 8,000 + 100 jobs × 1 h × $40 against 6,500 + 100 × 1.2 × $40.
    expect(
      adviceOf(
        run('frontier', [row(90, 12_000, 0.5), row(18, 6500, 1.2), row(2, 1000, 9)]),
        now,
        40,
      ),
    ).toEqual({
      knob: 18,
      savesUsd: 700,
      cloudUsd: -1500,
      waitHours: expect.closeTo(0.2, 9) as number,
      perHourUsd: 40,
    })
  })
  it('says nothing where what was played is as good, or only a broken budget would be better', () => {
    expect(adviceOf(run('frontier', [row(18, 7990, 1), row(2, 1000, 9)]), now, 40)).toBeUndefined()
    expect(
      adviceOf(run('frontier', [row(18, 100, 1, 1), row(40, 8000, 1)]), now, 40),
    ).toBeUndefined()
    expect(adviceOf(undefined, now, 40)).toBeUndefined()
  })
  it('holds no bill against that of another what-if', () => {
    const other = {
      ...run('frontier', [row(18, 6500, 1.2), row(2, 1000, 9)]),
      question: { ...question, nodes: 6 },
    }
    expect(adviceOf(other, now, 40)).toBeUndefined()
  })
})
describe('what was supposed otherwise', () => {
  it('is named with both values', () => {
    expect(
      differences({ ...question, nodes: 6, spotShare: 0.25 }, { ...question, budgetUsd: 5000 }),
    ).toEqual([
      'On-prem nodes of 8 GPUs: 4, now 6',
      'Cloud budget, span: $5,000, now no cap',
      'Spot share allowed: 0 %, now 25 %',
    ])
    expect(differences(question, question)).toEqual([])
  })
})
describe('sliders', () => {
  it.each([
    [alongPowers(0.1, 100), [0.1, 1, 10, 100]],
    [alongCube(1000), [0, 1, 250, 1000]],
  ])('go back to where they came from', (scale, values) => {
    for (const value of values) expect(scale.from(scale.to(value))).toBeCloseTo(value, 9)
  })
})
