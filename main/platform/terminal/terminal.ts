import Table from 'cli-table3'
import { visibleJson, visibleLine, visibleText } from '../../../preload/contract/text/visible'

const BARE = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((place) => [place, '']),
)

/**
 * The one way to a terminal. What is printed comes from clusters, files and clouds: characters that a terminal would obey, or that turn a
 * line around, are written out.
 */
export const print = (text: string): void => void process.stdout.write(lines(text))
/** The same beside the result: progress, failures and remedies. */
export const aside = (text: string): void => void process.stderr.write(lines(text))
/** Whether somebody looks at what is said beside the result. */
export const isWatched = (): boolean => process.stderr.isTTY
/** Where questions to a person are asked. */
export const askingOn = (): NodeJS.WritableStream => process.stderr
const lines = (text: string) => visibleText(text).replace(/\n?$/, '\n')
/** JSON as one document, or as one line; what a terminal would obey is escaped, which means the same to whoever parses it. */
export function printJson(json: string, to: 'result' | 'aside' = 'result'): void {
  const stream = to === 'result' ? process.stdout : process.stderr
  stream.write(`${visibleJson(json)}\n`)
}

/**
 * Rows in columns as wide as their widest cell is on a screen, the first row their heads; a cell is one line whatever is in it. Columns from
 * `numbersFrom` on stand to the right.
 */
export function table(
  rows: readonly (readonly string[])[],
  { numbersFrom = Infinity }: { numbersFrom?: number } = {},
): string {
  const drawn = new Table({
    colAligns: (rows[0] ?? []).map((_, at) => (at < numbersFrom ? 'left' : 'right')),
    chars: { ...BARE, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push(row.map(visibleLine))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
