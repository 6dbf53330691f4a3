import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { taktDrift } from './testing/command'

const folder = join(process.env['TAKT_TEST_DATA'] ?? '', 'drift-cases', 'public')
const names = process.env['TAKT_TEST_DATA'] && existsSync(folder) ? readdirSync(folder) : []

type Value = string | number | boolean | null | undefined
interface Expectation {
  exit?: number | number[]
  drifted?: boolean
  rows?: Record<string, number>
  columns?: Record<string, Record<string, Value | { min?: number; max?: number }>>
  any?: Expectation[]
}
const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value)
function holds(got: unknown, want: Value | { min?: number; max?: number }): boolean {
  if (typeof want !== 'object' || want === null) return got === want
  return typeof got === 'number' && got >= (want.min ?? -Infinity) && got <= (want.max ?? Infinity)
}
function faults(code: number, answer: unknown, want: Expectation): string[] {
  if (want.any) {
    const each = want.any.map((one) => faults(code, answer, one))
    return each.some((found) => found.length === 0) ? [] : each.flat()
  }
  const columns = (at(answer, 'columns') ?? []) as { column: string }[]
  return [
    ...([want.exit ?? 0].flat().includes(code) ? [] : [`exit ${code}`]),
    ...(want.drifted === undefined || at(answer, 'drifted') === want.drifted ? [] : ['drifted']),
    ...Object.entries(want.rows ?? {}).flatMap(([side, count]) =>
      at(answer, `rows.${side}`) === count ? [] : [`rows.${side}`],
    ),
    ...Object.entries(want.columns ?? {}).flatMap(([name, wants]) =>
      Object.entries(wants).flatMap(([path, value]) => {
        const got = at(
          columns.find(({ column }) => column === name),
          path,
        )
        return holds(got, value) ? [] : [`${name}.${path} ${String(got)}`]
      }),
    ),
  ]
}

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})
describe.skipIf(names.length === 0)(
  'files that people have get the answer they rightly expect (needs TAKT_TEST_DATA)',
  () => {
    test.each(names)('%s', async (name) => {
      const { args, expect: want } = JSON.parse(
        readFileSync(join(folder, name, 'case.json'), 'utf8'),
      ) as { args: string[]; expect: Expectation }
      const isPath = (word: string, before: string | undefined) =>
        before === '--reference' || before === '--current' ? join(folder, name, word) : word
      const words = args.slice(1).map((word, place, all) => isPath(word, all[place - 1]))
      const { out, code } = await taktDrift(...words)
      expect(faults(code, out === '' ? undefined : JSON.parse(out), want)).toEqual([])
    })
  },
)
