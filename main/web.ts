import { join } from 'node:path'
import { Command } from 'commander'
import { describeStartFailure } from './hosts/start-failure'
import { supervise } from './hosts/web/supervision'
import { aside } from './platform/terminal'

/** `npm start` without a desktop: the web host with a browser, unless TAKT_NO_OPEN is set. */
const program = new Command('takt-web')
  .option('--port <n>', 'port on loopback', '0')
  .option('--store <folder>', 'folder of the local store')
  .parse()
const { port, store } = program.opts<{ port: string; store?: string }>()
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

try {
  process.exit(
    await supervise(
      {
        file: join(import.meta.dirname, 'web-core.mjs'),
        args: [...(store === undefined ? [] : ['--store', store]), '--open'],
        port: Number(port),
        say: aside,
        onRestart: (restart) => process.on('message', (asked) => asked === 'restart' && restart()),
      },
      stop.signal,
    ),
  )
} catch (error) {
  const { says, remedy } = describeStartFailure(error)
  aside(`${says}\n${remedy}`)
  process.exit(1)
}
