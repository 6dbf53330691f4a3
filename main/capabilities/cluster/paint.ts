import type { Resource, TableRows } from '../../platform/kubernetes/types'
import type { StreamAsk, StreamPorts } from './stream'

const AT_ONCE = 6
const FIRST = 500

interface Painting extends Pick<StreamPorts, 'client' | 'rows' | 'nextPass' | 'changed'> { resource: Resource; tell(done: number, total: number | undefined): void }

/**
 * Puts rows there from the server's own tables, a namespace each, so that a row's name is its key. Answers false where the server prints
 * none, or where there are more namespaces than could be asked one by one.
 */
export async function paint(ports: Painting, ask: StreamAsk, signal: AbortSignal): Promise<boolean> {
  const namespaces = ask.namespace !== undefined ? [ask.namespace] : ask.source.namespaced ? await ask.paintable(signal) : ['']
  if (!namespaces) return false
  const one = { ...ports, ask, signal, pass: ports.nextPass(), done: 0, ahead: new Map<string, number>(), prints: true }
  const left = [...namespaces]
  const work = async () => {
    for (let namespace = left.shift(); namespace !== undefined && one.prints && !signal.aborted; namespace = left.shift()) await paintOne(one, namespace)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, work))
  return one.prints
}

interface Work extends Painting { ask: StreamAsk; signal: AbortSignal; pass: number; done: number; ahead: Map<string, number>; prints: boolean }

/** The first rows are asked for apart: a large namespace would otherwise show nothing until all of it had come. */
async function paintOne(work: Work, namespace: string) {
  const first = await take(work, namespace, { limit: FIRST })
  const all = first === 'more' ? await take(work, namespace, { cached: true }) : first
  work.ahead.delete(namespace)
  if (all === 'all') work.rows.sweep(work.ask.index, namespace, work.pass)
}

async function take(work: Work, namespace: string, how: { limit?: number; cached?: boolean }): Promise<'all' | 'more' | 'failed'> {
  const { client, resource, signal } = work
  let more = false
  for await (const answer of client.live.table({ resource, query: { ...(namespace !== '' && { namespace }) }, ...how }, signal)) {
    if (!answer.ok) {
      // Where the server prints no tables at all, the objects are listed; a single failure is left to that list too.
      if (answer.failure.code === 'NOT_SUPPORTED_HERE' || (answer.failure.code === 'REFUSED_BY_CLUSTER' && answer.failure.data.status === 406)) work.prints = false
      return 'failed'
    }
    putAll(work, namespace, answer.value)
    more = answer.value.more
    if (more) work.ahead.set(namespace, answer.value.remaining)
    work.tell(work.done, work.done + [...work.ahead.values()].reduce((sum, many) => sum + many, 0))
    work.changed()
  }
  return more ? 'more' : 'all'
}

function putAll(work: Work, namespace: string, { columns, rows }: TableRows) {
  const { ask: { index, source }, client } = work
  const places = new Map(columns.map((name, place) => [name, place]))
  const now = client.clock.now()
  for (const cells of rows) {
    const printed = source.printed?.((name) => { const place = places.get(name); return place === undefined ? undefined : cells[place] }, { now, namespace })
    if (!printed) continue
    const known = work.rows.find(index, namespace, printed.name)
    if (known?.seen !== work.pass) work.done++
    work.rows.put(index, { ...printed, namespace, uid: '' }, { seen: work.pass, whole: false })
  }
}
