import type { Resource, TableRows } from '../../platform/kubernetes/types'
import type { StreamAsk, StreamPorts } from './stream'

const AT_ONCE = 4
/** More than a window shows, and few enough to come at once. */
const FIRST = 100

interface Painting extends Pick<StreamPorts, 'client' | 'rows' | 'nextPass' | 'changed'> {
  resource: Resource
  tell(done: number, total: number | undefined): void
}

/**
 * Puts rows there from the server's own tables: first some of them with where each belongs, then all, a namespace each, so that a row's name is its key.
 * Answers false where the server prints none, or where there are more namespaces than could be asked one by one.
 */
export async function paint(
  ports: Painting,
  ask: StreamAsk,
  signal: AbortSignal,
): Promise<boolean> {
  const work: Work = {
    ...ports,
    ask,
    signal,
    pass: ports.nextPass(),
    done: 0,
    total: undefined,
    prints: true,
  }
  const scope = ask.namespace ?? ''
  const isAll = ask.source.namespaced && scope === ''
  // Which namespaces there are is asked meanwhile: the first rows wait for nothing.
  const asked = isAll ? ask.paintable(signal) : Promise.resolve([scope])
  const [first, namespaces] = await Promise.all([
    take(work, scope, { limit: FIRST, ...(isAll && { identities: true }) }),
    asked,
  ])
  if (!work.prints) return false
  if (first === 'all') {
    work.rows.sweep(ask.index, isAll ? undefined : scope, work.pass)
    return true
  }
  if (!namespaces) return false
  const left = [...namespaces]
  const next = async () => {
    for (
      let namespace = left.shift();
      namespace !== undefined && work.prints && !signal.aborted;
      namespace = left.shift()
    )
      await paintOne(work, namespace)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, next))
  return work.prints
}

interface Work extends Painting {
  ask: StreamAsk
  signal: AbortSignal
  pass: number
  done: number
  /** As the server counts them. */ total: number | undefined
  prints: boolean
}

async function paintOne(work: Work, namespace: string) {
  if ((await take(work, namespace, { cached: true })) === 'all')
    work.rows.sweep(work.ask.index, namespace, work.pass)
}

async function take(
  work: Work,
  namespace: string,
  how: { limit?: number; cached?: boolean; identities?: boolean },
): Promise<'all' | 'more' | 'failed'> {
  const { client, resource, signal } = work
  let more = false
  for await (const answer of client.live.table(
    { resource, query: { ...(namespace !== '' && { namespace }) }, ...how },
    signal,
  )) {
    if (!answer.ok) {
      // Where the server prints no tables at all, the objects are listed; a single failure is left to that list too.
      if (
        answer.failure.code === 'NOT_SUPPORTED_HERE' ||
        (answer.failure.code === 'REFUSED_BY_CLUSTER' && answer.failure.data.status === 406)
      )
        work.prints = false
      return 'failed'
    }
    putAll(work, namespace, answer.value)
    more = answer.value.more
    if (more) work.total = work.done + answer.value.remaining
    work.tell(work.done, work.total === undefined ? undefined : Math.max(work.total, work.done))
    work.changed()
  }
  return more ? 'more' : 'all'
}

function putAll(work: Work, asked: string, { columns, rows, namespaces }: TableRows) {
  const {
    ask: { index, source },
    client,
  } = work
  const places = new Map(columns.map((name, place) => [name, place]))
  const now = client.clock.now()
  for (const [at, cells] of rows.entries()) {
    const namespace = namespaces?.[at] ?? asked
    const printed = source.printed?.(
      (name) => {
        const place = places.get(name)
        return place === undefined ? undefined : cells[place]
      },
      { now, namespace },
    )
    if (!printed) continue
    const known = work.rows.find(index, namespace, printed.name)
    if (known?.seen !== work.pass) work.done++
    work.rows.put(index, { ...printed, namespace, uid: '' }, { seen: work.pass, whole: false })
  }
}
