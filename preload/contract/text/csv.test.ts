import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { toCsv } from './csv'

test.each<[string, string | number | null | undefined, string]>([
  ['a formula', '=HYPERLINK("http://evil","x")', `"'=HYPERLINK(""http://evil"",""x"")"`],
  ['a formula after a blank', ' =1+1', "' =1+1"],
  ['a formula in the wide form', '＝1+1', "'＝1+1"],
  ['a macro', '@SUM(A1)', "'@SUM(A1)"],
  ['a tab first', '\t=1', "'\t=1"],
  ['a number', -1, '-1'],
  ['a number in full', 0.1 + 0.2, '0.30000000000000004'],
  ['a large number in full', 9007199254740991, '9007199254740991'],
  ['text that is a number', '-1', '-1'],
  ['text that begins like a number', '-1+cmd|x', "'-1+cmd|x"],
  ['nothing', undefined, ''],
  ['nothing known', null, ''],
  ['a comma', 'a,b', '"a,b"'],
])('%s', (_what, cell, written) =>
  expect(toCsv(['h', 'i'], [[cell, 'x']])).toBe(`h,i\r\n${written},x\r\n`),
)
test('a remark stands first', () =>
  expect(toCsv(['h'], [], { remark: 'simulated' })).toBe('# simulated\r\nh\r\n'))
test('whatever is written is read back, but for the apostrophe of a guarded text', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
      const read = parse(toCsv(['a', 'b'], rows)).slice(1) as string[][]
      expect(
        read.map((row) => row.map((cell) => cell.replace(/^'(?=\s*[=+\-@]|[\t\r\n])/, ''))),
      ).toEqual(rows.map((row) => row.map((cell) => cell.replace(/^'(?=\s*[=+\-@]|[\t\r\n])/, ''))))
    }),
  ))
