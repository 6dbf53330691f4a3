import { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Log } from '../log/log'
import { tooManyBytes } from '../network'
import { failureOfStatus, parseObject, Status, unreadable } from './failures'
import { isTornEvent, nameIn, nameOf, parsedBy, whyUnreadable } from './objects'
import { pathOf } from './paths'
import { listAll, queryOf } from './reading'
import type { Transport } from './transport'
import type { ListQuery, Resource, WatchItem } from './types'

export interface Watched {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
}
export interface WatchDesk {
  transport: Transport
  random: Random
  log: Log
  now(): number
}
export interface WatchAsk<T> {
  resource: Resource
  query: ListQuery
  parse: z.ZodType<T>
  signal: AbortSignal
  onFailure?: ((failure: Failure) => void) | undefined
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** A server ends a watch by itself after this, give or take a quarter. */
const WATCH_S = 240
/** Bookmarks come about once a minute, so a stream silent for longer is half closed or has none to send: opening it again is cheap. */
const SILENCE_MS = 100_000
const SHORT_MS = 1000
/** etcd takes no object of a tenth of this. */
const MOST_OF_EVENT = 32 * 2 ** 20

const Event = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})
const Bare = z.object({
  metadata: z.object({
    name: z.string().optional(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
  }),
})

/** Waits twice as long after each failure, each time shortened by chance so that a thousand clients do not come back at once. */
export const backoffMs = (failures: number, random: Random): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10)) *
  (0.5 + random.next() / 2)

/** Lists, then follows. Ends when the signal ends it, or when the person may not read here at all: 403 is never tried again. */
export async function* watch<T extends Watched>(
  desk: WatchDesk,
  ask: WatchAsk<T>,
): AsyncGenerator<WatchItem<T>, void> {
  const course: Course = { version: undefined, failures: 0, interrupted: false }
  try {
    while (!ask.signal.aborted) {
      let problem: Failure | undefined
      for await (const chunk of course.version === undefined
        ? listOnce(desk, ask)
        : follow(desk, ask, { version: course.version, again: course.interrupted })) {
        if (!chunk.ok) problem = chunk.failure
        else {
          advance(course, chunk.value)
          if (chunk.value.item) yield chunk.value.item
        }
      }
      if (!problem) continue
      course.failures++
      if (isGone(problem)) course.version = undefined
      else if (endsWith(ask, problem)) return
      else course.interrupted = true
      await desk.transport.clock.sleep(pauseMs(problem, course.failures, desk.random), ask.signal)
    }
  } catch (error) {
    if (!ask.signal.aborted) throw error
  }
}

/** Where a watch is: from which version it goes on, how often it failed since it last brought something, whether that was told. */
interface Course {
  version: string | undefined
  failures: number
  interrupted: boolean
}

function advance<T>(course: Course, { version, item, opened }: Chunk<T>): void {
  // A list or an open watch proves little: only a watch that brings something has recovered.
  if (course.version !== undefined && !opened) course.failures = 0
  if (item) course.interrupted = false
  course.version = version
}

async function* listOnce<T extends Watched>(
  desk: WatchDesk,
  ask: WatchAsk<T>,
): AsyncGenerator<Outcome<Chunk<T>>, void> {
  const listed = await listAll(desk.transport, { ...ask, log: desk.log }, ask.signal)
  yield listed.ok
    ? succeed({
        version: listed.value.resourceVersion,
        item: { type: 'reset', items: listed.value.items, at: desk.now() },
      })
    : listed
}

function endsWith<T>({ onFailure }: WatchAsk<T>, problem: Failure): boolean {
  onFailure?.(problem)
  return problem.code === 'FORBIDDEN'
}
export const isGone = (problem: Failure) =>
  problem.code === 'REFUSED_BY_CLUSTER' && problem.data.status === 410
export function pauseMs(problem: Failure, failures: number, random: Random): number {
  if (isGone(problem) && failures === 1) return 0
  return Math.max(
    backoffMs(failures, random),
    problem.code === 'CLUSTER_BUSY' ? Math.min(problem.data.retryAfterSeconds, 60) * 1000 : 0,
  )
}

interface Chunk<T> {
  version: string
  item?: WatchItem<T>
  opened?: boolean
}

/** One watch connection: what came in one piece of the stream is one item. */
async function* follow<T extends Watched>(
  desk: WatchDesk,
  ask: WatchAsk<T>,
  { version: from, again }: { version: string; again: boolean },
): AsyncGenerator<Outcome<Chunk<T>>, void> {
  const { transport, random } = desk
  const timeoutSeconds = Math.round(WATCH_S * (0.75 + random.next() / 2))
  const opened = await transport.open({
    method: 'GET',
    path: pathOf(ask.resource, { namespace: ask.query.namespace }),
    verb: 'watch',
    resource: ask.resource,
    namespace: ask.query.namespace,
    signal: ask.signal,
    query: {
      ...queryOf(ask.query),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds,
    },
    silenceMs: SILENCE_MS,
  })
  if (!opened.ok) return yield opened
  let version = from
  const began = transport.clock.now()
  try {
    // Where nothing changes, nothing comes: whoever was told of the interruption must be told of its end.
    if (again)
      yield succeed({
        version,
        opened: true,
        item: { type: 'changed', upserts: [], removed: [], at: desk.now() },
      })
    for await (const lines of linesOf(opened.value.body)) {
      const chunk = gather(desk, ask, lines)
      version = chunk.version ?? version
      yield succeed({ version, ...(chunk.item && { item: chunk.item }) })
      if (chunk.problem) return yield fail(chunk.problem)
    }
    // A server that ends a watch as soon as it is opened would otherwise be asked without a pause.
    if (version === from && transport.clock.now() - began < SHORT_MS)
      await transport.clock.sleep(SHORT_MS, ask.signal)
  } catch (error) {
    yield transport.failed(error, ask.signal)
  } finally {
    opened.value.body.destroy()
  }
}

/** The full lines of each piece of a stream. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    const tooLong = tooManyBytes(rest.length, { mostBytes: MOST_OF_EVENT })
    if (tooLong) throw tooLong
    const full = lines.filter((line) => line.trim() !== '')
    if (full.length > 0) yield full
  }
}

interface Gathered<T> {
  version?: string
  item?: WatchItem<T>
  problem?: Failure
}
type Read =
  | { problem: Failure }
  | {
      type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
      object: unknown
      metadata: z.infer<typeof Bare>['metadata']
    }

/** The last word about each object in these events, however often it changed in between. */
function gather<T extends Watched>(
  desk: WatchDesk,
  ask: WatchAsk<T>,
  lines: string[],
): Gathered<T> {
  const upserts = new Map<string, T>()
  const removed = new Map<string, { name: string; namespace?: string; uid?: string }>()
  const done: Gathered<T> = {}
  for (const line of lines) {
    const event = readEvent(desk, ask, line)
    if ('problem' in event) {
      if (isTornEvent(line)) {
        leftOut(desk, ask, { object: nameIn(line), why: 'its event is no JSON that can be read' })
        continue
      }
      done.problem = event.problem
      break
    }
    if (event.metadata.resourceVersion) done.version = event.metadata.resourceVersion
    const gone = identityOf(event.metadata)
    if (event.type === 'BOOKMARK' || !gone) continue
    const key = `${gone.namespace ?? ''}/${gone.name}`
    upserts.delete(key)
    removed.delete(key)
    const object = event.type === 'DELETED' ? undefined : readOne(desk, ask, event.object)
    if (object) upserts.set(key, object)
    else removed.set(key, gone)
  }
  if (upserts.size > 0 || removed.size > 0)
    done.item = {
      type: 'changed',
      upserts: [...upserts.values()],
      removed: [...removed.values()],
      at: desk.now(),
    }
  return done
}

const identityOf = ({ name, namespace, uid }: z.infer<typeof Bare>['metadata']) =>
  name === undefined
    ? undefined
    : { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) }

function readEvent<T>(
  { transport: { whom } }: WatchDesk,
  { resource, query }: WatchAsk<T>,
  line: string,
): Read {
  const event = Event.safeParse(parseObject(line))
  if (!event.success)
    return { problem: unreadable(whom, { contentType: 'a watch event', text: line }) }
  const { type, object } = event.data
  if (type !== 'ERROR') {
    const bare = Bare.safeParse(object)
    return bare.success
      ? { type, object, metadata: bare.data.metadata }
      : { problem: unreadable(whom, { contentType: 'a watch event', text: line }) }
  }
  const status = Status.safeParse(object)
  if (!status.success)
    return { problem: unreadable(whom, { contentType: 'a watch error', text: line }) }
  return {
    problem: failureOfStatus(
      { ...status.data, code: status.data.code ?? 500 },
      { verb: 'watch', resource, namespace: query.namespace },
      whom,
    ),
  }
}

const leftOut = (
  { log, transport }: WatchDesk,
  { resource }: Pick<WatchAsk<unknown>, 'resource'>,
  told: { object: string; why: string },
) =>
  log.warn('An object that could not be read was left out.', {
    site: transport.whom.site,
    resource: resource.plural,
    ...told,
  })

function readOne<T>(
  desk: WatchDesk,
  { parse, resource }: WatchAsk<T>,
  object: unknown,
): T | undefined {
  const parsed = parsedBy(parse, object)
  if (!parsed.success)
    leftOut(desk, { resource }, { object: nameOf(object), why: whyUnreadable(parsed.error) })
  return parsed.success ? parsed.data : undefined
}
