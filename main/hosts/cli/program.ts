import type { Command } from 'commander'
import { backlogCommands } from './commands/backlog'
import { liveBurstCommands } from './commands/burst'
import { catalogCommands } from './commands/catalog'
import { cloudCommands } from './commands/cloud'
import { environmentCommands } from './commands/environments'
import { projectCommands } from './commands/projects'
import { siteCommands } from './commands/sites'
import { systemCommands } from './commands/system'
import { taktCommand } from './head'
import type { OpenSession } from './session'

/** The whole command line. Every command takes --json; failures are said with their remedy and a fixed exit code. */
export function makeProgram(open: OpenSession, version: string): Command {
  const program = taktCommand(version)
  siteCommands(program, open)
  projectCommands(program, open)
  environmentCommands(program, open)
  catalogCommands(program, open)
  backlogCommands(program, open)
  liveBurstCommands(program, open)
  cloudCommands(program, open)
  systemCommands(program, open)
  return program
}
