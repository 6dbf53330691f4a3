import type { Command } from 'commander'
import { askLocally } from '../local/socket'
import { aside } from '../../platform/terminal'
import { supervise } from '../web/supervision'
import { describeStartFailure } from '../start-failure'
import { say } from './output'
import { EXIT, Stop, type GlobalOptions } from './session'
import { number } from './words'

interface ServeSetup {
  /** The program that holds the core. */
  file: string
  storeDir: () => string
}

/** Asks a running web host for another one-time address over its local socket. */
async function askForAddress(storeDir: string): Promise<string> {
  const answer = await askLocally(storeDir, 'new-token')
  if (!answer)
    throw new Stop(
      EXIT.unreachable,
      'No web host runs on this store.',
      'Start one with takt serve.',
    )
  if (answer.status !== 200)
    throw new Stop(
      EXIT.failed,
      'The core that runs has no web host.',
      'Close it and run takt serve.',
    )
  return answer.text
}

export function serveCommand(program: Command, { file, storeDir }: ServeSetup) {
  program
    .command('serve')
    .description('serve the page on loopback until interrupted')
    .option('--port <n>', 'port, any free one unless given', number, 0)
    .option('--open', 'open a browser')
    .option(
      '--steward',
      'act by the policy while nobody looks, under a Lease that one at a time holds',
    )
    .option(
      '--new-token',
      'print another one-time address of the host that runs; the one before it ends',
    )
    .action(async (_options: unknown, command: Command) => {
      const { port, open, newToken, steward, store, json } = command.optsWithGlobals<
        GlobalOptions & { port: number; open?: boolean; newToken?: boolean; steward?: boolean }
      >()
      const folder = store ?? storeDir()
      if (newToken) return say(await askForAddress(folder))
      const stop = new AbortController()
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
      const asked = { '--open': open, '--steward': steward, '--json': json }
      const flags = Object.entries(asked).flatMap(([flag, on]) => (on ? [flag] : []))
      const args = ['--store', folder, ...flags]
      const supervision = { file, args, port, say: aside }
      process.exitCode = await supervise(supervision, stop.signal).catch((error: unknown) => {
        const { says, remedy } = describeStartFailure(error)
        throw new Stop(EXIT.conflict, says, remedy)
      })
    })
}
