const quoted = (value: string | number) =>
  typeof value === 'string' && /[",\r\n]/.test(value)
    ? `"${value.replaceAll('"', '""')}"`
    : String(value)

/** Rows as RFC 4180 text with a header. */
export const stringify = (
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string => `${[header, ...rows].map((row) => row.map(quoted).join(',')).join('\n')}\n`
