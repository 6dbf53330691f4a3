import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, test } from 'vitest'
import { differences, expectedOf, fixtureFolder } from '../../../test/support/answers'
import { daysOf } from '../../platform/calendar'
import { exact, Fraction, total, ZERO } from '../../kernel/exact'
import { readMetering } from './adapters/metering-file'
import { BudgetsFile, PricesFile } from './adapters/prices-file'
import { GROUPINGS, moneyReport, type Grouping, type Metering } from './domain/ledger'

const made = mkdtempSync(join(tmpdir(), 'takt-metering-'))
afterAll(() => rmSync(made, { recursive: true }))
const folder = fixtureFolder('money', 'public')
const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const october = daysOf({ from: '2026-10-01', to: '2026-11-01', zone: 'Europe/Oslo' })

describe.skipIf(folder === undefined)('the public fixture (needs TAKT_TEST_DATA)', () => {
  const at = (name: string) => join(folder ?? '', name)
  it('is answered in every figure, to the last digit', async () => {
    const { metering, problems } = await readMetering(at('metering.jsonl'))
    const report = moneyReport(metering, PricesFile.parse(json(at('prices.json'))), {
      days: october,
      budgets: BudgetsFile.parse(json(at('budgets.json'))),
    })
    expect(problems).toEqual([])
    expect(differences(report, expectedOf(folder ?? '').expected)).toEqual([])
  })
  it('costs the same along every grouping', async () => {
    const { metering } = await readMetering(at('metering.jsonl'))
    const book = PricesFile.parse(json(at('prices.json')))
    for (const by of GROUPINGS) {
      const report = moneyReport(metering, book, { days: october, by, budgets: [] })
      const cents = Object.values(report.by[by] ?? {}).map((row) => new Fraction(row.cents))
      expect([by, total(cents).equals(new Fraction(report.total.cents))]).toEqual([by, true])
    }
  })
})

const at = (hour: number) => new Date((october.fromS + hour * 3600) * 1000).toISOString()
const BOOK = PricesFile.parse({
  versions: [
    {
      version: 'v1',
      from: at(-1000),
      cpuUsdPerCoreHour: '0.01',
      memoryUsdPerGiHour: '0.001',
      storageUsdPerGiMonth: '0.02',
      gpus: [
        { site: 'oslo', model: 'A100', resource: 'nvidia.com/gpu', usdPerHour: '1.5' },
        {
          site: 'oslo',
          model: 'A100',
          resource: 'nvidia.com/mig-1g.10gb',
          usdPerHour: '0.2',
          share: '1/7',
        },
      ],
    },
    {
      version: 'v2',
      from: at(10),
      cpuUsdPerCoreHour: '0.01',
      memoryUsdPerGiHour: '0.001',
      storageUsdPerGiMonth: '0.02',
      gpus: [{ site: 'oslo', model: 'A100', resource: 'nvidia.com/gpu', usdPerHour: '2' }],
    },
  ],
})
const POD = {
  kind: 'pod',
  uid: 'p1',
  project: 'voice',
  person: 'mara',
  site: 'oslo',
  model: 'A100',
  gpus: 2,
  cpu: 0,
  memoryGi: 0,
  queuedAt: at(4),
  startedAt: at(8),
  endedAt: at(12),
}
let files = 0
async function meteringOf(...records: unknown[]) {
  const file = join(made, `${String(files++)}.jsonl`)
  const line = (record: unknown) => (typeof record === 'string' ? record : JSON.stringify(record))
  writeFileSync(file, records.map(line).join('\n'))
  return readMetering(file)
}
const reportOf = (metering: Metering, by?: Grouping) =>
  moneyReport(metering, BOOK, { days: october, by, budgets: [] })

it('prices each hour by the book that was valid then', async () => {
  const { metering } = await meteringOf(POD)
  // Two GPUs for two hours at 1.50 and for two hours at 2.00.
  expect(reportOf(metering).by['project']?.['voice']).toMatchObject({
    requestedGpuHours: '16.000000',
    allocatedGpuHours: '8.000000',
    gpuUsd: '14.000000',
    unpricedGpuHours: '0.000000',
  })
})
it('never guesses a price: a slice that the new book forgot is unpriced from then on', async () => {
  const { metering } = await meteringOf({ ...POD, gpus: 1, resource: 'nvidia.com/mig-1g.10gb' })
  expect(reportOf(metering).by['project']?.['voice']).toMatchObject({
    gpuUsd: '0.400000',
    unpricedGpuHours: '2.000000',
    allocatedGpuHours: '2.285714',
  })
})
it('charges the owner of the moment', async () => {
  const owner = { kind: 'project', name: 'voice', from: at(-50) }
  const { metering } = await meteringOf(
    { ...owner, team: 'Voice', costCentre: '1' },
    { ...owner, team: 'Search', costCentre: '2', from: at(11) },
    POD,
  )
  const report = reportOf(metering)
  expect(report.by['team']?.['Voice']?.gpuUsd).toBe('10.000000')
  expect(report.by['team']?.['Search']?.gpuUsd).toBe('4.000000')
})

const row = (engine: unknown[], more: object = {}) => ({
  kind: 'samples',
  pod: 'p1',
  gpu: 0,
  from: at(8),
  step: 300,
  engine,
  ...more,
})
test.each<[what: string, rows: object[], hours: string]>([
  ['three low samples in a row are a quarter of an hour', [row(['0', '0', '0.049'])], '0.250000'],
  ['two are not', [row(['0', '0', '0.9'])], '0.000000'],
  ['the threshold itself is not idle', [row(['0', '0', '0.05', '0'])], '0.000000'],
  ['a hole ends a stretch', [row(['0', '0', null, '0', '0'])], '0.000000'],
  [
    'two rows that join are one stretch',
    [row(['0', '0']), row(['0'], { from: new Date(Date.parse(at(8)) + 600_000).toISOString() })],
    '0.250000',
  ],
  ['each GPU for itself', [row(['0', '0', '0']), row(['0', '0', '0'], { gpu: 1 })], '0.500000'],
  ['only inside the allocation', [row(Array(24).fill('0'), { from: at(7) })], '1.000000'],
])('idle: %s', async (_what, rows, hours) => {
  const { metering } = await meteringOf(POD, ...rows)
  expect(reportOf(metering).by['project']?.['voice']?.idleGpuHours).toBe(hours)
})

it('names what makes no sense with its line, and counts the rest', async () => {
  const bad: [record: unknown, why: RegExp][] = [
    ['not json', /not JSON/],
    [[], /not JSON/],
    [{ kind: 'toString' }, /unknown kind/],
    [{ ...POD, uid: 'p2', endedAt: at(3) }, /ends before it begins/],
    [{ ...POD, uid: 'p3', startedAt: at(3) }, /starts before it was queued/],
    [{ ...POD }, /pod p1 stands twice/],
    [{ ...POD, uid: 'p4', gpus: -1 }, /gpus is no amount/],
    [{ ...POD, uid: 'p5', gpus: '0.00000000001' }, /more than nine decimals/],
    [{ ...POD, uid: 'p6', queuedAt: '2026-10-01T10:00:00' }, /no instant with an offset/],
    [row(['1.01', 'NaN', '0.5', '']), /3 samples are no share/],
    [row(['0'], { step: 0 }), /step has to be a whole number/],
    [{ kind: 'node', name: 'n', site: 'oslo', model: 'A100', gpus: 8.5, from: at(0) }, /gpus/],
    [{ kind: 'gap', site: 'oslo', from: at(2), to: at(1) }, /ends before it begins/],
    [{ kind: 'shared', name: 'x', usdPerHour: '-1', from: at(0) }, /no price/],
  ]
  const { metering, problems } = await meteringOf(POD, ...bad.map(([record]) => record))
  expect(problems.map(({ line }) => line)).toEqual(bad.map((_bad, index) => index + 2))
  for (const [index, { why }] of problems.entries()) expect(why).toMatch(bad[index]?.[1] ?? '')
  expect(metering.pods).toHaveLength(1)
})

/** Some pods with samples, as records in any order. */
const somePods = fc.array(
  fc.record({
    project: fc.constantFrom('a', 'b', 'c'),
    person: fc.constantFrom('x', 'y'),
    gpus: fc.integer({ min: 0, max: 8 }),
    queued: fc.integer({ min: -48, max: 800 }),
    waits: fc.nat(9),
    runs: fc.nat(99),
    engine: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 }),
  }),
  { maxLength: 12 },
)
type SomePod = typeof somePods extends fc.Arbitrary<infer T> ? T : never
const recordsOf = (pods: SomePod) =>
  pods.flatMap(({ queued, waits, runs, engine, ...pod }, index) => {
    const uid = `p${String(index)}`
    const startedAt = at(queued + waits)
    const samples =
      pod.gpus > 0
        ? [
            row(
              engine.map((share) => share / 100),
              { pod: uid, from: startedAt },
            ),
          ]
        : []
    return [
      { ...POD, ...pod, uid, queuedAt: at(queued), startedAt, endedAt: at(queued + waits + runs) },
      ...samples,
    ]
  })
it('whatever ran: requested ≥ allocated ≥ used and idle, and every grouping adds up', async () => {
  await fc.assert(
    fc.asyncProperty(somePods, async (pods) => {
      const { metering, problems } = await meteringOf(...recordsOf(pods))
      expect(problems).toEqual([])
      const report = reportOf(metering, 'day')
      for (const rows of Object.values(report.by)) {
        const sum = (of: 'usd' | 'cents') =>
          Object.values(rows ?? {}).reduce((all, one) => all.add(exact(one[of]) ?? ZERO), ZERO)
        expect(sum('cents').equals(new Fraction(report.total.cents))).toBe(true)
        for (const one of Object.values(rows ?? {})) {
          const [requested, allocated, used, idle] = [
            one.requestedGpuHours,
            one.allocatedGpuHours,
            one.usedGpuHours,
            one.idleGpuHours,
          ].map(Number) as [number, number, number, number]
          expect(requested).toBeGreaterThanOrEqual(allocated)
          expect(allocated).toBeGreaterThanOrEqual(used)
          expect(allocated).toBeGreaterThanOrEqual(idle)
        }
      }
    }),
    { numRuns: 40 },
  )
})
it('the order of records changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      somePods.chain((pods) => {
        const records = recordsOf(pods)
        return fc.tuple(
          fc.constant(records),
          fc.shuffledSubarray(records, { minLength: records.length }),
        )
      }),
      async ([records, shuffled]) => {
        const [one, other] = [await meteringOf(...records), await meteringOf(...shuffled)]
        expect(reportOf(other.metering)).toEqual(reportOf(one.metering))
      },
    ),
    { numRuns: 40 },
  )
})
