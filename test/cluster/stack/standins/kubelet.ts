import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Manifest } from '../manifests'
import type { Plane } from '../plane'
import { follow } from './follow'

interface Container {
  name: string
  image: string
  command: string[]
  env?: { name: string; value?: string }[]
  envFrom?: { prefix?: string; secretRef?: { name: string; optional?: boolean } }[]
}
interface Pod extends Manifest {
  spec: { nodeName?: string; containers: Container[] }
  status?: { phase?: string }
}
/** One container that ran here: what it was started with, and what it said. */
export interface Ran {
  pod: string
  command: string[]
  env: Record<string, string>
  log: string
  process: ChildProcess
  ended: boolean
}
export interface Kubelet {
  ran: Ran[]
  stop(): Promise<void>
}
interface Settings {
  plane: Plane
  labelSelector: string
  /** Folder of the programs that the containers' image would bring. */ programs: string
  node?: string
}

/** Stands in for one node: pods with a label come to it, their one container is run as a process of this machine with the variables that Kubernetes would give it, and its log is served. */
export async function playKubelet({
  plane,
  labelSelector,
  programs,
  node = 'transfers',
}: Settings): Promise<Kubelet> {
  const ending = new AbortController()
  const ran: Ran[] = []
  const { certificate, key } = await plane.issue({ user: `system:node:${node}` })
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const [, name] = /^\/containerLogs\/[^/]+\/([^/]+)\//.exec(request.url ?? '') ?? []
    response
      .setHeader('content-type', 'text/plain')
      .end(ran.find(({ pod }) => pod === name)?.log ?? '')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await plane.applyManifests([
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node },
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } },
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      },
    } as Manifest,
  ])
  const onObject = async (object: Manifest) => take({ plane, programs, node, ran }, object as Pod)
  follow(plane.admin, `/api/v1/pods?labelSelector=${encodeURIComponent(labelSelector)}`, {
    onObject,
    signal: ending.signal,
  })
  return {
    ran,
    async stop() {
      ending.abort()
      for (const one of ran) kill(one)
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Ends a container at once, as a node does that loses its power. */
export function kill({ ended, process: { pid } }: Ran): void {
  if (!ended && pid !== undefined) process.kill(-pid, 'SIGKILL')
}

interface Turn {
  plane: Plane
  programs: string
  node: string
  ran: Ran[]
}
async function take(turn: Turn, pod: Pod): Promise<void> {
  const { namespace = '', name } = pod.metadata
  const started = turn.ran.find((one) => one.pod === name)
  if (pod.metadata['deletionTimestamp'] !== undefined) {
    if (started) kill(started)
    await turn.plane.admin.call(
      `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`,
      { method: 'DELETE' },
    )
    return
  }
  const [container] = pod.spec.containers
  if (started || !container || pod.status?.phase !== 'Pending') return
  const ran = await start(turn, { namespace, name, container })
  if (pod.spec.nodeName === undefined)
    await turn.plane.admin.ask(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      method: 'POST',
      json: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { apiVersion: 'v1', kind: 'Node', name: turn.node },
      },
    })
  await tell(
    turn.plane,
    { namespace, name },
    {
      phase: 'Running',
      containerStatuses: [
        {
          ...statusOf(container),
          ready: true,
          state: { running: { startedAt: new Date().toISOString() } },
        },
      ],
    },
  )
  ran.process.once('close', (code: number | null) => {
    ran.ended = true
    const exitCode = code ?? 137
    void tell(
      turn.plane,
      { namespace, name },
      {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [
          {
            ...statusOf(container),
            ready: false,
            state: {
              terminated: {
                exitCode,
                reason: exitCode === 0 ? 'Completed' : 'Error',
                finishedAt: new Date().toISOString(),
              },
            },
          },
        ],
      },
    )
  })
  ran.process.stdin?.end('go\n')
}
const statusOf = ({ name, image }: Container) => ({ name, image, imageID: image, restartCount: 0 })
async function tell(
  plane: Plane,
  { namespace, name }: { namespace: string; name: string },
  status: object,
): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    const answer = await plane.admin
      .call(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ status }),
      })
      .catch(() => undefined)
    if (answer && (answer.status < 300 || answer.status === 404)) return
    await pause(200)
  }
}

async function start(
  { plane, programs, ran }: Turn,
  { namespace, name, container }: { namespace: string; name: string; container: Container },
): Promise<Ran> {
  const env = await envOf(plane, namespace, container)
  const command = container.command.map((part) => expanded(part, env))
  const [program = '', ...args] = command
  // Held until its pod counts as running, so that no end can overtake the beginning.
  const child = spawn('sh', ['-c', 'read -r go; exec "$0" "$@"', program, ...args], {
    env: {
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      TMPDIR: process.env['TMPDIR'] ?? '/tmp',
      ...env,
    },
    stdio: 'pipe',
    detached: true,
  })
  const one: Ran = { pod: name, command, env, log: '', process: child, ended: false }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      one.log += text
    })
  ran.push(one)
  return one
}
/** Variables in the order in which Kubernetes sets them: whole Secrets first, then single ones, which may name those before them. */
async function envOf(
  plane: Plane,
  namespace: string,
  { env = [], envFrom = [] }: Container,
): Promise<Record<string, string>> {
  const all: Record<string, string> = {}
  for (const { prefix = '', secretRef } of envFrom) {
    for (const [name, value] of Object.entries(
      await secretOf(plane, namespace, secretRef?.name ?? ''),
    ))
      all[prefix + name] = Buffer.from(value, 'base64').toString()
  }
  for (const { name, value = '' } of env) all[name] = expanded(value, all)
  return all
}
async function secretOf(
  plane: Plane,
  namespace: string,
  name: string,
): Promise<Record<string, string>> {
  const answer = await plane.admin.call(`/api/v1/namespaces/${namespace}/secrets/${name}`)
  return answer.status === 200
    ? ((JSON.parse(answer.text) as { data?: Record<string, string> }).data ?? {})
    : {}
}
/** $(NAME) as Kubernetes replaces it; $$ is a dollar sign, and a name that is not set stays as it is written. */
const expanded = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (all, name?: string) =>
    name === undefined ? '$' : (env[name] ?? all),
  )
