import { InvalidArgumentError, type Command } from 'commander'
import { aside, isWatched, printJson, table } from '../../platform/terminal'
import { UnusableInput } from './domain/failures'
import type { Kind } from './domain/report'

export const EXIT = { done: 0, usage: 2, drift: 3, interrupted: 130 } as const

/** Names separated by commas. */
export const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
/** Kinds as column=kind, separated by commas. */
export function kinds(text: string): Record<string, Kind> {
  return Object.fromEntries(
    list(text).map((part): [string, Kind] => {
      const at = part.lastIndexOf('='),
        kind = part.slice(at + 1)
      if (at <= 0 || (kind !== 'numeric' && kind !== 'categorical'))
        throw new InvalidArgumentError(
          'Write column=numeric or column=categorical, separated by commas.',
        )
      return [part.slice(0, at), kind]
    }),
  )
}
/** A number within bounds. */
export const number =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!(value >= from && value <= to))
      throw new InvalidArgumentError(`A number from ${from} to ${to} is needed.`)
    return value
  }

/** Runs a command to its exit code; unusable input is explained, anything else is a bug and thrown. */
export async function run(
  command: Command,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<void> {
  const interrupted = new AbortController(),
    stop = () => interrupted.abort(new UnusableInput('Interrupted.', ''))
  process.once('SIGINT', stop)
  try {
    process.exitCode = await work(interrupted.signal)
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true
    const { says, remedy } = error
    if (isJson)
      printJson(JSON.stringify({ error: { code: 'UNUSABLE_INPUT', says, remedy } }), 'aside')
    else aside(remedy ? `${says}\n${remedy}` : says)
    process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : EXIT.usage
  } finally {
    process.off('SIGINT', stop)
  }
}

/** A figure of a table: three digits, or an exponent where it is small. */
export const figure = (value: number | null): string =>
  value === null
    ? '–'
    : value !== 0 && Math.abs(value) < 1e-3
      ? value.toExponential(1)
      : value.toFixed(3)
/** Rows in columns as wide as they need to be; a column that is empty throughout is left out. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const isUsed = rows[0]?.map((_, at) => rows.some((row) => (row[at] ?? '') !== '')) ?? []
  return table(rows.map((row) => row.filter((_, at) => isUsed[at])))
}
/** Tells how far the work is on standard error, where someone looks or a program reads it. */
export const talk = (json: boolean | undefined) => (words: string) => {
  if (isWatched() || json) aside(words)
}

/** Says loudly which columns have no decision though they should have one. */
export function tellUnjudged(columns: readonly string[]): void {
  if (columns.length === 0) return
  const named = columns.slice(0, 20).join(', '),
    more = columns.length > 20 ? ` and ${columns.length - 20} more` : ''
  aside(
    `${columns.length === 1 ? 'One column' : `${columns.length} columns`} cannot be judged: ${named}${more}.`,
  )
}
