import { Command, CommanderError } from 'commander'
import { aside } from '../../platform/terminal'
import { EXIT, report } from './session'

/** The command itself, before any of its words. */
export const taktCommand = (version: string): Command =>
  new Command('takt')
    .description('Both assembly lines of machine-learning operations, on-prem and in the cloud.')
    .version(version)
    .option('--json', 'answer as JSON')
    .option('--store <folder>', 'folder of the local store')
    // What commander echoes of a word it does not know passes the one writer for terminals too.
    .configureOutput({ writeErr: (text) => aside(text.replace(/\n$/, '')) })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 bug, 2 bad input or usage, 4 not permitted, 5 site or core not reachable, 6 conflict or stale plan, 7 plan blocked, 8 operation failed, 130 interrupted.',
    )

/** Does what the arguments of this process ask for, and leaves its exit code. */
export async function runCommand(program: Command): Promise<void> {
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    // Commander has said what was wrong; help and version end this way too.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    else process.exitCode = report(error, process.argv.includes('--json'))
  }
}
