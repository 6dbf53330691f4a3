import { Writable } from 'node:stream'
import { z } from 'zod'
import type { Failure } from '../../../../preload/contract/failures'
import { explain } from '../../../../preload/contract/explain'
import type { Outcome } from '../../../kernel/outcome'
import { getFromPod } from '../../../platform/kubernetes/pod-request'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { known, unknown, type Reading, type ServerActivity } from '../domain/idle'
import { commandsOnTerminals } from '../domain/processes'

export interface ServerPlace {
  pod: { namespace: string; name: string }
  container: string
  port: number
  /** Where its status is read: the path of Jupyter's own status, under whatever prefix it lives. */
  statusPath: string
}
/** Asks what a connection may ask; a refusal is remembered, so that nobody is asked every half minute. */
export type Asking = <T>(
  client: KubeClient,
  what: string,
  ask: () => Promise<Outcome<T>>,
) => Promise<Outcome<T>>
interface Look {
  client: KubeClient
  place: ServerPlace
  ask: Asking
  signal: AbortSignal
}

const STATUS = /\/api\/status$/
const instant = z.string().transform((text, context) => {
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  context.addIssue('no instant')
  return z.NEVER
})
const Status = z.object({ last_activity: instant })
const Kernels = z
  .array(
    z.object({ name: z.string().default(''), execution_state: z.string(), last_activity: instant }),
  )
  .max(1000)
const Terminals = z.array(z.object({ last_activity: instant.optional() })).max(1000)
/** Only these two do nothing; what a later Jupyter may call its states counts as work. */
const RESTING = new Set(['idle', 'dead'])

const says = (what: string, failure: Failure) => `${what}: ${explain(failure).says}`
async function read<T>(
  { client, place, ask, signal }: Look,
  path: string,
  shape: z.ZodType<T>,
): Promise<Reading<T> & { absent?: boolean }> {
  const answer = await ask(client, `ports of ${place.pod.namespace}`, () =>
    getFromPod(client, { pod: place.pod, port: place.port, path }, signal),
  )
  if (!answer.ok) {
    const { failure } = answer
    return {
      ...unknown(says('its server does not tell', failure)),
      absent: failure.code === 'CLUSTER_FAILED' && failure.data.status === 404,
    }
  }
  try {
    const parsed = shape.safeParse(JSON.parse(answer.value))
    if (parsed.success) return known(parsed.data)
  } catch {
    // Told below: no JSON at all is as good as JSON of another shape.
  }
  return unknown(`its server answers ${path} with something else`)
}

/** What Jupyter's server tells: when somebody last worked, and which kernels are busy. */
export async function serverActivity(look: Look): Promise<Reading<ServerActivity>> {
  const { statusPath } = look.place
  if (!STATUS.test(statusPath)) return unknown('its tool does not tell when somebody works in it')
  const at = (path: string) => statusPath.replace(STATUS, path)
  const status = await read(look, statusPath, Status)
  if (!status.known) return status
  const kernels = await read(look, at('/api/kernels'), Kernels)
  if (!kernels.known) return kernels
  const terminals = await read(look, at('/api/terminals'), Terminals)
  // A server without terminals answers 404.
  if (!terminals.known && terminals.absent !== true) return terminals
  return known({
    lastActivity: Math.max(
      status.value.last_activity,
      ...kernels.value.map(({ last_activity }) => last_activity),
      ...(terminals.known ? terminals.value.map(({ last_activity = 0 }) => last_activity) : []),
    ),
    kernels: kernels.value.map(({ name, execution_state }) => ({
      name,
      busy: !RESTING.has(execution_state),
    })),
  })
}

const MOST_LETTERS = 1_000_000
/** Commands that run in any terminal of the container, Jupyter's own or one opened from outside. */
export async function terminalCommands({
  client,
  place,
  ask,
  signal,
}: Look): Promise<Reading<readonly string[]>> {
  let out = ''
  let cut = false
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (out.length < MOST_LETTERS) out += chunk.toString('utf8')
      else cut = true
      done()
    },
  })
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() })
  const ran = await ask(client, `commands in ${place.pod.namespace}`, () =>
    client.exec(
      { ...place.pod, container: place.container },
      // A process that ends meanwhile makes cat fail, and what it had printed still counts.
      ['sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null'],
      { stdout, stderr, signal },
    ),
  )
  if (!ran.ok) return unknown(says('its terminals cannot be seen', ran.failure))
  // What was cut off may hold the one command that matters.
  const commands = cut ? undefined : commandsOnTerminals(out)
  return commands ? known(commands) : unknown('its list of processes cannot be read')
}
