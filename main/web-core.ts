import { join } from 'node:path'
import { Command } from 'commander'
import { compose, defaultStoreDir } from './compose'
import { beginAgain } from './hosts/begin-again'
import { sayError } from './hosts/cli/output'
import { EXIT } from './hosts/cli/session'
import { standGuard } from './hosts/last-guard'
import { describeStartFailure } from './hosts/start-failure'
import { makeSessions } from './hosts/web/keeper'
import { serve } from './hosts/web/serve'
import { underSupervisor } from './hosts/web/supervised'
import { seeded } from './kernel/random'
import { systemClock } from './platform/clock/system'
import { print } from './platform/terminal'

declare const __TAKT_VERSION__: string

/** The core of a web host, as a process of its own under `web` or `takt serve`, which start it again when it dies. */
const program = new Command('takt-web-core')
  .option('--store <folder>', 'folder of the local store')
  .option('--open', 'open a browser')
  .option('--steward', 'stand for the Lease of the steward')
  .option('--json', 'answer as JSON')
  .parse()
const { store, open, steward, json } = program.opts<{
  store?: string
  open?: boolean
  steward?: boolean
  json?: boolean
}>()
if (!process.send)
  throw new Error('web-core.mjs is started by takt serve: run that, or npm start, instead.')
const storeDir = store ?? defaultStoreDir(process.env)
standGuard({ storeDir, clock: systemClock, end: () => process.exit(1) })
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

try {
  const supervisor = await underSupervisor(() => stop.abort())
  const sessions = await makeSessions(systemClock)
  const core = await compose({
    sessions,
    storeDir,
    host: 'web',
    steward: steward === true,
    restart: beginAgain,
    version: __TAKT_VERSION__,
    env: process.env,
    clock: systemClock,
    random: seeded(process.pid),
  })
  await serve(
    {
      core,
      sessions,
      storeDir,
      pageRoot: join(import.meta.dirname, '../renderer'),
      port: supervisor.door.port,
      browser: open === true,
      print,
      supervisor,
    },
    stop.signal,
  )
  process.exit(0)
} catch (error) {
  const { says, remedy } = describeStartFailure(error)
  sayError(json === true, { code: 'START_FAILED', says, remedy })
  process.exit(EXIT.conflict)
}
