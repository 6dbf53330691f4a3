import { spawn } from 'node:child_process'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import { fail } from '../../../kernel/outcome'
import { redactText } from '../../../platform/log'

export const LIMIT_MS = 60_000
export const STDERR_TAIL = 2000
const MAX_OUTPUT = 1 << 20

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
  late: boolean
  /** Whether it was ended because a file that it runs changed while it started. */
  stopped: boolean
  error?: string
}

/** What went wrong with a program that was run, in words; undefined where it ended well. */
export function troubleOf({
  exitCode,
  stderr,
  late,
  error,
}: Ended): { says: string; exitCode?: number } | undefined {
  if (late) return { says: `it did not end within ${LIMIT_MS / 1000} s and was stopped. ${stderr}` }
  if (error === undefined && exitCode === 0) return undefined
  return { says: stderr || (error ?? 'it said nothing'), ...(exitCode !== null && { exitCode }) }
}

/** A program that did not sign anybody in, with what it said; secrets in that are hidden. */
export const failedBy = (
  site: string,
  command: string,
  { says, exitCode }: { says: string; exitCode?: number },
): { ok: false; failure: Failure } =>
  fail(
    failure('PLUGIN_FAILED', {
      site,
      command,
      stderr: redactText(says.trim()).slice(-STDERR_TAIL),
      ...(exitCode !== undefined && { exitCode }),
    }),
  )

export interface ProgramStart {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** The descriptor of the file that was hashed, to start exactly that one (Linux). */
  openedAs?: number
}
// The child finds the descriptor under this number, because it is handed over right behind its three streams.
const HANDED_OVER = '/proc/self/fd/3'

/** Runs a program without input for at most a minute, if everything it runs is still the same once it started; what it started goes with it. Never rejects. */
export function runProgram(
  { program, args, env, openedAs }: ProgramStart,
  clock: Clock,
  isSame: () => boolean = () => true,
): Promise<Ended> {
  return new Promise((resolve) => {
    // A group of its own, so that what a hanging plugin started goes with it.
    const child = spawn(openedAs === undefined ? program : HANDED_OVER, args, {
      argv0: program,
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe', ...(openedAs === undefined ? [] : [openedAs])],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const over = new AbortController()
    let stdout = ''
    let stderr = ''
    let early: 'late' | 'stopped' | undefined
    const end = (exitCode: number | null, error?: string) => {
      over.abort()
      const why = { late: early === 'late', stopped: early === 'stopped' }
      resolve({ exitCode, stdout, stderr, ...why, ...(error !== undefined && { error }) })
    }
    const kill = (why: typeof early) => {
      early = why
      killGroup(child.pid, () => child.kill('SIGKILL'))
      end(null)
    }
    // A pipe that breaks says nothing that the end of the program does not.
    for (const pipe of [child.stdout, child.stderr]) pipe?.on('error', () => undefined)
    child.stdout?.on('data', (piece: Buffer) => {
      if (stdout.length < MAX_OUTPUT) stdout += piece.toString()
    })
    child.stderr?.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-STDERR_TAIL)
    })
    child.once('spawn', () => {
      if (!isSame()) kill('stopped')
    })
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code) => end(code))
    clock.sleep(LIMIT_MS, over.signal).then(
      () => kill('late'),
      () => undefined,
    )
  })
}

function killGroup(pid: number | undefined, otherwise: () => void) {
  try {
    if (pid === undefined || process.platform === 'win32') return otherwise()
    process.kill(-pid, 'SIGKILL')
  } catch {
    otherwise()
  }
}
