import type { Duplex, Readable, Writable } from 'node:stream'
import type { z } from 'zod'
import type { Clock } from '../../kernel/clock'
import type { Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'

/** Any Kubernetes object, read loosely: the identity is parsed, the rest belongs to whoever asks. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    generation?: number
    creationTimestamp?: string
    deletionTimestamp?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    ownerReferences?: OwnerReference[]
    finalizers?: string[]
  }
  [field: string]: unknown
}
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** A resource as requests name it: group '' is the core group. */
export interface Resource {
  group: string
  version: string
  plural: string
}
export interface ListQuery {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  name?: string
}
export interface WriteOptions {
  dryRun?: boolean
  force?: boolean
  fieldManager?: string
  subresource?: 'status' | 'scale' | 'eviction'
  signal?: AbortSignal
}
/** One very object: the server refuses to touch another that bears its name by now. */
export interface ExactRef {
  name: string
  namespace?: string | undefined
  uid: string
}
export type WatchItem<T> =
  | { type: 'reset'; items: T[]; at: number }
  | {
      type: 'changed'
      upserts: T[]
      removed: { name: string; namespace?: string; uid?: string }[]
      at: number
    }
export interface AccessAsk {
  verb: string
  group: string
  resource: string
  namespace?: string | undefined
  name?: string | undefined
  subresource?: string | undefined
}
export type AccessAnswer = 'yes' | 'no' | 'unknown'

/** `timestamps` writes the node's time before each line; `sinceTime` counts in whole seconds, whatever is given. */
export interface LogOptions {
  follow?: boolean
  tailLines?: number | undefined
  previous?: boolean
  timestamps?: boolean
  sinceTime?: string | undefined
  sinceSeconds?: number | undefined
  signal?: AbortSignal
}
export interface TerminalSize {
  columns: number
  rows: number
}
/** A terminal (`tty`) has one output; it is told its size now and whenever it changes. `begun` is called once the command runs. */
export interface ExecStreams {
  stdin?: Readable
  stdout: Writable
  stderr: Writable
  signal?: AbortSignal
  tty?: boolean
  begun?: () => void
  /** Calls back with each new size; the answer stops it. */
  onResize?: (resized: (size: TerminalSize) => void) => () => void
}
export interface ServedKind {
  resource: Resource
  namespaced: boolean
  subresources: string[]
}
/** A kind whose objects live in namespaces and can be listed and deleted. */
export interface NamespacedKind {
  apiVersion: string
  kind: string
  resource: Resource
}
export interface ObjectMetadata {
  metadata: {
    name: string
    uid: string
    labels: Record<string, string>
    annotations: Record<string, string>
    ownerReferences: { uid: string }[]
  }
}

/** Some rows as the server prints them, by the names of its columns. `namespaces` names each row's, where identities were asked for. */
export interface TableRows {
  columns: string[]
  rows: unknown[][]
  namespaces?: string[]
  resourceVersion: string
  more: boolean
  remaining: number
}
/** Some objects of a list as they came, unread, without the bookkeeping of who manages which field. */
export interface RawItems {
  items: unknown[]
  resourceVersion: string
  more: boolean
  remaining: number
}
export interface RawChange {
  type: 'upsert' | 'remove'
  object: unknown
}
/** What came in one piece of a watch. */
export interface RawEvents {
  changes: RawChange[]
  resourceVersion: string
}

/** Lists and watches for whoever keeps no objects: nothing is read but the envelope, and nothing is gathered. */
export interface LiveReading {
  /** One answer of the table form without objects, or with the namespace of each; NOT_SUPPORTED_HERE where the server knows no tables for the resource. */
  table(
    ask: {
      resource: Resource
      query: ListQuery
      limit?: number
      cached?: boolean
      identities?: boolean
    },
    signal: AbortSignal,
  ): AsyncGenerator<Outcome<TableRows>, void>
  /** All pages of one list, all of one moment; the next is under way while one is read. A forgotten place (410) is a failure: whoever asks begins again. */
  pages(
    ask: { resource: Resource; query: ListQuery },
    signal: AbortSignal,
  ): AsyncGenerator<Outcome<RawItems>, void>
  /** One connection of a watch with bookmarks, from a version on, until it ends or fails. */
  events(
    ask: { resource: Resource; query: ListQuery; from: string },
    signal: AbortSignal,
  ): AsyncGenerator<Outcome<RawEvents>, void>
}

/** One cluster as one signed-in person. Everything it answers is parsed; every failure is typed and names the site. */
export interface KubeClient {
  readonly site: string
  readonly server: string
  /** The site's own clock, kept from the Date headers it sends (a simulated site runs faster than the machine). */
  readonly clock: Clock
  /** The namespaces this person is known to belong to: what may not be listed everywhere is read there, again and again by the machine's clock. */
  readonly own?: { namespaces(): readonly string[]; clock: Clock }
  version(signal?: AbortSignal): Promise<Outcome<{ gitVersion: string }>>
  /** Groups and resources the server offers, cached for a minute. */
  offers(resource: Resource, signal?: AbortSignal): Promise<Outcome<boolean>>
  whoAmI(signal?: AbortSignal): Promise<Outcome<{ user: string; groups: string[] }>>
  review(asks: AccessAsk[], signal?: AbortSignal): Promise<Outcome<AccessAnswer[]>>
  get<T>(
    resource: Resource,
    ref: { name: string; namespace?: string | undefined },
    parse: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<Outcome<T | undefined>>
  /** All pages, 500 objects each. */
  list<T>(
    resource: Resource,
    query: ListQuery,
    parse: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<Outcome<T[]>>
  /**
   * Lists, then watches with bookmarks; recovers from 410, dropped and half-closed streams by itself until the signal ends it.
   * Once a stream is open again after `onFailure`, an item without changes says so.
   */
  watch<
    T extends {
      metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
    },
  >(
    resource: Resource,
    query: ListQuery,
    options: { parse: z.ZodType<T>; signal: AbortSignal; onFailure?: (failure: Failure) => void },
  ): AsyncIterable<WatchItem<T>>
  /** For long lists: tables, pages and watches as they come. */
  readonly live: LiveReading
  create(
    resource: Resource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<Outcome<KubeObject>>
  /** Server-side apply as field manager `takt` unless told otherwise; with a uid over that very object alone. */
  apply(
    resource: Resource,
    object: KubeObject,
    options?: WriteOptions & { uid?: string | undefined },
  ): Promise<Outcome<KubeObject>>
  /** Replaces the object as read: 409 when somebody else was faster. */
  replace(
    resource: Resource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<Outcome<KubeObject>>
  mergePatch(
    resource: Resource,
    ref: { name: string; namespace?: string | undefined },
    patch: { body: unknown } & WriteOptions,
  ): Promise<Outcome<KubeObject>>
  /** Deletes that very object. Whoever deletes has read what stands on it, and with it the uid. */
  remove(
    resource: Resource,
    ref: ExactRef,
    options?: WriteOptions & { propagation?: 'Background' | 'Foreground' | 'Orphan' },
  ): Promise<Outcome<void>>
  logs(
    pod: { namespace: string; name: string; container?: string },
    options: LogOptions,
  ): Promise<Outcome<Readable>>
  exec(
    pod: { namespace: string; name: string; container?: string },
    command: string[],
    streams: ExecStreams,
  ): Promise<Outcome<{ exitCode: number }>>
  /** One connection to a port of a pod. */
  connect(
    pod: { namespace: string; name: string },
    port: number,
    signal?: AbortSignal,
  ): Promise<Outcome<Duplex>>
  /** Where a kind is served; undefined where it is not. Cached for a minute. */
  kindAt(
    of: { apiVersion: string; kind: string },
    signal?: AbortSignal,
  ): Promise<Outcome<ServedKind | undefined>>
  /** Every kind whose objects live in namespaces, and the groups that did not answer for themselves. */
  namespacedKinds(
    signal?: AbortSignal,
  ): Promise<Outcome<{ kinds: NamespacedKind[]; unanswered: string[] }>>
  /** What objects of one kind say about themselves, without their contents: whole pages until at least `most` are read. */
  metadataOf(
    resource: Resource,
    where: { namespace: string; most: number },
    signal?: AbortSignal,
  ): Promise<Outcome<{ items: ObjectMetadata[]; more: boolean }>>
  /** GET of a service through the API server's proxy, as text of at most 8 MB. */
  throughService(
    service: { namespace: string; name: string; port: string | number },
    ask: { path: string; query?: Record<string, string | number | undefined> },
    signal?: AbortSignal,
  ): Promise<Outcome<string>>
  /** Drops every connection, so that watches open again: after a sleep both ends may think that they are still connected. */
  reconnect(): void
  close(): void
}
