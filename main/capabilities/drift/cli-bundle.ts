import { createPrivateKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Option, type Command } from 'commander'
import { DriftProfile, type DriftWindow, type WindowScores } from '../../../preload/contract/drift'
import { timestamp } from '../../kernel/clock'
import { systemClock } from '../../platform/clock/system'
import { print, printJson } from '../../platform/terminal'
import { MOST_BYTES, readRegularFile } from '../../platform/files'
import type { Book } from '../../../preload/contract/drift-bundle'
import { openBooks, packBooks } from './bundles/form'
import { joinBooks } from './bundles/join'
import { verifyBooks } from './bundles/verify'
import { bookOf, modelOptions, type ModelOptions } from './cli-model'
import { aligned, EXIT, figure, kinds, list, number, run, talk, tellUnjudged } from './cli-options'
import { kOfLast } from './domain/decide'
import { UnusableInput } from './domain/failures'
import type { Kind } from './domain/report'
import { toJson } from './json'
import { loadSpecialFunctions } from '../../platform/numerics'
import { isAlarming, watchWindows } from './watch'
import {
  countWindows,
  hashOf,
  profileReference,
  scoreWindows,
  type Cut,
  type Period,
} from './profile'

interface Shared {
  columns?: string[]
  kinds?: Record<string, Kind>
  whereReference?: string
  whereCurrent?: string
  json?: boolean
}
interface Windows {
  timeColumn?: string
  period: Period
  zone?: string
  windowRows?: number
  windows?: number
}
const PERIODS: Period[] = ['hour', 'day', 'week', 'month', 'quarter', 'year']

const windowOptions = (command: Command): Command =>
  command
    .option('--time-column <name>', 'cut the current rows into windows by this column')
    .addOption(
      new Option('--period <name>', 'length of a window in time').choices(PERIODS).default('week'),
    )
    .option('--zone <name>', 'time zone that days begin in, such as Europe/Berlin (default: UTC)')
    .option('--window-rows <count>', 'cut into windows of this many rows', number(1, 1e12))
    .option('--windows <count>', 'cut into this many windows', number(1, 100_000))
const columnOptions = (command: Command): Command =>
  command
    .option('--columns <names>', 'only these columns, separated by commas', list)
    .option('--kinds <column=kind,...>', 'numeric or categorical, where the type misleads', kinds)
    .option('--json', 'one JSON object on standard output')

function cutOf({ timeColumn, period, zone, windowRows, windows }: Windows): Cut | undefined {
  if (timeColumn) return { by: 'time', column: timeColumn, period, zone }
  if (windowRows) return { by: 'rows', rows: windowRows }
  return windows ? { by: 'number', windows } : undefined
}

async function readNamed(file: string, mostBytes: number, remedy: string): Promise<Buffer> {
  const read = await readRegularFile(file, { mostBytes })
  if (read.ok) return read.value
  throw new UnusableInput(`${file} cannot be read: ${read.failure.data.cause}.`, remedy)
}

/** A profile that was frozen before and not changed since. */
export async function readProfile(file: string): Promise<DriftProfile> {
  const text = (
    await readNamed(file, MOST_BYTES.driftProfile, 'Make one with takt drift profile.')
  ).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UnusableInput(
      `${file} is no profile: it is not JSON.`,
      'Make it again with takt drift profile.',
    )
  }
  const parsed = DriftProfile.safeParse(value)
  if (!parsed.success)
    throw new UnusableInput(
      `${file} is no profile: ${parsed.error.issues[0]?.message ?? ''}.`,
      'Make it again with takt drift profile.',
    )
  if (hashOf(parsed.data) !== parsed.data.hash)
    throw new UnusableInput(
      `${file} was changed: its content is not what its hash says.`,
      'Make it again with takt drift profile.',
    )
  return parsed.data
}

/** Registers what works on profiles and bundles. */
export function bundleCommands(drift: Command): void {
  columnOptions(
    drift
      .command('profile')
      .description(
        'Freeze a reference: cells, categories and limits that later windows are scored against.',
      )
      .requiredOption('--reference <path>', 'Parquet or CSV file, folder or pattern')
      .requiredOption('--out <file>', 'where the profile is written')
      .option('--where-reference <expression>', 'rows of the reference')
      .option('--cells <count>', 'cells of equal share, a multiple of ten', number(10, 4090), 500)
      .option('--window-rows <count>', 'rows that windows will have', number(1, 1e12)),
  ).action((_options: unknown, command: Command) =>
    run(command, () => profileCommand(command.optsWithGlobals())),
  )
  windowOptions(
    columnOptions(
      drift
        .command('score')
        .description('Score windows against a profile from their counts.')
        .requiredOption('--profile <file>', 'profile of the reference')
        .requiredOption('--current <path>', 'Parquet or CSV file, folder or pattern')
        .option('--where-current <expression>', 'rows of the current window')
        .option('--fail-on-drift', 'end with code 3 where the last window alerts')
        .option('--alert-after <k/n>', 'alert where k of the last n windows drifted', '1/1'),
    ),
  ).action((_options: unknown, command: Command) =>
    run(command, (signal) => scoreCommand(command.optsWithGlobals(), signal)),
  )
  modelOptions(
    windowOptions(
      columnOptions(
        drift
          .command('bundle')
          .description('Write one file with profile, counts and scores, to review anywhere.')
          .requiredOption('--reference <path>', 'Parquet or CSV file, folder or pattern')
          .requiredOption('--current <path>', 'the windows to score')
          .requiredOption('--out <file>', 'where the bundle is written')
          .option('--where-reference <expression>', 'rows of the reference')
          .option('--where-current <expression>', 'rows of the current windows')
          .option('--model <name>', 'what the data feeds', 'model')
          .option('--key <file>', 'Ed25519 private key (PEM) to sign with'),
      ),
    ),
  ).action((_options: unknown, command: Command) =>
    run(command, (signal) => bundleCommand(command.optsWithGlobals(), signal)),
  )
  drift
    .command('join')
    .description('Put the models of several bundles into one, with all verdicts on them.')
    .argument('<bundles...>')
    .requiredOption('--out <file>', 'where the bundle is written')
    .option('--key <file>', 'Ed25519 private key (PEM) to sign with')
    .option('--json', 'one JSON object on standard output')
    .action((files: string[], _options: unknown, command: Command) =>
      run(command, () => joinCommand(files, command.optsWithGlobals())),
    )
  watchCommand(drift)
  drift
    .command('verify')
    .description('Check a bundle and compute every score in it again from its counts.')
    .argument('<bundle>')
    .option('--json', 'one JSON object on standard output')
    .action((file: string, _options: unknown, command: Command) =>
      run(command, () => verifyCommand(file, command.optsWithGlobals())),
    )
}

function watchCommand(drift: Command): void {
  columnOptions(
    drift
      .command('watch')
      .description('Score each new window once it is over, until stopped.')
      .requiredOption('--profile <file>', 'profile of the reference')
      .requiredOption('--current <path>', 'folder or pattern that new rows arrive in')
      .requiredOption('--time-column <name>', 'cuts the rows into windows')
      .addOption(
        new Option('--period <name>', 'length of a window').choices(PERIODS).default('day'),
      )
      .option('--zone <name>', 'time zone that days begin in (default: UTC)')
      .option('--where-current <expression>', 'rows to look at')
      .option('--every <seconds>', 'how often to look', number(1, 1e7), 300)
      .option('--alert-after <k/n>', 'alert where k of the last n windows drifted', '1/1')
      .option('--fail-on-drift', 'end with code 3 at the first alert'),
  ).action((_options: unknown, command: Command) =>
    run(command, (signal) => watch(command.optsWithGlobals(), signal)),
  )
}

/** k of n, such as 2/3. */
function ruleOf(text: string): { k: number; n: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text)
  if (!match)
    throw new UnusableInput(
      `--alert-after ${text} is no rule.`,
      'Write how many of how many, such as 2/3.',
    )
  return { k: Number(match[1]), n: Number(match[2]) }
}

type WatchOptions = Shared & {
  profile: string
  current: string
  timeColumn: string
  period: Period
  zone?: string
  every: number
  alertAfter: string
  failOnDrift?: boolean
}
async function watch(options: WatchOptions, signal: AbortSignal): Promise<number> {
  const profile = await readProfile(options.profile),
    special = await loadSpecialFunctions()
  const request = {
    path: options.current,
    where: options.whereCurrent,
    timeColumn: options.timeColumn,
    period: options.period,
    zone: options.zone,
    everyMs: options.every * 1000,
    alertAfter: ruleOf(options.alertAfter),
  }
  for await (const { window, scores, alert } of watchWindows(profile, request, {
    clock: systemClock,
    special,
    signal,
  })) {
    if (options.json) printJson(toJson({ ...scores, rows: window.rows, alert }))
    else print(windowsAsText([window], [scores]).split('\n').slice(1).join('\n'))
    if (alert && options.failOnDrift) return EXIT.drift
  }
  return EXIT.done
}

async function profileCommand(
  options: Shared & { reference: string; out: string; cells: number; windowRows?: number },
): Promise<number> {
  const profile = await profileReference({
    path: options.reference,
    where: options.whereReference,
    columns: options.columns,
    kinds: options.kinds,
    cells: Math.round(options.cells / 10) * 10,
    windowRows: options.windowRows,
  })
  await writeFile(options.out, toJson(profile))
  const unscored = profile.columns.filter(({ kind }) => kind === 'unscored').length
  if (options.json)
    printJson(
      toJson({ hash: profile.hash, rows: profile.rows, columns: profile.columns.length, unscored }),
    )
  else
    print(
      `Froze ${profile.columns.length - unscored} of ${profile.columns.length} columns of ${profile.rows} rows: ${profile.hash}`,
    )
  return EXIT.done
}

async function scoreCommand(
  options: Shared &
    Windows & { profile: string; current: string; failOnDrift?: boolean; alertAfter: string },
  signal: AbortSignal,
): Promise<number> {
  const rule = ruleOf(options.alertAfter),
    profile = await readProfile(options.profile),
    say = talk(options.json)
  const windows = await countWindows(
    profile,
    {
      path: options.current,
      where: options.whereCurrent,
      kinds: options.kinds,
      cut: cutOf(options),
    },
    { signal, progress: (done, total) => say(`${done} of ${total}`) },
  )
  const scores = scoreWindows(profile, windows, { special: await loadSpecialFunctions() })
  const alerts = kOfLast(scores.map(isAlarming), rule)
  tellUnjudged(scores.at(-1)?.unjudged ?? [])
  const result = {
    profile: profile.hash,
    drifted: alerts.at(-1) === true,
    windows: scores.map((score, at) => ({ ...score, rows: windows[at]?.rows, alert: alerts[at] })),
  }
  if (options.json) printJson(toJson(result))
  else print(windowsAsText(windows, scores))
  return result.drifted && options.failOnDrift ? EXIT.drift : EXIT.done
}

/** Windows a line each, with the columns that moved furthest. */
export function windowsAsText(
  windows: readonly DriftWindow[],
  scores: readonly WindowScores[],
): string {
  const rows = scores.map(({ window, columns }, at) => {
    const drifted = columns
      .filter(({ decision }) => decision === 'drifted')
      .sort((a, b) => (b.severity ?? 0) - (a.severity ?? 0))
    return [
      window,
      String(windows[at]?.rows ?? ''),
      `${drifted.length} of ${columns.length}`,
      figure(Math.max(0, ...columns.map(({ severity }) => severity ?? 0))),
      drifted
        .slice(0, 4)
        .map(({ column }) => column)
        .join(', '),
    ]
  })
  return `${aligned([['window', 'rows', 'drifted', 'worst', 'columns'], ...rows])}\n`
}

type BundleOptions = Shared &
  Windows &
  ModelOptions & { reference: string; current: string; out: string; model: string; key?: string }
async function bundleCommand(options: BundleOptions, signal: AbortSignal): Promise<number> {
  return writeBooks([await bookOf(options, { signal, say: talk(options.json) })], options)
}

/** Puts the models of several bundles into one, with everything that anybody said of them. */
async function joinCommand(
  files: string[],
  options: { out: string; key?: string; json?: boolean },
): Promise<number> {
  const bundles = await Promise.all(files.map(readBundle))
  return writeBooks(joinBooks(bundles.flatMap(({ books }) => books)), options)
}

async function writeBooks(
  books: Book[],
  { out, key, json }: { out: string; key?: string; json?: boolean },
): Promise<number> {
  const bytes = packBooks(
    books,
    { createdAt: timestamp(systemClock.now()), name: basename(out) },
    key
      ? createPrivateKey(
          await readNamed(key, MOST_BYTES.credential, 'Name a private key in PEM form.'),
        )
      : undefined,
  )
  await writeFile(out, bytes)
  const windows = books.reduce((sum, book) => sum + book.windows.length, 0),
    columns = books.reduce((sum, { profile }) => sum + profile.columns.length, 0)
  const { length: size } = bytes,
    { length: models } = books,
    signed = key !== undefined
  if (json) printJson(toJson({ file: out, bytes: size, models, windows, columns, signed }))
  else
    print(
      `${out}: ${models === 1 ? '' : `${models} models, `}${windows} windows of ${columns} columns in ${(size / 1000).toFixed(0)} kB.`,
    )
  return EXIT.done
}

/** Writes the bundle of one comparison, saying nothing on standard output. */
export async function writeComparisonBundle(
  file: string,
  options: Shared & ModelOptions & { reference: string; current: string; level?: number },
): Promise<void> {
  await writeFile(
    file,
    packBooks([await bookOf({ ...options, model: 'comparison' })], {
      createdAt: timestamp(systemClock.now()),
      name: basename(file),
    }),
  )
}

const readBundle = async (file: string) =>
  openBooks(await readNamed(file, MOST_BYTES.bundle, 'Check the path.'))

async function verifyCommand(file: string, { json }: Shared): Promise<number> {
  const { manifest, books, signedBy, form } = await readBundle(file),
    found = verifyBooks(books, await loadSpecialFunctions()),
    models = books.map(({ about }) => about.settings.model)
  const signer = signedBy
      ? `, signed by a key that is not known here (${signedBy.slice(0, 16)})`
      : ', not signed',
    [first] = found.differing
  if (json)
    printJson(
      toJson({
        verified: first === undefined,
        ...found,
        ...(signedBy !== undefined && { signedBy }),
        form,
        model: models[0],
        models,
        createdAt: manifest.createdAt,
      }),
    )
  else
    print(
      first
        ? `Not true: ${found.differing.length} of ${found.scores} scores differ, the first ${first.column} in ${first.window} of ${first.model}.\n`
        : `True: ${found.scores} scores${models.length === 1 ? '' : ` of ${models.length} models`} computed again from their counts${signer}.\n`,
    )
  return first ? EXIT.usage : EXIT.done
}
