import { driftCommands } from './capabilities/drift/cli'
import { runCommand, taktCommand } from './hosts/cli/head'

declare const __TAKT_VERSION__: string

const program = taktCommand(__TAKT_VERSION__)
driftCommands(program)
await runCommand(program)
