import { Command } from 'commander'
import { backlogCommands } from './commands/backlog'
import { liveBurstCommands } from './commands/burst'
import { catalogCommands } from './commands/catalog'
import { environmentCommands } from './commands/environments'
import { projectCommands } from './commands/projects'
import { siteCommands } from './commands/sites'
import { systemCommands } from './commands/system'
import type { OpenSession } from './session'

/** The whole command line. Every command takes --json; failures are said with their remedy and a fixed exit code. */
export function makeProgram(open: OpenSession, version: string): Command {
  const program = new Command('takt')
    .description('Both assembly lines of machine-learning operations, on-prem and in the cloud.')
    .version(version).option('--json', 'answer as JSON').option('--store <folder>', 'folder of the local store')
    .showSuggestionAfterError().exitOverride()
    .addHelpText('after', '\nExit codes: 0 done, 1 bug, 2 bad input or usage, 4 not permitted, 5 site not reachable, 6 conflict or stale plan, 7 plan blocked, 8 operation failed, 130 interrupted.')
  siteCommands(program, open)
  projectCommands(program, open)
  environmentCommands(program, open)
  catalogCommands(program, open)
  backlogCommands(program, open)
  liveBurstCommands(program, open)
  systemCommands(program, open)
  return program
}
