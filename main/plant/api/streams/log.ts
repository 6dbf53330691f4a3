import { once } from 'node:events'
import type { KubeObject } from '../../types'
import { recordAt, textAt } from '../cluster'
import { badRequest } from '../errors'
import { STREAMED, type Answer, type ResourceExchange } from '../http/exchange'
import type { LogLine } from '../runtime'
import { containerOf, podOf, statusOf } from './target'

interface Wish {
  container: string
  follow: boolean
  previous: boolean
  timestamps: boolean
  tail: number | undefined
  since: number
  limitBytes: number
}
const flag = (query: URLSearchParams, name: string): boolean =>
  ['true', '1'].includes(query.get(name) ?? '')
const amount = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}
function wishOf({ query, server }: ResourceExchange, pod: KubeObject): Wish {
  const seconds = amount(query, 'sinceSeconds')
  const time = query.get('sinceTime')
  const since =
    seconds === undefined
      ? time
        ? Date.parse(time)
        : -Infinity
      : server.cluster.clock.now() - seconds * 1000
  return {
    container: containerOf(pod, query.get('container')),
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    tail: amount(query, 'tailLines'),
    since,
    limitBytes: amount(query, 'limitBytes') ?? Infinity,
  }
}
/** Throws 400 while there is nothing to read yet. */
function requireStarted(pod: KubeObject, { container, previous }: Wish): void {
  const status = statusOf(pod, container)
  if (previous && !recordAt(status, 'lastState', 'terminated'))
    throw badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} not found`,
    )
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  if (!previous && waiting && !recordAt(status, 'lastState', 'terminated')) {
    throw badRequest(
      `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${waiting}`,
    )
  }
}
const written = ({ at, text }: LogLine, timestamps: boolean): string =>
  `${timestamps ? `${new Date(at).toISOString().replace('Z', '000000Z')} ` : ''}${text.endsWith('\n') ? text : `${text}\n`}`

async function* lines(
  exchange: ResourceExchange,
  pod: KubeObject,
  { wish, signal }: { wish: Wish; signal: AbortSignal },
): AsyncGenerator<string> {
  const runtime = exchange.server.runtime()
  const ask = { container: wish.container, previous: wish.previous, signal }
  let passed = 0
  if (wish.tail !== undefined || !wish.follow) {
    const past: LogLine[] = []
    for await (const line of runtime.logs(pod, { ...ask, follow: false })) {
      passed += 1
      if (line.at >= wish.since) past.push(line)
    }
    for (const line of wish.tail === undefined
      ? past
      : past.slice(Math.max(0, past.length - wish.tail)))
      yield written(line, wish.timestamps)
  }
  if (!wish.follow) return
  for await (const line of runtime.logs(pod, { ...ask, follow: true })) {
    if (passed > 0) passed -= 1
    else if (line.at >= wish.since) yield written(line, wish.timestamps)
  }
}
/** Streams what a container wrote, and with follow what it goes on writing. Throws 400 or 404 before the first line. */
export async function log(exchange: ResourceExchange): Promise<Answer | typeof STREAMED> {
  const pod = podOf(exchange)
  const wish = wishOf(exchange, pod)
  if (!textAt(pod, 'spec', 'nodeName')) return { code: 204, text: '' }
  requireStarted(pod, wish)
  const { outgoing, server } = exchange
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  outgoing.writeHead(200, {
    'content-type': 'text/plain',
    'cache-control': 'no-cache, private',
    date: new Date(server.cluster.clock.now()).toUTCString(),
  })
  outgoing.flushHeaders()
  let left = wish.limitBytes
  try {
    for await (const line of lines(exchange, pod, { wish, signal: gone.signal })) {
      if (left <= 0 || gone.signal.aborted) break
      const part = line.slice(0, left)
      left -= part.length
      if (!outgoing.write(part)) await once(outgoing, 'drain', { signal: gone.signal })
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error
  } finally {
    outgoing.end()
  }
  return STREAMED
}
