import { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Log } from '../log/log'
import { failureOfStatus, parseJson, Status, unreadable } from './failures'
import { pathOf } from './paths'
import { listAll, queryOf } from './reading'
import type { Transport } from './transport'
import type { ListQuery, Resource, WatchItem } from './types'

export interface Watched { metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string } }
export interface WatchDesk { transport: Transport; random: Random; log: Log; now(): number }
export interface WatchAsk<T> { resource: Resource; query: ListQuery; parse: z.ZodType<T>; signal: AbortSignal; onFailure?: ((failure: Failure) => void) | undefined }

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** A server ends a watch by itself after this; a connection silent for longer is half closed. */
const WATCH_S = 240
const GRACE_MS = 15_000

const Event = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']), object: z.unknown() })
const Bare = z.object({ metadata: z.object({ name: z.string().optional(), namespace: z.string().optional(), uid: z.string().optional(), resourceVersion: z.string().optional() }) })

/** Waits twice as long after each failure, each time shortened by chance so that a thousand clients do not come back at once. */
export const backoffMs = (failures: number, random: Random): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10)) * (0.5 + random.next() / 2)

/** Lists, then follows. Ends when the signal ends it, or when the person may not read here at all: 403 is never tried again. */
export async function* watch<T extends Watched>(desk: WatchDesk, ask: WatchAsk<T>): AsyncGenerator<WatchItem<T>, void> {
  let version: string | undefined
  let failures = 0
  while (!ask.signal.aborted) {
    let problem: Failure | undefined
    try {
      if (version === undefined) {
        const listed = await listAll(desk.transport, { ...ask, log: desk.log }, ask.signal)
        if (listed.ok) {
          version = listed.value.resourceVersion
          yield { type: 'reset', items: listed.value.items, at: desk.now() }
        } else problem = listed.failure
      }
      if (version !== undefined) {
        for await (const chunk of follow(desk, ask, version)) {
          if (!chunk.ok) problem = chunk.failure
          else {
            failures = 0
            version = chunk.value.version
            if (chunk.value.item) yield chunk.value.item
          }
        }
        if (problem && isGone(problem)) {
          version = undefined
          problem = undefined
        }
      }
      if (problem) {
        ask.onFailure?.(problem)
        if (problem.code === 'FORBIDDEN') return
        failures++
        await desk.transport.clock.sleep(Math.max(backoffMs(failures, desk.random), askedMs(problem)), ask.signal)
      }
    } catch (error) {
      if (ask.signal.aborted) return
      throw error
    }
  }
}

const isGone = (problem: Failure) => problem.code === 'REFUSED_BY_CLUSTER' && problem.data.status === 410
const askedMs = (problem: Failure) => (problem.code === 'CLUSTER_BUSY' ? Math.min(problem.data.retryAfterSeconds, 60) * 1000 : 0)

interface Chunk<T> { version: string; item?: WatchItem<T> }

/** One watch connection: what came in one piece of the stream is one item. */
async function* follow<T extends Watched>(desk: WatchDesk, ask: WatchAsk<T>, from: string): AsyncGenerator<Outcome<Chunk<T>>, void> {
  const { transport, random } = desk
  const timeoutSeconds = Math.round(WATCH_S * (0.75 + random.next() / 2))
  const opened = await transport.open({
    method: 'GET', path: pathOf(ask.resource, { namespace: ask.query.namespace }), verb: 'watch', resource: ask.resource, namespace: ask.query.namespace, signal: ask.signal,
    query: { ...queryOf(ask.query), watch: true, allowWatchBookmarks: true, resourceVersion: from, timeoutSeconds }, silenceMs: timeoutSeconds * 1000 + GRACE_MS,
  })
  if (!opened.ok) return yield opened
  let version = from
  try {
    for await (const lines of linesOf(opened.value.body)) {
      const chunk = gather(desk, ask, lines)
      version = chunk.version ?? version
      yield succeed({ version, ...(chunk.item && { item: chunk.item }) })
      if (chunk.problem) return yield fail(chunk.problem)
    }
  } catch (error) {
    yield transport.failed(error, ask.signal)
  } finally {
    opened.value.body.destroy()
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    const full = lines.filter((line) => line.trim() !== '')
    if (full.length > 0) yield full
  }
}

interface Gathered<T> { version?: string; item?: WatchItem<T>; problem?: Failure }

/** The last word about each object in these events, however often it changed in between. */
function gather<T extends Watched>(desk: WatchDesk, { parse, resource, query }: WatchAsk<T>, lines: string[]): Gathered<T> {
  const { whom } = desk.transport
  const upserts = new Map<string, T>()
  const removed = new Map<string, { name: string; namespace?: string; uid?: string }>()
  const done: Gathered<T> = {}
  for (const line of lines) {
    const event = Event.safeParse(parseJson(line))
    const bare = event.success ? Bare.safeParse(event.data.object) : undefined
    if (!event.success || (event.data.type !== 'ERROR' && !bare?.success)) {
      done.problem = unreadable(whom, { contentType: 'a watch event', text: line })
      break
    }
    if (event.data.type === 'ERROR') {
      const status = Status.safeParse(event.data.object)
      done.problem = status.success ? failureOfStatus({ ...status.data, code: status.data.code ?? 500 }, { verb: 'watch', resource, namespace: query.namespace }, whom) : unreadable(whom, { contentType: 'a watch error', text: line })
      break
    }
    const { name, namespace, uid, resourceVersion } = bare?.data?.metadata ?? {}
    if (resourceVersion) done.version = resourceVersion
    if (event.data.type === 'BOOKMARK' || name === undefined) continue
    const key = `${namespace ?? ''}/${name}`
    upserts.delete(key)
    removed.delete(key)
    const parsed = event.data.type === 'DELETED' ? undefined : parse.safeParse(event.data.object)
    if (parsed?.success) upserts.set(key, parsed.data)
    else removed.set(key, { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) })
    if (parsed && !parsed.success) desk.log.warn('An object that could not be read was left out.', { site: whom.site, resource: resource.plural, name })
  }
  if (upserts.size > 0 || removed.size > 0) done.item = { type: 'changed', upserts: [...upserts.values()], removed: [...removed.values()], at: desk.now() }
  return done
}
