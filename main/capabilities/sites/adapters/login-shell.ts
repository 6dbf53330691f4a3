import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import type { Clock } from '../../../kernel/clock'

type Env = Readonly<Record<string, string | undefined>>
const LIMIT_MS = 10_000
/** A million letters of variables are no environment any more. */
const MOST_OUTPUT = 1 << 20
const MARK = '--takt-env--'

/** The variables of this person's login shell, whose PATH a program started from a dock or menu does not have; undefined where it does not tell in time. */
export function loginShellEnv(env: Env, clock: Clock): Promise<Env | undefined> {
  const shell = env['SHELL']
  if (process.platform === 'win32' || !shell) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const over = new AbortController()
    const child = spawn(shell, ['-ilc', `printf %s ${MARK}; env -0; printf %s ${MARK}`], {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let out = ''
    const end = (found: Env | undefined) => {
      over.abort()
      resolve(found)
    }
    child.stdout.on('error', () => undefined)
    child.stdout.on('data', (piece: Buffer) => {
      if (out.length < MOST_OUTPUT) out += piece.toString()
    })
    child.once('error', () => end(undefined))
    child.once('close', () => end(variablesIn(out)))
    clock.sleep(LIMIT_MS, over.signal).then(
      () => {
        if (child.pid !== undefined)
          try {
            process.kill(-child.pid, 'SIGKILL')
          } catch {
            child.kill('SIGKILL')
          }
        end(undefined)
      },
      () => undefined,
    )
  })
}
// What start-up files print stands outside the marks.
function variablesIn(out: string): Env | undefined {
  const [, listed] = out.split(MARK)
  return listed === undefined
    ? undefined
    : Object.fromEntries(
        listed.split('\0').flatMap((line) => {
          const at = line.indexOf('=')
          return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : []
        }),
      )
}

/** The machine's variables, completed once from the login shell: its PATH goes first, and nothing that is set is replaced. */
export function completedEnv(
  env: Env,
  probe: () => Promise<Env | undefined>,
): { now(): Env; ready(): Promise<void> } {
  let completed = env
  let asked: Promise<void> | undefined
  return {
    now: () => completed,
    ready: () =>
      (asked ??= probe().then(
        (found) => {
          if (found) completed = { ...found, ...env, PATH: pathOf(found['PATH'], env['PATH']) }
        },
        () => undefined,
      )),
  }
}
const pathOf = (first = '', then = '') =>
  [...new Set([...first.split(delimiter), ...then.split(delimiter)].filter(Boolean))].join(
    delimiter,
  )
