import { request } from 'node:http'
import { pipeline } from 'node:stream'
import type { KubeObject } from '../../types'
import { isRecord, listAt, numberAt, recordAt, textAt } from '../cluster'
import { KubeError, notFound } from '../errors'
import { STREAMED, type ResourceExchange } from '../http/exchange'

interface Aim {
  pod: KubeObject
  port: number
}
const KEPT_BACK = new Set([
  'authorization',
  'host',
  'connection',
  'impersonate-user',
  'impersonate-group',
])
const unavailable = (why: string): KubeError =>
  new KubeError({ code: 503, reason: 'ServiceUnavailable', message: why })

/** `name`, `name:port` or `scheme:name:port`. */
function nameAndPort(text: string): { name: string; port: string | undefined } {
  const parts = text.split(':')
  const [first = '', second, third] = parts
  return parts.length === 3 ? { name: second ?? '', port: third } : { name: first, port: second }
}
const isReady = (pod: KubeObject): boolean =>
  listAt(pod, 'status', 'conditions')
    .filter(isRecord)
    .some((one) => one['type'] === 'Ready' && one['status'] === 'True')
const containerPort = (pod: KubeObject, name: string): number | undefined => {
  const found = listAt(pod, 'spec', 'containers')
    .flatMap((container) => listAt(container, 'ports'))
    .filter(isRecord)
    .find((port) => port['name'] === name)
  return numberAt(found, 'containerPort')
}
function podAim({ server, info }: ResourceExchange): Aim {
  const { name, port } = nameAndPort(info.name ?? '')
  const pod = server.cluster.store.get('/pods', name, info.namespace)?.object
  if (!pod) throw notFound({ group: '', plural: 'pods' }, name)
  const first = numberAt(
    listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'))[0],
    'containerPort',
  )
  return { pod, port: Number(port ?? first ?? 80) }
}
function serviceAim({ server, info }: ResourceExchange): Aim {
  const { name, port } = nameAndPort(info.name ?? '')
  const service = server.cluster.store.get('/services', name, info.namespace)?.object
  if (!service) throw notFound({ group: '', plural: 'services' }, name)
  const ports = listAt(service, 'spec', 'ports').filter(isRecord)
  const chosen = port
    ? ports.find((one) => one['name'] === port || String(one['port']) === port)
    : ports[0]
  const selector = Object.entries(recordAt(service, 'spec', 'selector') ?? {})
  const pod = [...server.cluster.store.sorted('/pods', info.namespace)]
    .map((stored) => stored.object)
    .find(
      (one) =>
        selector.length > 0 &&
        isReady(one) &&
        selector.every(([key, value]) => one.metadata.labels?.[key] === value),
    )
  if (!chosen || !pod)
    throw unavailable(`no endpoints available for service ${JSON.stringify(info.name)}`)
  const target = chosen['targetPort'] ?? chosen['port']
  const number =
    typeof target === 'string' && !/^\d+$/.test(target)
      ? containerPort(pod, target)
      : Number(target)
  if (number === undefined)
    throw unavailable(`no endpoints available for service ${JSON.stringify(info.name)}`)
  return { pod, port: number }
}
function pathBehind({ url, info }: ResourceExchange): string {
  const marker = `/${encodeURIComponent(info.name ?? '').replaceAll('%3A', ':')}/proxy`
  const start = decodeURIComponent(url.pathname).indexOf(marker)
  return `${url.pathname.slice(start + marker.length) || '/'}${url.search}`
}
/** Passes an HTTP request on to a port of a pod, or of a ready pod behind a service. Throws 404 or 503 where nobody is there. */
export function proxy(exchange: ResourceExchange): Promise<typeof STREAMED> {
  const { incoming, outgoing, server, info } = exchange
  const { pod, port } = info.plural === 'services' ? serviceAim(exchange) : podAim(exchange)
  const connection = textAt(pod, 'spec', 'nodeName')
    ? server.runtime().connect(pod, port)
    : undefined
  if (!connection)
    throw unavailable(
      `error trying to reach service: dial tcp ${textAt(pod, 'status', 'podIP') ?? ''}:${port}: connect: connection refused`,
    )
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).filter(([name]) => !KEPT_BACK.has(name)),
  )
  return new Promise((resolve, reject) => {
    const passed = request({
      createConnection: () => connection,
      method: incoming.method,
      path: pathBehind(exchange),
      headers: { ...headers, host: `${pod.metadata.name}:${port}`, connection: 'close' },
    })
    passed.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy()
      else reject(unavailable(`error trying to reach service: ${error.message}`))
    })
    passed.once('response', (answer) => {
      const { connection: _connection, 'keep-alive': _keepAlive, ...kept } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, kept)
      pipeline(answer, outgoing, () => undefined)
      resolve(STREAMED)
    })
    outgoing.once('close', () => passed.destroy())
    incoming.pipe(passed)
  })
}
