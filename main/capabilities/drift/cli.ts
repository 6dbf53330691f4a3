import { existsSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { aside, print, printJson } from '../../platform/terminal'
import { bundleCommands, writeComparisonBundle } from './cli-bundle'
import { lakeCommand } from './cli-lake'
import { aligned, EXIT, figure, kinds, list, number, run, talk, tellUnjudged } from './cli-options'
import { bookOf, modelOptions, type ModelOptions } from './cli-model'
import { compare, type CompareRequest, type Comparison } from './compare'
import { PRESETS, type Preset } from './domain/presets'
import { worstFirst, type Kind } from './domain/report'
import type { Correction } from './domain/adjust'
import { toJson } from './json'

const CORRECTIONS: Correction[] = [
  'benjamini-hochberg',
  'benjamini-yekutieli',
  'holm',
  'bonferroni',
  'none',
]

export interface CompareOptions extends ModelOptions {
  joint?: boolean
  reference: string
  current: string
  columns?: string[]
  kinds?: Record<string, Kind>
  whereReference?: string
  whereCurrent?: string
  preset: Preset
  correction: Correction
  level: number
  threads?: number
  failOnDrift?: boolean
  bundle?: string
  json?: boolean
}

/** Registers `takt drift …`: everything here runs in this process with no core, and but for a lake with no network. */
export function driftCommands(program: Command): void {
  const drift = program.command('drift').description('Compare data windows, and review what moved.')
  bundleCommands(drift)
  lakeCommand(drift)
  modelOptions(
    compareOptions(
      drift
        .command('compare')
        .description('Compare a current window with a reference, column by column.'),
    ).option(
      '--joint',
      'also look at all columns together: a domain classifier, reconstruction, causes',
    ),
  ).action((_options: unknown, command: Command) =>
    run(command, (signal) => compareCommand(command.optsWithGlobals<CompareOptions>(), signal)),
  )
}

const compareOptions = (command: Command): Command =>
  command
    .requiredOption(
      '--reference <path>',
      'Parquet or CSV file, folder or pattern that is compared against',
    )
    .requiredOption('--current <path>', 'the same for the window that is compared')
    .option('--columns <names>', 'only these columns, separated by commas', list)
    .option('--kinds <column=kind,...>', 'numeric or categorical, where the type misleads', kinds)
    .option(
      '--where-reference <expression>',
      'rows of the reference: one expression over the columns',
    )
    .option('--where-current <expression>', 'rows of the current window')
    .addOption(
      new Option('--preset <name>', "also report another tool's numbers")
        .choices(PRESETS)
        .default('takt'),
    )
    .addOption(
      new Option('--correction <name>', 'of p-values across columns')
        .choices(CORRECTIONS)
        .default('benjamini-hochberg'),
    )
    .option('--level <share>', 'level that adjusted p-values are compared with', number(0, 1), 0.05)
    .option('--threads <count>', 'how many columns are scored at a time', number(1, 64))
    .option('--bundle <file>', 'also write a bundle that opens and is checked offline')
    .option('--fail-on-drift', 'end with code 3 where a column drifted or cannot be judged')
    .option('--json', 'one JSON object on standard output')

/** The thread program that is built beside this one, where it was built. */
function workerScript(): URL | undefined {
  const script = new URL('./drift-worker.mjs', import.meta.url)
  return existsSync(script) ? script : undefined
}

async function compareCommand(options: CompareOptions, signal: AbortSignal): Promise<number> {
  const request: CompareRequest = {
    ...options,
    preset: options.preset === 'takt' ? undefined : options.preset,
    rule: { correction: options.correction, level: options.level },
    workerScript: workerScript(),
  }
  const say = talk(options.json)
  const found = await compare(request, {
    signal,
    progress: ({ phase, done, total, column }) =>
      say(phase === 'opening' ? 'Opening …' : `${done} of ${total}: ${column ?? ''}`),
  })
  await tellComparison(found, options, signal)
  if (options.bundle) await writeComparisonBundle(options.bundle, options)
  const { drifted, unjudged } = found.report
  tellUnjudged(unjudged)
  return options.failOnDrift && (drifted || unjudged.length > 0) ? EXIT.drift : EXIT.done
}

async function tellComparison(
  found: Comparison,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const { file, says } of found.skipped) aside(`${file}: ${says}`)
  const whole =
    options.joint || options.label !== undefined || options.segments
      ? await wholeOf(options, signal)
      : undefined
  const told = { ...found.report, ...whole },
    skipped = found.skipped.length > 0 && { skipped: found.skipped }
  if (options.json) printJson(toJson({ ...told, ...skipped }))
  else print(asText(found) + (whole ? wholeAsText(whole) : ''))
}

/** Quality of the model and what no single column shows. */
async function wholeOf(options: CompareOptions, signal: AbortSignal) {
  const { about } = await bookOf(options, { signal }),
    [found] = about.multivariate
  return {
    quality: about.quality,
    ...(about.qualityMissing !== undefined && { qualityMissing: about.qualityMissing }),
    ...(found && { multivariate: found }),
  }
}
function wholeAsText({
  quality,
  qualityMissing,
  multivariate,
}: Awaited<ReturnType<typeof wholeOf>>): string {
  const metrics = quality.map(({ metric, estimated, realised, labelled }) => [
    metric,
    estimated ? figure(estimated.value) : '',
    estimated ? `${figure(estimated.lower)} to ${figure(estimated.upper)}` : '',
    realised ? figure(realised.value) : '',
    `${(labelled * 100).toFixed(0)} %`,
  ])
  const said = [
    ...(metrics.length > 0
      ? [aligned([['quality', 'estimated', 'between', 'realised', 'labelled'], ...metrics])]
      : qualityMissing === undefined
        ? []
        : [qualityMissing]),
    ...(multivariate?.domainAuc
      ? [
          `Told apart by all columns together: AUC ${figure(multivariate.domainAuc.value)} (${figure(multivariate.domainAuc.lower)} to ${figure(multivariate.domainAuc.upper)})`,
        ]
      : []),
    ...(multivariate?.causes
      .slice(0, 5)
      .map(({ column, share, says }) => `${column} ${(share * 100).toFixed(0)} %: ${says}`) ?? []),
    ...(multivariate && multivariate.segments.length > 0
      ? [
          aligned([
            ['segment', 'value', 'rows', 'decision', 'why'],
            ...multivariate.segments.map(({ segment, value, rows, decision, reason }) => [
              segment,
              value,
              String(rows),
              decision,
              reason,
            ]),
          ]),
        ]
      : []),
  ]
  return said.length > 0 ? `\n${said.join('\n')}\n` : ''
}

function asText({ report }: Comparison): string {
  const rows = worstFirst(report.columns).map(
    ({ column, decision, severity, pAdjusted, reason, preset }) => [
      column,
      decision,
      figure(severity),
      figure(pAdjusted),
      preset ? `${preset.method} ${figure(preset.value)}${preset.drifted ? ' drifted' : ''}` : '',
      reason,
    ],
  )
  const table = aligned([
    [
      'column',
      'decision',
      'severity',
      'p adjusted',
      report.columns.some(({ preset }) => preset) ? 'preset' : '',
      'why',
    ],
    ...rows,
  ])
  const drifted = report.columns.filter(({ decision }) => decision === 'drifted').length,
    unscored = report.columns.filter(({ decision }) => decision === 'unscored').length
  return `${table}\n\n${drifted} of ${report.columns.length} columns drifted${unscored > 0 ? `, ${unscored} could not be scored` : ''} (${report.rows.reference} and ${report.rows.current} rows).\n`
}
