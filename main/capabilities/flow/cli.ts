import { InvalidArgumentError, type Command } from 'commander'
import { daysAfter, daysOf } from '../../platform/calendar'
import { groupOf, inWindow, reporting, type WindowOptions } from '../../platform/report-command'
import { readEvents } from './adapters/events-file'
import { flowReport, historiesOf, type FlowReport } from './domain/report'
import { reportText } from './report-text'

const fromFile: Action = (options, command) => reporting(reportOf, reportText)(options, command)

interface Options extends WindowOptions {
  events: string
  ask?: number
  team?: string
}
export type ReportWithProblems = FlowReport & { problems: { line: number; why: string }[] }

const whole = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError('It has to be a whole number from 1 to 10000.')
  return value
}

/** A command's action; what commander calls it with. */
export type Action = (options: unknown, command: Command) => Promise<void>

/** Registers `takt flow report`; with a file of events it needs no cluster, no core and no network, else `recorded` answers. */
export function flowCommands(program: Command, recorded: Action): void {
  const flow = groupOf(program, 'flow', 'where work waits, and when it will be done')
  inWindow(
    flow
      .command('report')
      .description('lead, touch and wait time, yields, the five figures of DORA, and a forecast')
      .option(
        '--events <file>',
        'events, one JSON object a line; may be gzipped (default: the work items)',
      ),
  )
    .option('--ask <k>', 'by when so many more items will be finished', whole)
    .option('--team <name>', 'only the items of one team')
    .option('--json', 'one JSON object on stdout')
    .action((options: Partial<Options>, command: Command) =>
      options.events === undefined ? recorded(options, command) : fromFile(options, command),
    )
}

async function reportOf(options: Options): Promise<ReportWithProblems> {
  const { ask = 0, team } = options
  const days = daysOf(options)
  const { events, problems } = await readEvents(options.events)
  const items = team === undefined ? undefined : itemsOf(events, team)
  const mine = items ? events.filter(({ item }) => items.has(item)) : events
  const report = flowReport(historiesOf(mine), { days, addDays: daysAfter, ask })
  return { ...report, problems }
}
/** An item belongs to a team that any of its events names. */
const itemsOf = (events: readonly { item: string; team?: string | undefined }[], team: string) =>
  new Set(events.filter((event) => event.team === team).map(({ item }) => item))
