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
    name: string; namespace?: string; uid?: string; resourceVersion?: string; generation?: number; creationTimestamp?: string; deletionTimestamp?: string
    labels?: Record<string, string>; annotations?: Record<string, string>; ownerReferences?: OwnerReference[]; finalizers?: string[]
  }
  [field: string]: unknown
}
export interface OwnerReference { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }

/** A resource as requests name it: group '' is the core group. */
export interface Resource { group: string; version: string; plural: string }
export interface ListQuery { namespace?: string; labelSelector?: string; fieldSelector?: string; name?: string }
export interface WriteOptions { dryRun?: boolean; force?: boolean; fieldManager?: string; subresource?: 'status' | 'scale'; signal?: AbortSignal }
export type WatchItem<T> =
  | { type: 'reset'; items: T[]; at: number }
  | { type: 'changed'; upserts: T[]; removed: { name: string; namespace?: string; uid?: string }[]; at: number }
export interface AccessAsk { verb: string; group: string; resource: string; namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined }
export type AccessAnswer = 'yes' | 'no' | 'unknown'

/** One cluster as one signed-in person. Everything it answers is parsed; every failure is typed and names the site. */
export interface KubeClient {
  readonly site: string
  readonly server: string
  /** The site's own clock, kept from the Date headers it sends (a simulated site runs faster than the machine). */
  readonly clock: Clock
  version(signal?: AbortSignal): Promise<Outcome<{ gitVersion: string }>>
  /** Groups and resources the server offers, cached for a minute. */
  offers(resource: Resource, signal?: AbortSignal): Promise<Outcome<boolean>>
  whoAmI(signal?: AbortSignal): Promise<Outcome<{ user: string; groups: string[] }>>
  review(asks: AccessAsk[], signal?: AbortSignal): Promise<Outcome<AccessAnswer[]>>
  get<T>(resource: Resource, ref: { name: string; namespace?: string | undefined }, parse: z.ZodType<T>, signal?: AbortSignal): Promise<Outcome<T | undefined>>
  /** All pages, 500 objects each. */
  list<T>(resource: Resource, query: ListQuery, parse: z.ZodType<T>, signal?: AbortSignal): Promise<Outcome<T[]>>
  /** Lists, then watches with bookmarks; recovers from 410, dropped and half-closed streams by itself until the signal ends it. */
  watch<T extends { metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string } }>(resource: Resource, query: ListQuery, options: { parse: z.ZodType<T>; signal: AbortSignal; onFailure?: (failure: Failure) => void }): AsyncIterable<WatchItem<T>>
  create(resource: Resource, object: KubeObject, options?: WriteOptions): Promise<Outcome<KubeObject>>
  /** Server-side apply as field manager `takt` unless told otherwise. */
  apply(resource: Resource, object: KubeObject, options?: WriteOptions): Promise<Outcome<KubeObject>>
  /** Replaces the object as read: 409 when somebody else was faster. */
  replace(resource: Resource, object: KubeObject, options?: WriteOptions): Promise<Outcome<KubeObject>>
  mergePatch(resource: Resource, ref: { name: string; namespace?: string | undefined }, patch: { body: unknown } & WriteOptions): Promise<Outcome<KubeObject>>
  remove(resource: Resource, ref: { name: string; namespace?: string | undefined; uid?: string | undefined }, options?: WriteOptions & { propagation?: 'Background' | 'Foreground' | 'Orphan' }): Promise<Outcome<void>>
  logs(pod: { namespace: string; name: string; container?: string }, options: { follow?: boolean; tailLines?: number; signal?: AbortSignal }): Promise<Outcome<Readable>>
  exec(pod: { namespace: string; name: string; container?: string }, command: string[], streams: { stdin?: Readable; stdout: Writable; stderr: Writable; signal?: AbortSignal }): Promise<Outcome<{ exitCode: number }>>
  /** One connection to a port of a pod. */
  connect(pod: { namespace: string; name: string }, port: number, signal?: AbortSignal): Promise<Outcome<Duplex>>
  close(): void
}
