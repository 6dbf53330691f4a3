import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openBooks, packBooks } from './bundles/form'
import { taktDrift as takt } from './testing/command'
import { Tables } from './testing/tables'

let tables: Tables, reference: string, shifted: string
const rows = (shift: number) =>
  `SELECT (hash(i) % 10007) / 100.0 + ${shift} AS x, 'k' || (hash(i + 9) % 4) AS c, CASE WHEN i % 2 = 0 THEN 'ref' ELSE 'cur' END AS side, TIMESTAMP '2026-01-05' + to_days((i // 500)::INTEGER) AS t FROM range(7000) t(i)`
beforeAll(async () => {
  tables = await Tables.open()
  reference = await tables.write('reference.parquet', rows(0))
  shifted = await tables.write('shifted.parquet', rows(60))
})
afterAll(() => tables.close())
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const json = (text: string) =>
  JSON.parse(text) as Record<string, unknown> & { columns: Record<string, unknown>[] }

describe('takt drift compare', () => {
  test('writes one JSON object and nothing else on standard output', async () => {
    const { out, err, code } = await takt(
        'compare',
        '--reference',
        reference,
        '--current',
        shifted,
        '--columns',
        'x,c',
        '--json',
      ),
      found = json(out)
    expect(code).toBe(0)
    expect(out.trim().split('\n').length).toBe(1)
    expect(err).toMatch(/2 of 2/)
    expect(found).toMatchObject({ rows: { reference: 7000, current: 7000 }, drifted: true })
    expect(found.columns.map(({ column, kind, decision }) => [column, kind, decision])).toEqual([
      ['x', 'numeric', 'drifted'],
      ['c', 'categorical', 'stable'],
    ])
    expect(Object.keys(found.columns[0] ?? {})).toEqual(
      expect.arrayContaining(['reason', 'severity', 'pAdjusted', 'statistics']),
    )
  })
  test('one file with a filter for each side, kinds and a preset', async () => {
    const { out } = await takt(
      'compare',
      '--reference',
      reference,
      '--current',
      reference,
      '--where-reference',
      "side = 'ref'",
      '--where-current',
      "side = 'cur'",
      '--columns',
      'x',
      '--kinds',
      'x=categorical',
      '--preset',
      'evidently-0.7',
      '--json',
    )
    expect(json(out)).toMatchObject({
      rows: { reference: 3500, current: 3500 },
      columns: [
        { kind: 'categorical', preset: { method: 'Jensen-Shannon distance', threshold: 0.1 } },
      ],
    })
  })
  test('ends with 3 on drift where that is asked, and with 0 where nothing drifted', async () => {
    expect(
      (
        await takt(
          'compare',
          '--reference',
          reference,
          '--current',
          shifted,
          '--columns',
          'x',
          '--fail-on-drift',
        )
      ).code,
    ).toBe(3)
    expect(
      (
        await takt(
          'compare',
          '--reference',
          reference,
          '--current',
          reference,
          '--columns',
          'x',
          '--fail-on-drift',
        )
      ).code,
    ).toBe(0)
  })
  test('bad input ends with 2, words and a remedy, and an empty standard output', async () => {
    const missing = await takt('compare', '--reference', reference, '--current', 'nowhere.parquet')
    expect(missing).toMatchObject({ code: 2, out: '' })
    expect(missing.err).toMatch(/There is no file nowhere\.parquet\.\nCheck the path/)
    expect(
      JSON.parse(
        (
          await takt('compare', '--reference', reference, '--current', 'nowhere.parquet', '--json')
        ).err
          .trim()
          .split('\n')
          .at(-1) ?? '',
      ),
    ).toMatchObject({ error: { code: 'UNUSABLE_INPUT' } })
    await expect(takt('compare', '--reference', reference)).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    })
    await expect(
      takt('compare', '--reference', reference, '--current', reference, '--preset', 'nope'),
    ).rejects.toMatchObject({ code: 'commander.invalidArgument' })
  })
  test('infinities are written as text', async () => {
    const wide = await tables.write(
      'wide.parquet',
      'SELECT CASE WHEN i % 2 = 0 THEN 1e308 ELSE -1e308 END AS x FROM range(100) t(i)',
    )
    const { out } = await takt('compare', '--reference', wide, '--current', wide, '--json')
    expect(json(out).columns[0]).toMatchObject({ statistics: { std_ref_ddof0: 'Infinity' } })
  })
  test('the table names the worst column first', async () => {
    const { out } = await takt(
      'compare',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'c,x',
    )
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'column',
      'x',
      'c',
      '',
      '1',
      '',
    ])
  })
})

describe('profiles, windows and bundles', () => {
  test('a profile is frozen once and windows are scored against it', async () => {
    const file = tables.path('profile.json')
    expect(
      (await takt('profile', '--reference', reference, '--columns', 'x,c', '--out', file)).out,
    ).toMatch(/^Froze 2 of 2 columns of 7000 rows: [0-9a-f]{64}\n$/)
    const { out, code } = await takt(
      'score',
      '--profile',
      file,
      '--current',
      shifted,
      '--time-column',
      't',
      '--period',
      'week',
      '--json',
      '--fail-on-drift',
      '--alert-after',
      '2/2',
    )
    const found = JSON.parse(out) as {
      windows: { window: string; rows: number; drifted: boolean; alert: boolean }[]
    }
    expect(
      found.windows.map(({ window, rows: count, drifted, alert }) => [
        window,
        count,
        drifted,
        alert,
      ]),
    ).toEqual([
      ['2026-01-05', 3500, true, false],
      ['2026-01-12', 3500, true, true],
    ])
    expect(code).toBe(3)
  })
  test('a profile that was edited is refused', async () => {
    const file = tables.path('edited.json')
    await takt('profile', '--reference', reference, '--columns', 'x', '--out', file)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"rows":7000', '"rows":7001'))
    expect(await takt('score', '--profile', file, '--current', shifted)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/was changed: its content is not what its hash says/) as string,
    })
  })
  test('a bundle is written, checked, and found out when edited', async () => {
    const file = tables.path('review.takt')
    await takt(
      'bundle',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'x,c',
      '--windows',
      '4',
      '--out',
      file,
    )
    expect(await takt('verify', file)).toMatchObject({
      code: 0,
      out: 'True: 8 scores computed again from their counts, not signed.\n',
    })
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.subarray(0, bytes.length - 100))
    expect(await takt('verify', file)).toMatchObject({ code: 2, out: '' })
  })
  test('bundles of several models are put into one', async () => {
    const [a, b, both] = ['a.takt', 'b.takt', 'both.takt'].map((name) => tables.path(name)) as [
      string,
      string,
      string,
    ]
    await takt(
      'bundle',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'x',
      '--model',
      'first',
      '--out',
      a,
    )
    await takt(
      'bundle',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'c',
      '--model',
      'second',
      '--out',
      b,
    )
    expect(await takt('join', a, b, '--out', both)).toMatchObject({ code: 0 })
    expect(JSON.parse((await takt('verify', both, '--json')).out)).toMatchObject({
      verified: true,
      scores: 2,
      models: ['first', 'second'],
      form: 2,
    })
    expect(await takt('join', both, b, a, '--out', both)).toMatchObject({ code: 0 })
    expect(JSON.parse((await takt('verify', both, '--json')).out)).toMatchObject({
      models: ['first', 'second'],
    })
  })
  test('two models that nobody named stay two, and each keeps what was said of it', async () => {
    const [a, b, mine, hers, all] = ['a', 'b', 'mine', 'hers', 'all'].map((name) =>
      tables.path(`unnamed-${name}.takt`),
    ) as [string, string, string, string, string]
    const made = ['bundle', '--reference', reference, '--current', shifted]
    await takt(...made, '--columns', 'x', '--out', a)
    await takt(...made, '--columns', 'c', '--out', b)
    const speak = (from: string, to: string, author: string) => {
      const { books } = openBooks(readFileSync(from))
      const verdict = { id: '1', at: '2026-11-18T10:00:00Z', author, window: 'current' }
      const told = books.map((book) => ({
        ...book,
        verdicts: [
          { ...verdict, verdict: author === 'mara' ? ('fine' as const) : ('act' as const) },
        ],
      }))
      writeFileSync(to, packBooks(told, { createdAt: '2026-11-18T11:00:00Z', name: author }))
    }
    speak(a, mine, 'mara')
    speak(a, hers, 'lena')
    for (const order of [
      [mine, hers, b],
      [b, hers, mine],
      [hers, b, mine, hers, a],
    ]) {
      expect(await takt('join', ...order, '--out', all)).toMatchObject({ code: 0 })
      const { books } = openBooks(readFileSync(all))
      expect(books.map(({ verdicts }) => verdicts.map(({ author }) => author)).sort()).toEqual([
        [],
        ['lena', 'mara'],
      ])
    }
  })
  test('all columns are looked at together where that is asked', async () => {
    const { out } = await takt(
      'compare',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'x,c',
      '--joint',
      '--segments',
      'c',
      '--json',
    )
    const found = JSON.parse(out) as {
      multivariate: {
        domainAuc: { lower: number }
        causes: { column: string }[]
        segments: { segment: string }[]
      }
    }
    expect(found.multivariate.domainAuc.lower).toBeGreaterThan(0.5)
    expect(found.multivariate.causes[0]?.column).toBe('x')
    expect(found.multivariate.segments.every(({ segment }) => segment === 'c')).toBe(true)
    expect(
      await takt('compare', '--reference', reference, '--current', shifted, '--label', 'x'),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('--task, --label and --prediction together') as string,
    })
  })
  test('a comparison can leave a bundle behind', async () => {
    const file = tables.path('compared.takt')
    await takt(
      'compare',
      '--reference',
      reference,
      '--current',
      shifted,
      '--columns',
      'x',
      '--bundle',
      file,
      '--json',
    )
    expect(JSON.parse((await takt('verify', file, '--json')).out)).toMatchObject({
      verified: true,
      scores: 1,
    })
  })
})
