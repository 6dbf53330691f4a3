import { ORPCError } from '@orpc/client'
import { InvalidArgumentError, type Command } from 'commander'
import { failure, type Failure } from '../../../preload/contract/failures'
import { CalendarError, daysAfter, daysOf } from '../../platform/calendar'
import { FileRefused } from '../../platform/json-lines'
import { print, printJson } from '../../platform/terminal'
import { readEvents } from './adapters/events-file'
import { flowReport, historiesOf, type FlowReport } from './domain/report'
import { reportText } from './report-text'

interface Options {
  events?: string
  from: string
  to: string
  zone: string
  ask?: number
  team?: string
  json?: boolean
}
export type ReportWithProblems = FlowReport & { problems: { line: number; why: string }[] }
/** Answers from the work items that a core knows. */
export type AskCore = (command: Command, options: Options) => Promise<void>

const refused = ({ code, data }: Failure) => new ORPCError(code, { data, defined: true })
const whole = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError('It has to be a whole number from 1 to 10000.')
  return value
}

/** Registers `takt flow report`; with a file of events it needs no cluster, no core and no network. */
export function flowCommands(program: Command): void {
  program
    .command('flow')
    .description('Where work waits, and when it will be done')
    .command('report')
    .description('lead, touch and wait time, yields, the five figures of DORA, and a forecast')
    .requiredOption('--events <file>', 'events, one JSON object a line; may be gzipped')
    .requiredOption('--from <day>', 'the first local day, as in 2026-10-01')
    .requiredOption('--to <day>', 'the day after the last')
    .requiredOption('--zone <zone>', 'the time zone of the days, as in Europe/Oslo')
    .option('--ask <k>', 'by when so many more items will be finished', whole)
    .option('--team <name>', 'only the items of one team')
    .option('--json', 'one JSON object on stdout')
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const report = await reportOf(options)
      if (options.json) printJson(JSON.stringify(report))
      else print(reportText(report))
    })
}

async function reportOf(options: Options): Promise<ReportWithProblems> {
  const { from, to, zone, ask = 0, team } = options
  try {
    const days = daysOf({ from, to, zone })
    const { events, problems } = await readEvents(options.events ?? '')
    const items = team === undefined ? undefined : itemsOf(events, team)
    const mine = items ? events.filter(({ item }) => items.has(item)) : events
    const report = flowReport(historiesOf(mine), { days, addDays: daysAfter, ask })
    return { ...report, problems }
  } catch (error) {
    if (error instanceof FileRefused) throw refused(error.failure)
    if (error instanceof CalendarError)
      throw refused(failure('INVALID', { issues: [{ path: 'window', says: error.message }] }))
    throw error
  }
}
/** An item belongs to a team that any of its events names. */
const itemsOf = (events: readonly { item: string; team?: string | undefined }[], team: string) =>
  new Set(events.filter((event) => event.team === team).map(({ item }) => item))
