import { join } from 'node:path'
import tab from '@bomb.sh/tab/commander'
import { createRouterClient } from '@orpc/server'
import { burstCommands } from './capabilities/burst/cli'
import { driftCommands } from './capabilities/drift/cli'
import { flowCommands } from './capabilities/flow/cli'
import { moneyCommands } from './capabilities/money/cli'
import { rolloutTestCommand } from './capabilities/rollouts/cli'
import { compose, defaultStoreDir } from './compose'
import { serveInFolder } from './compose/served-plant'
import { plantServeCommand } from './hosts/cli/commands/plant'
import { recordedReport } from './hosts/cli/commands/flow'
import { storeCommands } from './hosts/cli/commands/store'
import { runCommand } from './hosts/cli/head'
import { makeProgram } from './hosts/cli/program'
import { serveCommand } from './hosts/cli/serve'
import type { OpenSession } from './hosts/cli/session'
import { attachLocally } from './hosts/local/socket'
import { seeded } from './kernel/random'
import { systemClock } from './platform/clock/system'
import { aside } from './platform/terminal'

declare const __TAKT_VERSION__: string

const startCore = (storeDir: string) =>
  compose({
    storeDir,
    host: 'command-line',
    version: __TAKT_VERSION__,
    env: process.env,
    clock: systemClock,
    random: seeded(process.pid),
  })

const open: OpenSession = async (store) => {
  const storeDir = store ?? defaultStoreDir(process.env)
  const attached = await attachLocally(storeDir)
  if (attached)
    return {
      client: attached.client,
      attached: true,
      gone: attached.gone,
      close: () => {
        attached.close()
        return Promise.resolve()
      },
    }
  const core = await startCore(storeDir)
  await core.started
  return { client: createRouterClient(core.router), attached: false, close: () => core.close() }
}

const program = makeProgram(open, __TAKT_VERSION__)
serveCommand(program, {
  file: join(import.meta.dirname, 'web-core.mjs'),
  storeDir: () => defaultStoreDir(process.env),
})
plantServeCommand(program, (ask, stop) =>
  serveInFolder({ ...ask, clock: systemClock, random: seeded(process.pid), tell: aside }, stop),
)
storeCommands(program, () => defaultStoreDir(process.env))
burstCommands(program)
driftCommands(program)
flowCommands(program, recordedReport(open))
moneyCommands(program)
rolloutTestCommand(program)
tab(program, { completionCommandName: 'completion' })
await runCommand(program)
