import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createInterface } from 'node:readline'
import { duplexPair, type Duplex } from 'node:stream'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Clock } from '../../../kernel/clock'
import type { ExecRequest, ExecStreams, LogLine, LogRequest, RuntimeHooks } from '../../api/runtime'
import type { KubeObject } from '../../types'
import type { Engine } from '../engine'
import { NODE, POD } from '../kinds'
import { isFinished, isReady, type Node, type Pod } from '../objects'
import { makePrometheus } from '../prometheus/server'
import type { Surroundings } from './answers'
import { filesOf } from './files'
import { closingLines, lineText, lineTime, runOf } from './logs'
import { makePage, type Activity } from './page'
import { runCommand, runScript } from './shell'
import { talkOnTerminal } from './terminal'

const MOST_OPENING_LINES = 100_000

/** Logs, commands and open ports of the pods that the simulated kubelet runs. */
export function makeRuntime(engine: Engine): RuntimeHooks & { close: () => void } {
  const connections = makeConnections(engine)
  return {
    logs: (pod, request) => logs(engine, pod as Pod, request),
    exec: (pod, request, streams) => exec(surroundings(engine, pod as Pod), request, streams),
    connect: connections.connect,
    close: connections.close,
  }
}

const fresh = (engine: Engine, pod: KubeObject) => {
  const now = engine.api.get(POD, pod.metadata.name, pod.metadata.namespace) as Pod | undefined
  return now?.metadata.uid === pod.metadata.uid ? now : undefined
}

async function* logs(engine: Engine, pod: Pod, request: LogRequest): AsyncIterable<LogLine> {
  const { clock } = engine.api
  const run = runOf(pod, request.previous)
  if (!run) return
  for (let nth = 0; nth < MOST_OPENING_LINES && !request.signal.aborted; nth += 1) {
    const at = lineTime(pod, run, nth)
    if (
      !(await untilWritten(
        { engine, pod, clock, follow: request.follow, signal: request.signal },
        at,
      ))
    )
      break
    yield { at, text: lineText(pod, run, nth) }
  }
  const last = runOf(fresh(engine, pod) ?? pod, request.previous) ?? run
  if (last.restart === run.restart)
    for (const text of closingLines(last, pod)) yield { at: last.endedAt ?? clock.now(), text }
}

interface Following {
  engine: Engine
  pod: Pod
  clock: Clock
  follow: boolean
  signal: AbortSignal
}
/** Whether a line of that time has been written; a follower waits for it while the container lives. */
async function untilWritten(
  { engine, pod, clock, follow, signal }: Following,
  at: number,
): Promise<boolean> {
  for (;;) {
    const now = fresh(engine, pod)
    const run = now && runOf(now, false)
    const end = run?.endedAt ?? (now ? Infinity : 0)
    if (at > end) return false
    if (at <= clock.now()) return true
    if (!follow) return false
    // Awake often enough to see that the container has ended meanwhile.
    await clock.sleep(Math.min(at - clock.now(), 5_000), signal).catch(() => undefined)
    if (signal.aborted) return false
  }
}

const surroundings = (engine: Engine, pod: Pod): Surroundings => ({
  pod,
  node: engine.api.get(NODE, pod.spec.nodeName ?? '') as Node | undefined,
  files: filesOf(engine, pod),
  clock: engine.api.clock,
  cwd: pod.spec.containers[0]?.workingDir ?? '/home/jovyan',
})

/** Whether a command is a shell to talk to: one by name, or a script that ends by becoming one. */
function isShell(command: string[]): boolean {
  const [program = '', flag = '-i', script = ''] = command
  if (command.length === 0) return true
  if (!/(^|\/)(ba)?sh$/.test(program)) return false
  return /c$/.test(flag)
    ? /\bexec \S*sh\s*$/.test(script)
    : flag.startsWith('-') && command.length <= 2
}

async function exec(
  at: Surroundings,
  { command }: ExecRequest,
  streams: ExecStreams,
): Promise<number> {
  if (isShell(command)) return streams.tty ? talkOnTerminal(at, streams) : talk(at, streams)
  const answer = runCommand(command, at)
  streams.stdout.write(answer.out)
  if (answer.err) streams.stderr.write(answer.err)
  return answer.code
}

const leaving = (line: string, code: number): number | undefined => {
  const left = /^\s*exit(?:\s+(\d+))?\s*$/.exec(line)
  return left ? Number(left[1] ?? code) : undefined
}

/** A conversation with the shell: a line in, an answer out, until exit or the end of input. */
async function talk(
  at: Surroundings,
  { stdin, stdout, stderr, signal }: ExecStreams,
): Promise<number> {
  const lines = createInterface({ input: stdin, crlfDelay: Infinity })
  signal.addEventListener('abort', () => lines.close(), { once: true })
  let code = 0
  for await (const line of lines) {
    const left = leaving(line, code)
    if (left !== undefined) return left
    const answer = runScript(line, at)
    code = answer.code
    stdout.write(answer.out)
    if (answer.err) stderr.write(answer.err)
  }
  return code
}

/** One HTTP server without a port: each forwarded connection is handed to it together with the pod it was opened to. */
function makeConnections(engine: Engine) {
  const activity: Activity = new Map()
  const page = makePage(engine, activity)
  const prometheus = makePrometheus(engine)
  const pods = new WeakMap<object, Pod>()
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as HttpBindings
      const opened = pods.get(incoming.socket)
      const pod = opened && fresh(engine, opened)
      if (!pod) return new Response('The pod of this connection is gone.\n', { status: 502 })
      return pod.metadata.labels?.['app.kubernetes.io/name'] === 'prometheus'
        ? prometheus.fetch(request)
        : page.fetch(request, { pod })
    },
    { overrideGlobalObjects: false },
  )
  let server: Server | undefined
  const open = new Set<Duplex>()
  return {
    connect(target: KubeObject, port: number): Duplex | undefined {
      const pod = fresh(engine, target)
      const listens =
        pod &&
        isReady(pod) &&
        !isFinished(pod) &&
        pod.spec.containers.some(({ ports }) =>
          ports?.some(({ containerPort }) => containerPort === port),
        )
      if (!listens) return undefined
      server ??= createServer((incoming, outgoing) => void listener(incoming, outgoing))
      const [near, far] = duplexPair()
      pods.set(far, pod)
      open.add(near)
      void once(near, 'close').then(
        () => {
          open.delete(near)
          far.destroy()
        },
        () => undefined,
      )
      server.emit('connection', far)
      return near
    },
    close() {
      for (const stream of open) stream.destroy()
      server?.close()
    },
  }
}
