/** Rows as comma-separated values (RFC 4180), with a head; a cell that could start a formula in a spreadsheet is quoted as text. */
export function toCsv(
  head: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}
function cell(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value)
  const text = value === undefined ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
