import { ORPCError } from '@orpc/client'
import type { Command } from 'commander'
import { failure, type Failure } from '../../../preload/contract/failures'
import { CalendarError } from '../calendar'
import { readRegularText } from '../files'
import { FileRefused } from '../json-lines'
import { print, printJson } from '../terminal'

/** The words of every report: whole local days in a zone. */
export interface WindowOptions {
  from: string
  to: string
  zone: string
  json?: boolean
}
/** Adds the words that name a window of local days. */
export const inWindow = (command: Command): Command =>
  command
    .requiredOption('--from <day>', 'the first local day, as in 2026-10-01')
    .requiredOption('--to <day>', 'the day after the last')
    .requiredOption('--zone <zone>', 'the time zone of the days, as in Europe/Oslo')

/** The group of commands of that name, made where it is not there yet. */
export const groupOf = (program: Command, name: string, says: string): Command =>
  program.commands.find((command) => command.name() === name) ??
  program.command(name).description(says)

/** Failures leave a command as the contract's own errors, so that they get their words and exit code there. */
export const refusal = ({ code, data }: Failure) => new ORPCError(code, { data, defined: true })
export const invalidOption = (path: string, says: string) =>
  refusal(failure('INVALID', { issues: [{ path, says }] }))

/** The JSON of a regular file that a person named, of bounded size; ends the command where it is none. */
export async function jsonOf(file: string, mostBytes: number, cut = ''): Promise<unknown> {
  const read = await readRegularText(file, { mostBytes })
  if (!read.ok) throw refusal(read.failure)
  try {
    return JSON.parse(read.value)
  } catch {
    throw invalidOption(file, `is not JSON${cut}`)
  }
}

/** Prints what a report answers, as text or JSON; files and windows that make no sense are refused in words. */
export const reporting =
  <O extends { json?: boolean }, R>(
    answer: (options: O) => Promise<R>,
    text: (report: R) => string,
  ) =>
  async (_options: unknown, command: Command): Promise<void> => {
    const options = command.optsWithGlobals<O>()
    try {
      const report = await answer(options)
      if (options.json) printJson(JSON.stringify(report))
      else print(text(report))
    } catch (error) {
      if (error instanceof FileRefused) throw refusal(error.failure)
      if (error instanceof CalendarError) throw invalidOption('window', error.message)
      throw error
    }
  }
