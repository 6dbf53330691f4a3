import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What is tested: the usual build unless another folder is named. */
const built = process.env['TAKT_TEST_OUT'] ?? join(root, 'out')

export interface RunningHost {
  address: string
  store: string
  /** The core that runs now; another after it died. */
  pid(): number
  /** Kills core and supervisor at once, as a machine that loses power does. */
  kill(): Promise<void>
  /** Kills the supervisor alone. */
  killSupervisor(): Promise<void>
  stop(): Promise<void>
}

/** The core that a supervisor of a web host keeps; 0 while there is none. */
export function coreOf(supervisor: number): number {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8')
  return Number(children.trim().split(' ')[0] ?? 0)
}

/** Starts the built web host as people do, on a store of its own and with no kubeconfig unless they are given, and waits for the address it prints. */
export async function startHost({
  store: given,
  kubeconfig,
  env: more,
  attempts,
}: {
  store?: string
  kubeconfig?: string
  env?: Record<string, string>
  /** Refuses every connection it would open, and writes each attempt into this file. */ attempts?: string
} = {}): Promise<RunningHost> {
  const store = given ?? mkdtempSync(join(tmpdir(), 'takt-store-'))
  // No kubeconfig of the machine is looked at: only what a test names.
  const refused =
    attempts === undefined
      ? {}
      : {
          NODE_OPTIONS: `--import=${join(root, 'test/support/no-network.mjs')}`,
          TAKT_TEST_ATTEMPTS: attempts,
        }
  const env = {
    ...process.env,
    TAKT_NO_OPEN: '1',
    KUBECONFIG: kubeconfig ?? join(store, 'no-kubeconfig'),
    ...more,
    ...refused,
  }
  const host = spawn(process.execPath, [join(built, 'main/web.mjs'), '--store', store], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complained = ''
  host.stderr.on('data', (text: Buffer) => {
    complained += text.toString()
  })
  const address = await new Promise<string>((found, failed) => {
    host.once('exit', (code) =>
      failed(new Error(`The web host ended with ${String(code)}: ${complained}`)),
    )
    let said = ''
    // An address is whole when the line is.
    host.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      const match = /(http:\/\/127\.0\.0\.1:\S+)\n/.exec(said)
      if (match?.[1]) found(match[1])
    })
  })
  let ending = false
  // A host that ends by itself says why: a journey would only see its page wait.
  host.once('exit', (code, signal) => {
    if (!ending)
      process.stderr.write(
        `The web host ended by itself with ${String(code ?? signal)}: ${complained}\n`,
      )
  })
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((done) => host.once('exit', done))
    ending = true
    if (host.exitCode !== null || host.signalCode !== null || !host.kill(signal)) return
    await ended
  }
  return {
    address,
    store,
    pid: () => coreOf(host.pid ?? 0),
    kill: async () => {
      const core = coreOf(host.pid ?? 0)
      await end('SIGKILL')
      if (core !== 0) process.kill(core, 'SIGKILL')
    },
    killSupervisor: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM')
      if (!given) rmSync(store, { recursive: true, force: true })
    },
  }
}
