import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Ports that were free a moment ago; all are held open together so that no two are alike. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(0, '127.0.0.1', resolve),
      )
      return server
    }),
  )
  const ports = held.map((server) => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
    return address.port
  })
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Polls until the check answers true; fails with what `why` says when the deadline passes or the check throws. */
export async function until(
  check: () => Promise<boolean>,
  options: { seconds: number; why: () => string },
): Promise<void> {
  const deadline = performance.now() + options.seconds * 1000
  for (;;) {
    if (await check()) return
    if (performance.now() > deadline) throw new Error(options.why())
    await pause(100)
  }
}

export interface Guard {
  watch(pid: number): void
  release(): void
}

/**
 * A shell that outlives this process by a moment: when the pipe to it breaks, for whatever reason, it kills the servers and
 * removes their folder. An exit handler alone would leave them running after a SIGKILL.
 */
export function makeGuard(folder: string): Guard {
  const script =
    'pids=""; while read -r line; do [ "$line" = done ] && exit 0; pids="$pids $line"; done; kill -9 $pids 2>/dev/null; rm -rf "$1"'
  const child = spawn('sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // A pipe is a socket here, and a referenced one would keep a finished test process alive.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return {
    watch: (pid) => void child.stdin.write(`${pid}\n`),
    release: () => void child.stdin.end('done\n'),
  }
}

export interface Program {
  name: string
  binary: string
  args: string[]
  folder: string
  env?: Record<string, string>
  /** Throws while the server cannot be reached, false while it is not ready. */
  isReady: () => Promise<boolean>
  seconds?: number
}

/** One server process with a log file; it can be ended and begun again. */
export class Server {
  readonly program: Program
  readonly #guard: Guard
  #child: ChildProcess | undefined

  constructor(program: Program, guard: Guard) {
    this.program = program
    this.#guard = guard
  }

  get logFile(): string {
    return join(this.program.folder, `${this.program.name}.log`)
  }

  /** The last lines of the log, for the message of a failure. */
  tail(lines = 25): string {
    return readFileSync(this.logFile, 'utf8').split('\n').slice(-lines).join('\n')
  }

  async start(): Promise<void> {
    const { name, binary, args, folder, env, seconds = 90 } = this.program
    const log = openSync(this.logFile, 'a')
    const child = spawn(binary, args, {
      cwd: folder,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    })
    closeSync(log)
    this.#child = child
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    if (child.pid !== undefined) this.#guard.watch(child.pid)
    await until(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`${name} ended with ${child.exitCode}:\n${this.tail()}`)
        return this.program.isReady().catch(() => false)
      },
      { seconds, why: () => `${name} was not ready within ${seconds} s:\n${this.tail()}` },
    )
  }

  /** Holds the process where it is, or lets it go on. */
  hold(isHeld: boolean): void {
    this.#child?.kill(isHeld ? 'SIGSTOP' : 'SIGCONT')
  }

  /** Ends the process and waits until it is gone; after five seconds it is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(impatience)
  }
}
