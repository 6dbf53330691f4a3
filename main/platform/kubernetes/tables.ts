import { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { failureOfStatus, parseJson, Status, unreadable } from './failures'
import { boundOfList } from './list-bound'
import type { Log } from '../log/log'
import { isTornEvent, nameIn } from './objects'
import { pathOf } from './paths'
import { parsedInPieces, withoutManagers } from './pieces'
import { PAGE, queryOf } from './reading'
import type { Transport } from './transport'
import type {
  ListQuery,
  LiveReading,
  RawChange,
  RawEvents,
  RawItems,
  Resource,
  TableRows,
} from './types'
import { linesOf } from './watch'

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json'
/** A watch is ended by the server after this, give or take a quarter. */
const WATCH_S = 300
/** Bookmarks come about once a minute, so a stream silent for longer is half closed or has none to send: opening it again is cheap. */
const SILENCE_MS = 100_000
const SLOW_MS = 1_500
const LARGEST_PAGE = 4_000

const ListMeta = z.object({
  resourceVersion: z.string().default(''),
  continue: z.string().optional(),
  remainingItemCount: z.number().optional(),
})
const Columns = z.array(z.object({ name: z.string() }))
const TableHead = z.object({
  kind: z.literal('Table'),
  metadata: ListMeta.prefault({}),
  columnDefinitions: Columns,
})
const ListHead = z.object({
  kind: z
    .string()
    .default('')
    .refine((kind) => kind !== 'Status' && kind !== 'Table'),
  apiVersion: z.string().default(''),
  metadata: ListMeta.prefault({}),
})

export function liveReading(
  transport: Transport,
  random: { next(): number },
  log: Log,
): LiveReading {
  return {
    table: (ask, signal) => table(transport, ask, signal),
    pages: (ask, signal) => pages(transport, ask, signal),
    events: (ask, signal) =>
      events(
        { transport, log, timeoutSeconds: Math.round(WATCH_S * (0.75 + random.next() / 2)) },
        ask,
        signal,
      ),
  }
}

async function* table(
  transport: Transport,
  { resource, query, limit, cached, identities }: Parameters<LiveReading['table']>[0],
  signal: AbortSignal,
): AsyncGenerator<Outcome<TableRows>, void> {
  const answer = await transport.send({
    method: 'GET',
    path: pathOf(resource, { namespace: query.namespace }),
    verb: 'list',
    resource,
    namespace: query.namespace,
    signal,
    accept: TABLE,
    query: {
      ...queryOf(query),
      includeObject: identities ? 'Metadata' : 'None',
      limit,
      ...(cached && { resourceVersion: '0' }),
    },
  })
  if (!answer.ok) return yield answer
  for await (const { envelope, items } of parsedInPieces(answer.value.text, 'rows')) {
    const head = TableHead.safeParse(envelope)
    if (!head.success)
      return yield fail(noTable(envelope) ?? unreadable(transport.whom, answer.value))
    const { resourceVersion, continue: next, remainingItemCount = 0 } = head.data.metadata
    yield succeed({
      columns: head.data.columnDefinitions.map(({ name }) => name),
      rows: items.map(cellsOf),
      ...(identities && { namespaces: items.map(namespaceOf) }),
      resourceVersion,
      more: Boolean(next),
      remaining: remainingItemCount,
    })
  }
}
const noTable = (envelope: Record<string, unknown> | undefined): Failure | undefined =>
  typeof envelope?.['kind'] === 'string' && envelope['kind'].endsWith('List')
    ? {
        code: 'NOT_SUPPORTED_HERE',
        data: {
          says: 'The server prints no tables of this resource.',
          remedy: 'Its objects are listed instead.',
        },
      }
    : undefined
function cellsOf(row: unknown): unknown[] {
  const { cells } = (typeof row === 'object' && row !== null ? row : {}) as { cells?: unknown }
  return Array.isArray(cells) ? cells : []
}
function namespaceOf(row: unknown): string {
  const namespace = (row as { object?: { metadata?: { namespace?: unknown } } | null } | null)
    ?.object?.metadata?.namespace
  return typeof namespace === 'string' ? namespace : ''
}

/** One page under way. `ahead` is where the next begins, known as soon as the head of the answer has come; undefined where only the whole tells. */
interface Page {
  answer: ReturnType<Transport['send']>
  ahead: Promise<string | undefined>
  slow(): boolean
}

async function* pages(
  transport: Transport,
  { resource, query }: Parameters<LiveReading['pages']>[0],
  signal: AbortSignal,
): AsyncGenerator<Outcome<RawItems>, void> {
  // A page that was asked for ahead is of no use to anybody once the reading ends.
  const over = new AbortController()
  const bound = boundOfList(transport.whom.site)
  let limit = PAGE
  let from: string | undefined
  const ask = (from?: string): Page =>
    askPage(transport, { resource, query, limit, from }, AbortSignal.any([signal, over.signal]))
  try {
    for (let page: Page | undefined = ask(); page;) {
      const place: string | undefined = await page.ahead
      const ahead: Page | undefined = place === undefined ? undefined : ask(place)
      const answer = await page.answer
      if (!answer.ok) return yield answer
      // A far-away server answers a large page hardly later than a small one.
      if (page.slow()) limit = Math.min(LARGEST_PAGE, limit * 2)
      let next: string | undefined
      let objects = 0
      for await (const { envelope, items } of parsedInPieces(
        withoutManagers(answer.value.text),
        'items',
      )) {
        const head = ListHead.safeParse(envelope)
        if (!head.success) return yield fail(unreadable(transport.whom, answer.value))
        next = head.data.metadata.continue || undefined
        objects += items.length
        yield succeed({
          items,
          resourceVersion: head.data.metadata.resourceVersion,
          more: next !== undefined,
          remaining: head.data.metadata.remainingItemCount ?? 0,
        })
      }
      const endless = bound({ objects, characters: answer.value.text.length, from, next })
      if (endless) return yield fail(endless)
      from = next
      page = next === undefined ? undefined : (ahead ?? ask(next))
    }
  } finally {
    over.abort()
  }
}

const HEAD =
  /^\{"kind":"[A-Za-z]+","apiVersion":"[^"\\]+","metadata":\{"resourceVersion":"[^"\\]*","continue":"([^"\\]+)"/
function askPage(
  transport: Transport,
  {
    resource,
    query,
    limit,
    from,
  }: { resource: Resource; query: ListQuery; limit: number; from: string | undefined },
  signal: AbortSignal,
): Page {
  const { promise: ahead, resolve } = Promise.withResolvers<string | undefined>()
  const asked = transport.clock.now()
  let tookMs = 0
  const answer = transport
    .send({
      method: 'GET',
      path: pathOf(resource, { namespace: query.namespace }),
      verb: 'list',
      resource,
      namespace: query.namespace,
      signal,
      query: { ...queryOf(query), limit, continue: from },
      onBeginning: (text) => resolve(HEAD.exec(text)?.[1]),
    })
    .finally(() => {
      tookMs = transport.clock.now() - asked
      resolve(undefined)
    })
  // One that was asked for ahead may fail while nobody waits for it yet; whoever comes to it still meets its failure.
  answer.catch(() => undefined)
  return { answer, ahead, slow: () => tookMs > SLOW_MS }
}

async function* events(
  { transport, timeoutSeconds, log }: { transport: Transport; timeoutSeconds: number; log: Log },
  { resource, query, from }: Parameters<LiveReading['events']>[0],
  signal: AbortSignal,
): AsyncGenerator<Outcome<RawEvents>, void> {
  const opened = await transport.open({
    method: 'GET',
    path: pathOf(resource, { namespace: query.namespace }),
    verb: 'watch',
    resource,
    namespace: query.namespace,
    signal,
    silenceMs: SILENCE_MS,
    query: {
      ...queryOf(query),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds,
    },
  })
  if (!opened.ok) return yield opened
  const { body } = opened.value
  const { site } = transport.whom
  const leftOut = (object: string) =>
    log.warn('A change that could not be read was left out.', {
      site,
      resource: resource.plural,
      object,
    })
  let version = from
  try {
    // Whoever follows learns at once that the stream is open.
    yield succeed({ changes: [], resourceVersion: version })
    for await (const lines of linesOf(body)) {
      const found = changesOf(lines, { transport, resource, query, leftOut })
      version = found.resourceVersion ?? version
      yield succeed({ changes: found.changes, resourceVersion: version })
      if (found.problem) return yield fail(found.problem)
    }
  } catch (error) {
    yield transport.failed(error, signal)
  } finally {
    body.destroy()
  }
}

interface Read {
  changes: RawChange[]
  resourceVersion?: string
  problem?: Failure
}
type Whence = {
  transport: Transport
  resource: Resource
  query: ListQuery
  leftOut: (object: string) => void
}
const TYPES: Record<string, RawChange['type'] | 'bookmark'> = {
  ADDED: 'upsert',
  MODIFIED: 'upsert',
  DELETED: 'remove',
  BOOKMARK: 'bookmark',
}

// Read by hand and not by schema: a busy cluster sends thousands of these a second.
function changesOf(lines: string[], whence: Whence): Read {
  const read: Read = { changes: [] }
  for (const line of lines) {
    const event = parseJson(withoutManagers(line)) as
      { type?: unknown; object?: { metadata?: { resourceVersion?: unknown } } } | null | undefined
    const type = typeof event?.type === 'string' ? TYPES[event.type] : undefined
    const version = event?.object?.metadata?.resourceVersion
    if (!type || typeof version !== 'string') {
      // One event that cannot be read costs its object a change, and not everybody their list.
      if (isTornEvent(line)) {
        whence.leftOut(nameIn(line))
        continue
      }
      return { ...read, problem: problemOf(event, line, whence) }
    }
    read.resourceVersion = version
    if (type !== 'bookmark') read.changes.push({ type, object: event?.object })
  }
  return read
}
function problemOf(
  event: { type?: unknown; object?: unknown } | null | undefined,
  line: string,
  { transport, resource, query }: Whence,
): Failure {
  const status = event?.type === 'ERROR' ? Status.safeParse(event.object) : undefined
  return status?.success
    ? failureOfStatus(
        { ...status.data, code: status.data.code ?? 500 },
        { verb: 'watch', resource, namespace: query.namespace },
        transport.whom,
      )
    : unreadable(transport.whom, { contentType: 'a watch event', text: line })
}
