import type { WebSocket } from 'ws'
import type { KubeObject } from '../../types'
import { textAt } from '../cluster'
import { badRequest } from '../errors'
import type { ResourceExchange } from '../http/exchange'
import type { RuntimeHooks } from '../runtime'
import { Channels } from './channels'
import { enteredPod, requireNode } from './target'

interface Forward {
  pod: KubeObject
  port: number
  data: number
  error: number
}
const portBytes = (port: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(port)
  return bytes
}

function portsOf(query: URLSearchParams): number[] {
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number)
  if (ports.length === 0) throw badRequest('query parameter "ports" is required')
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535)
  if (wrong !== undefined) throw badRequest(`unable to parse ${String(wrong)} as a port`)
  return ports
}
function forward(
  channels: Channels,
  runtime: RuntimeHooks,
  { pod, port, data, error }: Forward,
): void {
  // Each pair of channels begins by saying which port it is for.
  channels.send(data, portBytes(port))
  channels.send(error, portBytes(port))
  const connection = runtime.connect(pod, port)
  const fail = (why: string): void => {
    channels.send(error, `error forwarding port ${port} to pod ${pod.metadata.name}, uid : ${why}`)
    channels.close()
  }
  if (!connection) {
    fail(
      `failed to connect to localhost:${port} inside namespace "${pod.metadata.namespace ?? ''}": connection refused`,
    )
    return
  }
  connection.on('error', (problem: Error) => fail(problem.message))
  channels.reader(data).pipe(connection)
  connection.pipe(channels.writer(data)).once('finish', () => channels.close())
}
/** Prepares forwards to ports of a pod; throws 400 or 404 while there is still an HTTP answer to give. */
export function preparePortForward(exchange: ResourceExchange): (socket: WebSocket) => void {
  const pod = enteredPod(exchange)
  requireNode(pod)
  if (textAt(pod, 'status', 'phase') !== 'Running')
    throw badRequest(
      `unable to forward port because pod is not running. Current status=${textAt(pod, 'status', 'phase') ?? ''}`,
    )
  const ports = portsOf(exchange.query)
  return (socket) => {
    const channels = new Channels(socket)
    ports.forEach((port, index) =>
      forward(channels, exchange.server.runtime(), {
        pod,
        port,
        data: index * 2,
        error: index * 2 + 1,
      }),
    )
  }
}
