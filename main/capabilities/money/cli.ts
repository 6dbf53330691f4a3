import { InvalidArgumentError, type Command } from 'commander'
import type { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { daysOf } from '../../platform/calendar'
import { MOST_BYTES } from '../../platform/files'
import {
  groupOf,
  inWindow,
  jsonOf,
  refusal,
  reporting,
  type WindowOptions,
} from '../../platform/report-command'
import { readMetering } from './adapters/metering-file'
import { BudgetsFile, PricesFile } from './adapters/prices-file'
import { GROUPINGS, moneyReport, type Grouping, type MoneyReport } from './domain/ledger'
import { reportText } from './report-text'

interface Options extends WindowOptions {
  metering: string
  prices: string
  budgets?: string
  by?: Grouping
}
export type ReportWithProblems = MoneyReport & {
  problems: { line: number; why: string }[]
  by: MoneyReport['by']
}
const grouping = (text: string): Grouping => {
  const found = GROUPINGS.find((name) => name === text)
  if (!found) throw new InvalidArgumentError(`It has to be one of ${GROUPINGS.join(', ')}.`)
  return found
}

/** Registers `takt money report`; with files it needs no cluster, no core and no network. */
export function moneyCommands(program: Command): void {
  const money = groupOf(program, 'money', 'what GPUs cost, who used them, and where budgets land')
  inWindow(
    money
      .command('report')
      .description('what a window of local days cost: requested, allocated, used, idle, by whom')
      .requiredOption('--metering <file>', 'records, one JSON object a line; may be gzipped')
      .requiredOption('--prices <file>', 'the price book with its versions, and rates of exchange'),
  )
    .option('--budgets <file>', 'caps of cost centres')
    .option('--by <grouping>', `one more grouping (${GROUPINGS.join(', ')})`, grouping)
    .option('--json', 'one JSON object on stdout')
    .action(reporting(reportOf, reportText))
}

async function reportOf(options: Options): Promise<ReportWithProblems> {
  const days = daysOf(options)
  const book = await jsonFile(options.prices, PricesFile)
  const budgets = options.budgets === undefined ? [] : await jsonFile(options.budgets, BudgetsFile)
  const { metering, problems } = await readMetering(options.metering)
  return { ...moneyReport(metering, book, { days, by: options.by, budgets }), problems }
}

async function jsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await jsonOf(file, MOST_BYTES.manifest))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: `${file} ${path.map(String).join('.')}`.trim(),
    says: message,
  }))
  throw refusal(failure('INVALID', { issues }))
}
