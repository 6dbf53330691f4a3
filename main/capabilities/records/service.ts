import { failure, type Failure } from '../../../preload/contract/failures'
import { KINDS, type RecordKind, type RecordOf } from '../../../preload/contract/records'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { coalesced } from '../../platform/streams/latest'
import type { Sites } from '../sites'
import { RECORD_KINDS } from './crds'
import { Follower } from './follower'
import type { Records, RecordsPorts } from './ports'
import { keyOf, objectOf, parserOf, resourceOf } from './record'
import { Shelf } from './shelf'

export interface RecordsService extends Records {
  list<K extends RecordKind>(
    kind: K,
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<Outcome<RecordOf<K>[]>>
  shelf(kind: RecordKind): Shelf
  /** Watches the home site from now on, and any later one. */
  start(): void
  /** Looks for the record kinds again at once, after a cluster was prepared. */
  again(): void
  /** Writes what is not on disk yet, and stops. */
  close(): void
}

// Disk is written behind the screen: a second of records can be had again from the site, a busy disk cannot.
const WRITE_BEHIND_MS = 1000

/** The shared records: the last seen ones at once, the live ones while the home site is connected. */
export function makeRecords(ports: RecordsPorts): RecordsService {
  const shelves = new Map(RECORD_KINDS.map((kind) => [kind, new Shelf(kind, ports)]))
  const shelf = (kind: RecordKind): Shelf => {
    const found = shelves.get(kind)
    if (!found) throw new TypeError(`no shelf for ${kind}`)
    return found
  }
  const follower = new Follower(ports, shelf)
  const writing = coalesced(
    ports.clock,
    () => {
      for (const one of shelves.values()) one.keep()
    },
    WRITE_BEHIND_MS,
  )
  for (const one of shelves.values()) one.onChange(writing.poke)
  return {
    known: <K extends RecordKind>(kind: K) => {
      const { items, standing } = shelf(kind)
      return { items: [...items.values()] as RecordOf<K>[], ...standing }
    },
    find: <K extends RecordKind>(kind: K, name: string, namespace?: string) => {
      const { items } = shelf(kind)
      if (KINDS[kind].scope === 'Cluster' || namespace !== undefined)
        return items.get(
          keyOf({ name, namespace: KINDS[kind].scope === 'Cluster' ? undefined : namespace }),
        ) as RecordOf<K> | undefined
      return [...items.values()].find(({ meta }) => meta.name === name) as RecordOf<K> | undefined
    },
    onChange(kinds, listener) {
      const beat = coalesced(ports.clock, listener)
      const stops = kinds.map((kind) => shelf(kind).onChange(beat.poke))
      return () => {
        beat.stop()
        for (const stop of stops) stop()
      }
    },
    ...asking(ports.sites),
    resource: resourceOf,
    // eslint-disable-next-line max-params -- the port's shape: what, which, its content, its marks
    toObject: (kind, ref, spec, extra) => objectOf(kind, ref, { spec, extra }),
    shelf,
    start: () => follower.start(),
    again: () => follower.again(),
    close() {
      follower.stop()
      writing.stop()
      for (const one of shelves.values()) one.keep()
    },
  }
}

/** What is asked of the home site now, past everything remembered. */
const asking = (
  sites: Pick<Sites, 'home'>,
): Pick<RecordsService, 'read' | 'list' | 'patchStatus'> => ({
  async read(kind, ref, signal) {
    const client = sites.home()
    if (!client.ok) return client
    const found = await client.value.get(resourceOf(kind), ref, parserOf(kind), signal)
    if (!found.ok) return notPrepared(found, client.value.site)
    return found.value
      ? succeed(found.value.record)
      : fail(failure('NOT_FOUND', { kind, name: ref.name }))
  },
  async list(kind, namespace, signal) {
    const client = sites.home()
    if (!client.ok) return client
    const found = await client.value.list(
      resourceOf(kind),
      { ...(namespace !== undefined && { namespace }) },
      parserOf(kind),
      signal,
    )
    return found.ok
      ? succeed(found.value.map(({ record }) => record))
      : notPrepared(found, client.value.site)
  },
  // eslint-disable-next-line max-params -- the port's shape: what, which, what to merge, until when
  async patchStatus(kind, ref, status, signal) {
    const client = sites.home()
    if (!client.ok) return client
    const done = await client.value.mergePatch(resourceOf(kind), ref, {
      body: { status },
      subresource: 'status',
      fieldManager: 'takt-status',
      ...(signal && { signal }),
    })
    return done.ok ? succeed(undefined) : done
  },
})

// A kind that the cluster does not know is not a missing record: it tells people to prepare the cluster.
function notPrepared<F extends { ok: false; failure: Failure }>(
  failed: F,
  site: string,
): F | { ok: false; failure: Failure } {
  if (failed.failure.code !== 'NOT_FOUND' || failed.failure.data.kind !== 'resource') return failed
  return fail(failure('CLUSTER_NOT_PREPARED', { site, missing: [failed.failure.data.name] }))
}
