import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { holdsUserinfo, shownAddress } from '../../../preload/contract/text/address'
import { print, printJson } from '../../platform/terminal'
import { countInLake } from './adapters/push-down'
import { identifier } from './adapters/sql'
import { trinoLake } from './adapters/trino'
import { readProfile, windowsAsText } from './cli-bundle'
import { EXIT, run, tellUnjudged } from './cli-options'
import { UnusableInput } from './domain/failures'
import { readFilter } from './filters/filter'
import { standardSql } from './filters/standard-sql'
import { toJson } from './json'
import { loadSpecialFunctions } from '../../platform/numerics'
import { scoreWindows } from './profile'

interface LakeOptions {
  profile: string
  server: string
  table: string
  whereCurrent?: string
  user?: string
  window: string
  failOnDrift?: boolean
  json?: boolean
}

/** Registers `takt drift lake`: the lake counts where its rows lie, and only counts come here. */
export function lakeCommand(drift: Command): void {
  drift
    .command('lake')
    .description(
      'Score a table of a Trino or Presto lake against a profile; it counts there, and no row leaves it.',
    )
    .requiredOption('--profile <file>', 'profile of the reference')
    .requiredOption('--server <url>', 'address of the coordinator')
    .requiredOption('--table <name>', 'catalog.schema.table')
    .option(
      '--where-current <expression>',
      'rows of the current window: one expression over the columns',
    )
    .option(
      '--user <name>',
      'who asks (default: who is signed in here); a token is taken from TAKT_LAKE_TOKEN',
    )
    .option('--window <name>', 'what the window is called', 'current')
    .option('--fail-on-drift', 'end with code 3 where a column drifted or cannot be judged')
    .option('--json', 'one JSON object on standard output')
    .action((_options: unknown, command: Command) =>
      run(command, (signal) => score(command.optsWithGlobals(), signal)),
    )
}

async function score(options: LakeOptions, signal: AbortSignal): Promise<number> {
  const profile = await readProfile(options.profile),
    { catalog, schema, table } = placeOf(options.table)
  const lake = trinoLake({
    url: addressOf(options.server),
    catalog,
    schema,
    user: options.user ?? userInfo().username,
    ...tokenFor(options.server),
  })
  const named = [catalog, schema, table].map(identifier).join('.')
  const relation = await relationOf(named, options.whereCurrent)
  const window = await countInLake(profile, { lake, relation, name: options.window }, signal)
  const [scores] = scoreWindows(profile, [window], { special: await loadSpecialFunctions() })
  if (!scores)
    throw new UnusableInput(
      `${options.table} has nothing to score.`,
      'Check the table and the filter.',
    )
  if (options.json) printJson(toJson({ profile: profile.hash, ...scores, rows: window.rows }))
  else print(windowsAsText([window], [scores]))
  const unjudged = scores.unjudged ?? []
  tellUnjudged(unjudged)
  return options.failOnDrift && (scores.drifted || unjudged.length > 0) ? EXIT.drift : EXIT.done
}

/** The lake runs the tree of an allowed expression as any other filter, in the words that lakes share. */
async function relationOf(table: string, where: string | undefined): Promise<string> {
  if (where === undefined) return table
  const { tree } = await readFilter(where, { columns: 'any' })
  return `(SELECT * FROM ${table} WHERE ${standardSql(tree)}) AS rows_of_window`
}

function placeOf(text: string): { catalog: string; schema: string; table: string } {
  const [catalog, schema, table, ...more] = text.split('.')
  if (!catalog || !schema || !table || more.length > 0)
    throw new UnusableInput(
      `--table ${text} names no table.`,
      'Write catalog.schema.table, such as iceberg.loans.applications.',
    )
  return { catalog, schema, table }
}
function addressOf(text: string): string {
  if (holdsUserinfo(text))
    throw new UnusableInput(
      `--server ${shownAddress(text)} holds a user name or password, which others of this machine read among its processes.`,
      'Leave them out: --user says who asks, and a token is taken from TAKT_LAKE_TOKEN.',
    )
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UnusableInput(
      '--server names no address.',
      'Write it with its scheme and port, such as https://trino.example:8443.',
    )
  return url.href
}
/** A token goes over TLS, or to this machine, and nowhere else. */
function tokenFor(server: string): { token?: string } {
  const token = process.env['TAKT_LAKE_TOKEN'],
    { protocol, hostname } = new URL(addressOf(server))
  if (!token) return {}
  if (protocol !== 'https:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
    throw new UnusableInput(
      'TAKT_LAKE_TOKEN would be readable on the way.',
      'Use the https address of the coordinator.',
    )
  return { token }
}
