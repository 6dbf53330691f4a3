import { join } from 'node:path'
import { Command } from 'commander'
import { compose, defaultStoreDir } from './compose'
import { describeStartFailure } from './hosts/start-failure'
import { makeSessions } from './hosts/web/keeper'
import { serve } from './hosts/web/serve'
import { seeded } from './kernel/random'
import { systemClock } from './platform/clock/system'

declare const __TAKT_VERSION__: string

/** `npm start` without a desktop: the web host with a browser, unless TAKT_NO_OPEN is set. */
const program = new Command('takt-web')
  .option('--port <n>', 'port on loopback', '0')
  .option('--store <folder>', 'folder of the local store')
  .parse()
const { port, store } = program.opts<{ port: string; store?: string }>()
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

try {
  const storeDir = store ?? defaultStoreDir(process.env)
  const sessions = await makeSessions(systemClock)
  const core = await compose({
    sessions,
    storeDir,
    host: 'web',
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
      port: Number(port),
      browser: true,
      print: (line) => console.log(line),
    },
    stop.signal,
  )
  process.exit(0)
} catch (error) {
  const { says, remedy } = describeStartFailure(error)
  console.error(`${says}\n${remedy}`)
  process.exit(1)
}
