import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { UnusableInput } from '../domain/failures'
import { readFilter } from './filter'
import { standardSql } from './standard-sql'

const columns = ['age', 'side', 'seen at', 'ü', 'he said "x"', 'Amount', 't'].map((name) => ({
  name,
}))
const read = (text: string) => readFilter(text, { columns })
const refusal = (text: string): Promise<string> =>
  read(text).then(
    ({ sql }) => Promise.reject(new Error(`${text} was read as ${sql}`)),
    (error: unknown) => {
      if (!(error instanceof UnusableInput)) throw error
      return error.says
    },
  )

describe('a filter is one expression over the columns', () => {
  test.each([
    [`side = 'ref'`, `(side = 'ref')`],
    [`age > 30 AND NOT side IN ('a', 'o''x')`, `((age > 30) AND (side NOT IN ('a', 'o''x')))`],
    [`"he said ""x""" IS NOT NULL`, `("he said ""x""" IS NOT NULL)`],
    [
      `side LIKE 'x%' OR amount BETWEEN 1 AND 2.5`,
      `((side ~~ 'x%') OR (Amount BETWEEN 1 AND 2.5))`,
    ],
    [`age = 9007199254740993`, `(age = 9007199254740993)`],
    [`age = 12345678901234567890123`, `(age = 12345678901234567890123)`],
    [`age > 1.5e3`, `(age > CAST('1500.0' AS DOUBLE))`],
    [`"seen at" >= DATE '2026-01-01' -- this year`, `("seen at" >= CAST('2026-01-01' AS DATE))`],
    [`t IS TRUE`, `(CAST(t AS BOOLEAN) IS NOT DISTINCT FROM CAST('t' AS BOOLEAN))`],
    [`lower(trim(side)) = 'ref' AND year("seen at") = 2026`, undefined],
    [`"seen at" > TIMESTAMP '2026-01-01' - INTERVAL 7 DAY`, undefined],
    [`CASE WHEN age > 3 THEN side ELSE 'b' END = coalesce(side, 'c')`, undefined],
    [`TRY_CAST(side AS DECIMAL(10, 2)) > 2 AND ü = 1`, undefined],
  ])('%s', async (text, want) => {
    const { sql } = await read(text)
    if (want !== undefined) expect(sql).toBe(want)
    expect((await read(sql)).sql).toBe(sql)
  })

  test.each([
    [`1=1); COPY (SELECT 1) TO 'file'; SELECT 1 FROM (SELECT 1`, /more than one expression/, 3],
    [`1=1) UNION ALL (SELECT * FROM takt_source WHERE (true)`, /more than one expression/, 3],
    [`1=1) ORDER BY (age`, /more than one expression/, 3],
    [`1=1) LIMIT (1`, /more than one expression/, 3],
    [`1=1) GROUP BY ALL HAVING (true`, /more than one expression/, 3],
    [`side = read_text('/etc/hostname')`, /the function read_text is not allowed/, 7],
    [`side IN (SELECT content FROM read_text('/etc/hostname'))`, /a query within a query/, 5],
    [`EXISTS (SELECT * FROM range(1000000000000))`, /a query within a query/, 0],
    [`age = len(range(1000000000000))`, /the function range is not allowed/, 10],
    [`side = getenv('HOME')`, /the function getenv/, 7],
    [`side = current_setting('allowed_paths')`, /the function current_setting/, 7],
    [`side = repeat('x', 1000000000)`, /the function repeat/, 7],
    [`"seen at" > now()`, /the function now/, 12],
    [`max(age) OVER () > 1`, /a look at other rows/, 0],
    [`age = $1`, /a parameter/, undefined],
    [`columns(*) > 1`, /a star/, 0],
    [`#1 = 2`, /a column by its number/, 0],
    [`nothing > 1`, /there is no column nothing/, 0],
    [`filename = 'x'`, /there is no column filename/, 0],
    [`age.side = 1`, /there is no column age\.side/, 0],
    [`ü = 1 AND zz(1)`, /the function zz/, 10],
    [`age >`, /syntax error/, 5],
    [``, /syntax error/, 0],
    [`age > 0 /*`, /unterminated/, 8],
    [`age = 1e400`, /beyond all numbers/, undefined],
    [`list_filter([1], lambda x: x > 0) IS NOT NULL`, /the function list_filter/, 0],
    [`side COLLATE nocase = 'a'`, /a collation/, undefined],
    [`age = 1 `.repeat(2000), /more than 8000 letters/, undefined],
  ])('%s is refused, and where', async (text, why, place) => {
    const says = await refusal(text)
    expect(says).toMatch(why)
    const mark = says.split('\n').findLast((line) => line.trim() === '^')
    expect(mark?.indexOf('^')).toBe(place === undefined ? undefined : place + 2)
  })

  test('whatever is written, what is run reads nothing but the columns', async () => {
    const word = fc.constantFrom(
      ...[
        'age',
        'side',
        "'x'",
        '1',
        '(',
        ')',
        ',',
        ';',
        '=',
        '>',
        'AND',
        'OR',
        'NOT',
        'IN',
        'SELECT',
      ],
      ...[
        'FROM',
        '*',
        'read_text',
        "'/etc/hostname'",
        'UNION',
        '--',
        '/*',
        '*/',
        "'",
        '"',
        '\\',
        '::',
      ],
      ...[
        'COPY',
        'TO',
        'lower',
        'CASE',
        'WHEN',
        'THEN',
        'END',
        'IS',
        'NULL',
        '[',
        ']',
        '{',
        '}',
        '.',
        '$$',
      ],
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
        const text = words.join(' ')
        const found = await read(text).catch((error: unknown) => error)
        if (found instanceof UnusableInput) return
        expect(found).toHaveProperty('sql')
        const { sql } = found as { sql: string }
        expect(sql.replaceAll(/'[^']*'/g, '')).not.toMatch(/select|read_text|copy|union|;/i)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the same expression for a lake', () => {
  const lake = async (text: string) =>
    standardSql((await readFilter(text, { columns: 'any' })).tree)
  test.each([
    [`side = 'ref'`, `("side" = 'ref')`],
    [`a LIKE 'x%' AND NOT b`, `(("a" LIKE 'x%') AND (NOT "b"))`],
    [
      `ts >= DATE '2026-01-01' AND -x < 2.50`,
      `(("ts" >= CAST('2026-01-01' AS DATE)) AND ((-"x") < 2.50))`,
    ],
    [`x IN (1, 2) OR substring(y, 1, 2) = 'a'`, `(("x" IN (1, 2)) OR (substr("y", 1, 2) = 'a'))`],
    [`"a""b" IS NULL`, `("a""b" IS NULL)`],
  ])('%s', async (text, want) => {
    expect(await lake(text)).toBe(want)
  })
  test.each([
    `1=1) AS x; DROP TABLE y; SELECT (1`,
    `x IN (SELECT secret FROM other)`,
    `regexp_matches(x, 'a')`,
    `x = query('SELECT 1')`,
  ])('%s is refused', async (text) => {
    await expect(lake(text)).rejects.toBeInstanceOf(UnusableInput)
  })
})
