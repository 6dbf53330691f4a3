import { spawn } from 'node:child_process'
import type { Clock } from '../../../kernel/clock'

export const LIMIT_MS = 60_000
export const STDERR_TAIL = 2000
const MAX_OUTPUT = 1 << 20

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
  late: boolean
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

/** Runs a program without input for at most a minute; what it started goes with it. Never rejects. */
export function runProgram(
  {
    program,
    args,
    env,
  }: {
    program: string
    args: readonly string[]
    env: Readonly<Record<string, string | undefined>>
  },
  clock: Clock,
): Promise<Ended> {
  return new Promise((resolve) => {
    // A group of its own, so that what a hanging plugin started goes with it.
    const child = spawn(program, args, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const over = new AbortController()
    let stdout = ''
    let stderr = ''
    let late = false
    const end = (exitCode: number | null, error?: string) => {
      over.abort()
      resolve({ exitCode, stdout, stderr, late, ...(error !== undefined && { error }) })
    }
    child.stdout.on('data', (piece: Buffer) => {
      if (stdout.length < MAX_OUTPUT) stdout += piece.toString()
    })
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-STDERR_TAIL)
    })
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code) => end(code))
    clock.sleep(LIMIT_MS, over.signal).then(
      () => {
        late = true
        killGroup(child.pid, () => child.kill('SIGKILL'))
        end(null)
      },
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
