import { Option, type Command } from 'commander'
import { timestamp } from '../../kernel/clock'
import { systemClock } from '../../platform/clock/system'
import type { Book } from '../../../preload/contract/drift-bundle'
import type { MonitorSettings } from '../../../preload/contract/drift-review'
import { openBooks } from './bundles/form'
import { list } from './cli-options'
import { inlineDesk } from './desk/inline'
import { DEFAULT_RULE } from './domain/decide'
import { UnusableInput } from './domain/failures'
import type { Kind } from './domain/report'

const TASKS = ['binary', 'multiclass', 'regression'] as const
/** What a model answers, and how it turned out. */
export interface ModelOptions {
  task?: (typeof TASKS)[number]
  label?: string
  prediction?: string
  probability?: string
  late?: string
  lateKey?: string
  segments?: string[]
}
export interface SourceOptions extends ModelOptions {
  model?: string
  reference: string
  current: string
  whereReference?: string
  whereCurrent?: string
  columns?: string[]
  kinds?: Record<string, Kind>
  timeColumn?: string
  period?: MonitorSettings['period']
  zone?: string
  windowRows?: number
  windows?: number
}

/** Options for the quality of a model and for segments. */
export const modelOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--task <name>',
        'what the model predicts; with --label and --prediction its quality is measured',
      ).choices([...TASKS]),
    )
    .option('--label <column>', 'how it turned out')
    .option('--prediction <column>', 'what the model said')
    .option(
      '--probability <column>',
      'how sure it was: of the positive class, or of the one it named (or the beginning of one column each)',
    )
    .option('--late <path>', 'labels that came later, in a table of their own')
    .option('--late-key <column>', 'column that joins them to the rows')
    .option(
      '--segments <names>',
      'score each value of these columns by itself, separated by commas',
      list,
    )

function labelsOf({
  task,
  label,
  prediction,
  probability,
  late,
  lateKey,
}: ModelOptions): MonitorSettings['labels'] {
  if (task === undefined && label === undefined && prediction === undefined) return undefined
  if (task === undefined || label === undefined || prediction === undefined)
    throw new UnusableInput(
      'The quality of a model needs --task, --label and --prediction together.',
      'Name all three, or none.',
    )
  if ((late === undefined) !== (lateKey === undefined))
    throw new UnusableInput(
      'Late labels need --late and --late-key together.',
      'Name both, or none.',
    )
  return {
    task,
    label,
    prediction,
    ...(probability !== undefined && { probability }),
    ...(late !== undefined &&
      lateKey !== undefined && { late: { source: { path: late }, key: lateKey } }),
  }
}

/** Settings of a monitor as options say them. */
export function settingsOf(options: SourceOptions): MonitorSettings {
  const labels = labelsOf(options),
    source = (path: string, where: string | undefined) => ({
      path,
      ...(where !== undefined && { where }),
    })
  const more = {
    columns: options.columns,
    kinds: options.kinds,
    timeColumn: options.timeColumn,
    zone: options.zone,
    windowRows: options.windowRows,
    windowCount: options.windows,
    labels,
    segments: options.segments,
  }
  return {
    model: options.model ?? 'model',
    about: '',
    owner: '',
    reference: source(options.reference, options.whereReference),
    current: source(options.current, options.whereCurrent),
    period: options.period ?? 'week',
    rule: DEFAULT_RULE,
    alertAfter: { k: 1, n: 1 },
    limits: { watch: 0.1, act: 0.25 },
    incidents: [],
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
  }
}

/** Profiles, counts and scores one model in this process. */
export async function bookOf(
  options: SourceOptions,
  telling: { signal?: AbortSignal; say?: (words: string) => void } = {},
): Promise<Book> {
  const settings = settingsOf(options),
    located = {
      reference: options.reference,
      current: options.current,
      late: options.late,
      snapshots: [],
    }
  const { book } = await inlineDesk().ask<'count'>(
    {
      ask: 'count',
      id: settings.model,
      settings,
      located,
      anew: true,
      simulated: false,
      madeAt: timestamp(systemClock.now()),
    },
    {
      signal: telling.signal,
      progress: (done, total, says) => telling.say?.(`${says} (${done} of ${total})`),
    },
  )
  const [first] = openBooks(book).books
  if (!first) throw new Error('a book of one model holds none')
  return first
}
