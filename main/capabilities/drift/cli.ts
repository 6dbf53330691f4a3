import { existsSync } from 'node:fs'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { compare, type CompareRequest, type Comparison } from './compare'
import { UnusableInput } from './domain/failures'
import { PRESETS, type Preset } from './domain/presets'
import { worstFirst, type Kind } from './domain/report'
import type { Correction } from './domain/adjust'
import { toJson } from './json'

const EXIT = { done: 0, usage: 2, drift: 3, interrupted: 130 } as const
const CORRECTIONS: Correction[] = ['benjamini-hochberg', 'benjamini-yekutieli', 'holm', 'bonferroni', 'none']

export interface CompareOptions {
  reference: string; current: string; columns?: string[]; kinds?: Record<string, Kind>; whereReference?: string; whereCurrent?: string
  preset: Preset; correction: Correction; level: number; threads?: number; failOnDrift?: boolean; bundle?: string; json?: boolean
}

const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '')
function kinds(text: string): Record<string, Kind> {
  return Object.fromEntries(list(text).map((part): [string, Kind] => {
    const at = part.lastIndexOf('='), kind = part.slice(at + 1)
    if (at <= 0 || (kind !== 'numeric' && kind !== 'categorical')) throw new InvalidArgumentError('Write column=numeric or column=categorical, separated by commas.')
    return [part.slice(0, at), kind]
  }))
}
const number = (from: number, to: number) => (text: string): number => {
  const value = Number(text)
  if (!(value >= from && value <= to)) throw new InvalidArgumentError(`A number from ${from} to ${to} is needed.`)
  return value
}

/** Registers `takt drift …`: everything here runs in this process, with no core and no network. */
export function driftCommands(program: Command): void {
  const drift = program.command('drift').description('Compare data windows, and review what moved.')
  compareOptions(drift.command('compare').description('Compare a current window with a reference, column by column.'))
    .action((_options: unknown, command: Command) => run(command, (signal) => compareCommand(command.optsWithGlobals<CompareOptions>(), signal)))
}

const compareOptions = (command: Command): Command => command
  .requiredOption('--reference <path>', 'Parquet or CSV file, folder or pattern that is compared against')
  .requiredOption('--current <path>', 'the same for the window that is compared')
  .option('--columns <names>', 'only these columns, separated by commas', list)
  .option('--kinds <column=kind,...>', 'numeric or categorical, where the type misleads', kinds)
  .option('--where-reference <sql>', 'rows of the reference, as an SQL expression')
  .option('--where-current <sql>', 'rows of the current window')
  .addOption(new Option('--preset <name>', "also report another tool's numbers").choices(PRESETS).default('takt'))
  .addOption(new Option('--correction <name>', 'of p-values across columns').choices(CORRECTIONS).default('benjamini-hochberg'))
  .option('--level <share>', 'level that adjusted p-values are compared with', number(0, 1), 0.05)
  .option('--threads <count>', 'how many columns are scored at a time', number(1, 64))
  .option('--fail-on-drift', 'end with code 3 where a column drifted')
  .option('--json', 'one JSON object on standard output')

/** Runs a command to its exit code; unusable input is explained, anything else is a bug and thrown. */
async function run(command: Command, work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const interrupted = new AbortController(), stop = () => interrupted.abort(new UnusableInput('Interrupted.', ''))
  process.once('SIGINT', stop)
  try { process.exitCode = await work(interrupted.signal) } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true
    process.stderr.write(isJson ? `${JSON.stringify({ error: { code: 'UNUSABLE_INPUT', says: error.says, remedy: error.remedy } })}\n` : `${error.says}\n${error.remedy ? `${error.remedy}\n` : ''}`)
    process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : EXIT.usage
  } finally { process.off('SIGINT', stop) }
}

/** The thread program that is built beside this one, where it was built. */
function workerScript(): URL | undefined {
  const script = new URL('./drift-worker.mjs', import.meta.url)
  return existsSync(script) ? script : undefined
}

async function compareCommand(options: CompareOptions, signal: AbortSignal): Promise<number> {
  const request: CompareRequest = {
    ...options, preset: options.preset === 'takt' ? undefined : options.preset, rule: { correction: options.correction, level: options.level }, workerScript: workerScript(),
  }
  const isTalking = process.stderr.isTTY || options.json === true
  const found = await compare(request, { signal, progress: ({ phase, done, total, column }) => { if (isTalking) process.stderr.write(phase === 'opening' ? 'Opening …\n' : `${done} of ${total}: ${column ?? ''}\n`) } })
  for (const { file, says } of found.skipped) process.stderr.write(`${file}: ${says}\n`)
  if (options.json) process.stdout.write(`${toJson({ ...found.report, ...(found.skipped.length > 0 && { skipped: found.skipped }) })}\n`)
  else process.stdout.write(asText(found))
  return found.report.drifted && options.failOnDrift ? EXIT.drift : EXIT.done
}

const figure = (value: number | null): string => (value === null ? '–' : value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toFixed(3))
function asText({ report }: Comparison): string {
  const rows = worstFirst(report.columns).map(({ column, decision, severity, pAdjusted, reason, preset }) =>
    [column, decision, figure(severity), figure(pAdjusted), preset ? `${preset.method} ${figure(preset.value)}${preset.drifted ? ' drifted' : ''}` : '', reason])
  const table = [['column', 'decision', 'severity', 'p adjusted', report.columns.some(({ preset }) => preset) ? 'preset' : '', 'why'], ...rows]
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => (row[at] ?? '').length))) ?? []
  const lines = table.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).filter((_, at) => (widths[at] ?? 0) > 0).join('  ').trimEnd())
  const drifted = report.columns.filter(({ decision }) => decision === 'drifted').length, unscored = report.columns.filter(({ decision }) => decision === 'unscored').length
  return `${lines.join('\n')}\n\n${drifted} of ${report.columns.length} columns drifted${unscored > 0 ? `, ${unscored} could not be scored` : ''} (${report.rows.reference} and ${report.rows.current} rows).\n`
}
