import { aside, print, printJson, table } from '../../platform/terminal'

/** Writes one line, or one JSON document, to standard output. */
export const say = (what: unknown) =>
  typeof what === 'string' ? print(what) : printJson(JSON.stringify(what, null, 2))

/** Writes rows under their heads, or the records themselves as JSON. */
export function sayTable<T>(
  json: boolean,
  rows: T[],
  columns: Record<string, (row: T) => string | number | undefined>,
) {
  if (json) return say(rows)
  if (rows.length === 0) return say('None.')
  const cells = rows.map((row) => Object.values(columns).map((cell) => String(cell(row) ?? '')))
  print(table([Object.keys(columns), ...cells]))
}
interface Said {
  code: string
  says: string
  remedy?: string
  data?: unknown
}
/** Writes a failure to standard error, with its remedy on a line of its own. */
export function sayError(json: boolean, failure: Said) {
  if (json) printJson(JSON.stringify({ error: failure }), 'aside')
  else aside(failure.remedy ? `${failure.says}\n${failure.remedy}` : failure.says)
}

/** Reads `name=value` words into a record. */
export function pairs(words: string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
