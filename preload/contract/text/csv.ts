export type CsvCell = string | number | null | undefined

// What a spreadsheet takes for a formula, also after blanks and in the wide forms of the keyboard of East Asia.
const FORMULA = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/**
 * Rows as comma-separated values (RFC 4180) under a head. Numbers are written raw and in full; text that a spreadsheet would run as a formula
 * begins with an apostrophe, and text that is itself nothing but a number needs none.
 */
export const toCsv = (
  head: readonly string[],
  rows: readonly (readonly CsvCell[])[],
  { remark }: { remark?: string | undefined } = {},
): string =>
  [
    ...(remark === undefined ? [] : [`# ${remark}`]),
    ...[head, ...rows].map((row) => row.map(cellOf).join(',')),
  ]
    .map((line) => `${line}\r\n`)
    .join('')

function cellOf(value: CsvCell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
