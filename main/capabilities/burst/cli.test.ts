import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededTrace } from '../../../test/support/burst/traces'
import { toCsv } from '../../../preload/contract/text/csv'
import { burstCommands } from './cli'
import type { Figures } from './domain/figures'

interface Answer {
  trace: string
  jobs: number
  dropped: number
  meanRuntimeHours: number
  nodes: number
  policies: Figures[]
}
let [folder, trace] = ['', '']
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'takt-replay-'))
  trace = join(folder, 'seeded.csv')
  await writeFile(
    trace,
    toCsv(
      ['job_id', 'submission_time', 'num_gpu', 'duration'],
      [
        ...seededTrace(3, 400).map((job) => [job.id, job.submitS, job.gpus, job.durationS]),
        ['giant', 10, 65, 60],
      ],
    ),
  )
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function takt(...words: string[]): Promise<{ out: string; aside: string }> {
  const said = { out: '', aside: '' }
  const program = new Command('takt')
    .exitOverride()
    .option('--json')
    .configureOutput({
      writeErr: (text) => {
        said.aside += text
      },
    })
  burstCommands(program, {
    json: (text) => {
      said.out += text
    },
    result: (text) => {
      said.out += text
    },
    aside: (text) => {
      said.aside += text
    },
  })
  await program.parseAsync(['burst', 'replay', '--trace', trace, ...words], { from: 'user' })
  return said
}
const json = async (...words: string[]) =>
  JSON.parse((await takt('--json', ...words)).out) as Answer

test('prints one object with every policy, bounds included', async () => {
  const answer = await json('--nodes', '6')
  expect(answer).toMatchObject({ trace: 'seeded.csv', jobs: 400, dropped: 1, nodes: 6 })
  expect(answer.policies.map((row) => row.policy)).toEqual([
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
    'bound-divisible',
    'bound-slack',
  ])
  const own = answer.policies.find((row) => row.policy === 'takt')
  expect(own).toMatchObject({ deadlineMisses: 0, budgetBreaches: 0, unfinishedJobs: 0 })
  expect(own?.cloudUsd).toBeCloseTo((own?.billedNodeHours ?? 0) * 21.957642, 4)
})
test('sweeps knobs, and keeps to a budget', async () => {
  const swept = await json('--nodes', '6', '--policy', 'takt,starburst', '--sweep')
  const waits = (name: string) =>
    swept.policies
      .filter((row) => row.policy === name)
      .map((row) => row.meanWaitHours / swept.meanRuntimeHours)
  for (const name of ['takt', 'starburst'])
    expect([Math.min(...waits(name)) < 0.02, Math.max(...waits(name)) > 0.4]).toEqual([true, true])
  const half = Math.max(...swept.policies.map((row) => row.cloudUsd)) / 2
  const [guarded] = (
    await json(
      '--nodes',
      '6',
      '--policy',
      'takt',
      '--budget-usd',
      String(half),
      '--estimate-sigma',
      '1',
    )
  ).policies
  expect(guarded?.cloudUsd).toBeLessThanOrEqual(half + 1e-6)
})
test('takes the median demand where no size is given', async () => {
  expect((await json('--policy', 'no-wait')).nodes).toBeGreaterThan(0)
})
test('says the same to people', async () => {
  expect((await takt('--policy', 'takt', '--nodes', '6')).out).toMatch(
    /400 jobs \(1 above 64 GPUs left out\).*6 nodes[\s\S]*takt/,
  )
})

describe('the schedule', () => {
  const table = async (file: string) =>
    (await readFile(join(folder, 'schedule', file), 'utf8'))
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  beforeAll(async () => {
    await takt('--nodes', '6', '--policy', 'takt,no-wait', '--schedule', join(folder, 'schedule'))
  })
  test('has two files for each policy', async () => {
    expect((await readdir(join(folder, 'schedule'))).toSorted()).toEqual([
      'no-wait.jobs.csv',
      'no-wait.nodes.csv',
      'takt.jobs.csv',
      'takt.nodes.csv',
    ])
  })
  test('adds up to what was printed: GPU-hours, node-hours, and nobody twice on a GPU', async () => {
    const [printed] = (await json('--nodes', '6', '--policy', 'takt')).policies
    const [jobs, nodes] = [await table('takt.jobs.csv'), await table('takt.nodes.csv')]
    const cloudS = jobs
      .filter(([, place]) => place === 'cloud')
      .reduce((sum, [, , , gpus, from, to]) => sum + Number(gpus) * (Number(to) - Number(from)), 0)
    expect(cloudS / 3600).toBeCloseTo(printed?.cloudGpuHours ?? NaN, 6)
    expect(
      nodes.reduce((sum, [, from, to]) => sum + Number(to) - Number(from), 0) / 3600,
    ).toBeCloseTo(printed?.billedNodeHours ?? NaN, 6)
    for (const node of new Set(jobs.map(([, , name]) => name))) {
      const changes = jobs
        .filter(([, , name]) => name === node)
        .flatMap(
          ([, , , gpus, from, to]) =>
            [
              [Number(from), Number(gpus)],
              [Number(to), -Number(gpus)],
            ] as const,
        )
      let taken = 0
      for (const [, change] of changes.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]))
        expect((taken += change)).toBeLessThanOrEqual(8)
    }
  })
})

test.each<[why: string, words: string[], says: RegExp]>([
  ['an unknown policy', ['--policy', 'magic'], /magic is not one of/],
  ['a file that is not there', ['--spot', '/nowhere/zone.json'], /zone\.json/],
])('refuses %s as the contract does', async (_why, words, says) => {
  await expect(takt(...words)).rejects.toMatchObject({
    code: expect.stringMatching(/INVALID|NOT_FOUND/) as string,
    data: expect.anything() as object,
  })
  await takt(...words).catch((error: { data: object }) => {
    expect(JSON.stringify(error.data)).toMatch(says)
  })
})
test.each([
  ['--nodes', '0'],
  ['--nodes', '1.5'],
  ['--estimate-sigma', '-1'],
  ['--budget-usd', 'lots'],
  ['--deadlines', 'perhaps'],
])('refuses %s %s', async (option, value) => {
  await expect(takt(option, value)).rejects.toMatchObject({ code: 'commander.invalidArgument' })
})

const data = process.env['TAKT_TEST_DATA'] ?? ''
describe.skipIf(!existsSync(join(data, 'traces/itp_cluster02.csv.gz')))(
  'on the ITP traces in TAKT_TEST_DATA',
  () => {
    const REFERENCE = [
      ['02', 12, 51_699, 26_682],
      ['03', 16, 84_848, 57_766],
      ['07', 33, 80_560, 34_844],
    ] as const
    test.each(REFERENCE)(
      'ITP %s agrees with published GPU-hours of no wait and Starburst, and Takt misses nothing and pays less',
      async (name, nodes, noWait, starburst) => {
        const file = join(data, `traces/itp_cluster${name}.csv.gz`)
        const { policies } = await json(
          '--trace',
          file,
          '--nodes',
          String(nodes),
          '--policy',
          'no-wait,starburst,last-safe,takt',
        )
        const [none, star, safe, own] = policies
        expect(Math.abs((none?.cloudGpuHours ?? 0) / noWait - 1)).toBeLessThan(0.05)
        expect(Math.abs((star?.cloudGpuHours ?? 0) / starburst - 1)).toBeLessThan(0.05)
        expect(own?.deadlineMisses).toBe(0)
        expect(own?.cloudUsd).toBeLessThan((safe?.cloudUsd ?? 0) * 0.92)
      },
    )
  },
)
