import { fork, type ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { HeldPort } from './held-port'
import { SessionMemory } from './keeper'

/** What the supervisor and the core that it keeps tell each other. Both ends parse what they get. */
export const ToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), port: z.number(), again: z.boolean() }),
  z.object({ type: z.literal('connection'), id: z.number() }),
  z.object({ type: z.literal('stop') }),
])
export type ToHost = z.infer<typeof ToHost>
export const ToSupervisor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('taken'), id: z.number() }),
])
export type ToSupervisor = z.infer<typeof ToSupervisor>

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** A core that lived this long died of something new. */
const STEADY_MS = 60_000
/** Starts that failed in a row, after which a person has to look. */
const MOST_FAILURES = 12
const STOPPING_MS = 10_000

export interface Supervision {
  /** The program that holds the core, and its arguments. */
  file: string
  args: readonly string[]
  port: number
  /** Takes what starts the core anew on purpose, as while it is developed. */
  onRestart?(restart: () => void): void
  /** For people: what happened and what to do. */
  say(line: string): void
}

/**
 * Holds the port and what must outlive a core, and starts the core again when it dies: connections wait meanwhile, so the port is never
 * free for somebody else, and sessions stay true. Answers the exit code of the whole.
 */
export async function supervise(options: Supervision, signal: AbortSignal): Promise<number> {
  const held = await HeldPort.open(options.port)
  const { port } = held
  let core: ChildProcess | undefined
  const sessions = new SessionMemory()
  options.onRestart?.(() => core?.kill('SIGKILL'))
  const run = (again: boolean) =>
    new Promise<Ended>((ended) => {
      const child = fork(options.file, [...options.args], { stdio: 'inherit' })
      const begun = performance.now()
      let wasReady = false
      core = child
      child.on('error', () => undefined)
      sessions.serve(child)
      child.on('message', (raw) => {
        const message = ToSupervisor.safeParse(raw).data
        if (message?.type === 'taken') held.taken(message.id)
        else if (message?.type === 'ready') {
          wasReady = true
          held.use(child)
        }
      })
      child.once('exit', (code, killedBy) => {
        held.use(undefined)
        ended({ code, killedBy, wasReady, livedMs: performance.now() - begun })
      })
      child.send({ type: 'begin', port, again } satisfies ToHost)
    })
  const stop = () => {
    core?.send({ type: 'stop' } satisfies ToHost, () => undefined)
    setTimeout(() => core?.kill('SIGKILL'), STOPPING_MS).unref()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await keepRunning(run, options.say, signal)
  } finally {
    held.close()
  }
}

interface Ended {
  code: number | null
  killedBy: NodeJS.Signals | null
  wasReady: boolean
  livedMs: number
}
async function keepRunning(
  run: (again: boolean) => Promise<Ended>,
  say: Supervision['say'],
  signal: AbortSignal,
): Promise<number> {
  let wasEverReady = false
  for (let failures = 0; ;) {
    const ended = await run(wasEverReady)
    wasEverReady ||= ended.wasReady
    const code = ended.code ?? 1
    // What never stood says itself why.
    if (signal.aborted || ended.code === 0 || !wasEverReady) return code
    failures = ended.livedMs > STEADY_MS ? 1 : failures + 1
    if (failures > MOST_FAILURES) {
      say(`The core ended ${String(failures)} times in a row. Run takt doctor, then takt serve.`)
      return code
    }
    say(
      `The core ended by itself (${ended.killedBy ?? String(code)}) and is started again. Open pages come back by themselves.`,
    )
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), signal)
    if (signal.aborted) return code
  }
}
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((over) => {
    const timer = setTimeout(over, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        over()
      },
      { once: true },
    )
  })
