import Table from 'cli-table3'

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Writes one line, or one JSON document, to standard output. */
export const say = (what: unknown) =>
  void process.stdout.write(`${typeof what === 'string' ? what : JSON.stringify(what, null, 2)}\n`)

/** Writes rows under their heads, or the records themselves as JSON. */
export function sayTable<T>(
  json: boolean,
  rows: T[],
  columns: Record<string, (row: T) => string | number | undefined>,
) {
  if (json) return say(rows)
  if (rows.length === 0) return say('None.')
  const table = new Table({
    head: Object.keys(columns),
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) table.push(Object.values(columns).map((cell) => String(cell(row) ?? '')))
  say(
    table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n'),
  )
}
interface Said {
  code: string
  says: string
  remedy?: string
  data?: unknown
}
/** Writes a failure to standard error, with its remedy on a line of its own. */
export function sayError(json: boolean, failure: Said) {
  process.stderr.write(
    json
      ? `${JSON.stringify({ error: failure })}\n`
      : `${failure.says}\n${failure.remedy ? `${failure.remedy}\n` : ''}`,
  )
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
