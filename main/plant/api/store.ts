import type { KubeObject } from '../types'
import { expired } from './errors'
import { Stored } from './stored'
import { OwnerIndex } from './owners'

export interface LoggedChange {
  version: number
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  now: Stored
  before: Stored | undefined
}
export type StoreListener = (change: LoggedChange, resource: string) => void
const namespaceKey = (namespace: string | undefined, name: string): string =>
  `${namespace ?? ''}/${name}`

/** All objects of one kind, by namespace and name, with the last changes made to them. */
class Shelf {
  readonly objects = new Map<string, Stored>()
  readonly namespaces = new Map<string, Map<string, Stored>>()
  log: LoggedChange[] = []
  /** Changes at or before this version are no longer remembered. */
  forgottenUntil: number
  constructor(forgottenUntil: number) {
    this.forgottenUntil = forgottenUntil
  }

  #order: string[] | undefined

  /** The keys are put in order once per arrival or departure, not once per list. */
  sorted(namespace: string | undefined): Stored[] {
    this.#order ??= [...this.objects.keys()].sort()
    const prefix = `${namespace ?? ''}/`
    const keys =
      namespace === undefined ? this.#order : this.#order.filter((key) => key.startsWith(prefix))
    return keys.flatMap((key) => this.objects.get(key) ?? [])
  }
  put(stored: Stored): void {
    const { name, namespace } = stored.object.metadata
    if (!this.objects.has(namespaceKey(namespace, name))) this.#order = undefined
    this.objects.set(namespaceKey(namespace, name), stored)
    if (namespace === undefined) return
    const inside = this.namespaces.get(namespace) ?? new Map<string, Stored>()
    inside.set(name, stored)
    this.namespaces.set(namespace, inside)
  }
  take(stored: Stored): void {
    const { name, namespace } = stored.object.metadata
    this.objects.delete(namespaceKey(namespace, name))
    this.#order = undefined
    if (namespace === undefined) return
    const inside = this.namespaces.get(namespace)
    inside?.delete(name)
    if (inside?.size === 0) this.namespaces.delete(namespace)
  }
}

/**
 * Every object of one cluster under one increasing resourceVersion. Objects are frozen: a write replaces them. Each kind remembers
 * its last changes, so that watches and paged lists can go back, and 410 is what really happens when they go back too far.
 */
export class Store {
  readonly owners = new OwnerIndex()
  readonly #shelves = new Map<string, Shelf>()
  readonly #listeners = new Set<StoreListener>()
  #version: number
  readonly #window: number
  readonly #untold: { change: LoggedChange; resource: string }[] = []
  #telling = false
  constructor(options: { version?: number; window?: number } = {}) {
    this.#version = options.version ?? 1
    this.#window = options.window ?? 4096
  }
  get version(): number {
    return this.#version
  }

  #shelf(resource: string): Shelf {
    const shelf = this.#shelves.get(resource) ?? new Shelf(this.#version)
    this.#shelves.set(resource, shelf)
    return shelf
  }
  get(resource: string, name: string, namespace?: string): Stored | undefined {
    return this.#shelves.get(resource)?.objects.get(namespaceKey(namespace, name))
  }
  /** Every object of a kind, in no promised order. */
  all(resource: string, namespace?: string): Iterable<Stored> {
    const shelf = this.#shelves.get(resource)
    if (!shelf) return []
    return (
      (namespace === undefined ? shelf.objects : shelf.namespaces.get(namespace))?.values() ?? []
    )
  }
  /** Every object of a kind in the order of namespace and name. */
  sorted(resource: string, namespace?: string): Iterable<Stored> {
    return this.#shelves.get(resource)?.sorted(namespace) ?? []
  }
  count(resource: string, namespace?: string): number {
    const shelf = this.#shelves.get(resource)
    return (namespace === undefined ? shelf?.objects : shelf?.namespaces.get(namespace))?.size ?? 0
  }

  /** Writes a new object or replaces one; the object gets the next resourceVersion and is frozen. */
  put(resource: string, object: KubeObject): Stored {
    const shelf = this.#shelf(resource)
    const before = shelf.objects.get(namespaceKey(object.metadata.namespace, object.metadata.name))
    const now = this.#stamp(object)
    shelf.put(now)
    if (before) this.owners.remove(resource, before.object)
    this.owners.add(resource, now.object)
    this.#record(resource, {
      version: this.#version,
      type: before ? 'MODIFIED' : 'ADDED',
      now,
      before,
    })
    return now
  }
  /** Takes an object away; what watchers see carries the version of its removal. */
  remove(resource: string, name: string, namespace?: string): Stored | undefined {
    const shelf = this.#shelves.get(resource)
    const before = shelf?.objects.get(namespaceKey(namespace, name))
    if (!shelf || !before) return undefined
    shelf.take(before)
    this.owners.remove(resource, before.object)
    const now = this.#stamp(before.object)
    this.#record(resource, { version: this.#version, type: 'DELETED', now, before })
    return now
  }
  #stamp(object: KubeObject): Stored {
    this.#version += 1
    return new Stored(
      { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } },
      this.#version,
    )
  }
  #record(resource: string, change: LoggedChange): void {
    const shelf = this.#shelf(resource)
    shelf.log.push(change)
    if (shelf.log.length > this.#window * 1.25) {
      const dropped = shelf.log.splice(0, shelf.log.length - this.#window)
      shelf.forgottenUntil = dropped.at(-1)?.version ?? shelf.forgottenUntil
    }
    this.#untold.push({ change, resource })
    this.#tell()
  }
  /** A listener may write; what it writes is told after what it was told, so that everybody hears one order. */
  #tell(): void {
    if (this.#telling) return
    this.#telling = true
    try {
      for (let next = this.#untold.shift(); next; next = this.#untold.shift()) {
        for (const listener of [...this.#listeners]) listener(next.change, next.resource)
      }
    } finally {
      this.#telling = false
    }
  }
  /** Calls back after every change, in order. */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What changed in a kind after a version. Throws 410 when that is no longer remembered. */
  changesSince(resource: string, version: number): LoggedChange[] {
    const shelf = this.#shelf(resource)
    if (version < shelf.forgottenUntil)
      throw expired(`too old resource version: ${version} (${shelf.forgottenUntil + 1})`)
    let low = shelf.log.length
    while (low > 0 && (shelf.log[low - 1]?.version ?? 0) > version) low -= 1
    return shelf.log.slice(low)
  }
  /** The objects of a kind as they were at a version, by undoing what came after. Throws 410 when that is no longer remembered. */
  asOf(resource: string, version: number, namespace?: string): Iterable<Stored> {
    const later = this.changesSince(resource, version)
    if (later.length === 0) return this.sorted(resource, namespace)
    const objects = new Map(this.#shelf(resource).objects)
    for (const { before, now } of later.toReversed()) {
      const key = namespaceKey(now.object.metadata.namespace, now.object.metadata.name)
      if (before) objects.set(key, before)
      else objects.delete(key)
    }
    const every = [...objects.keys()].sort().flatMap((key) => objects.get(key) ?? [])
    return namespace === undefined
      ? every
      : every.filter((stored) => stored.object.metadata.namespace === namespace)
  }
  /** Forgets every change so far, as a compaction of the real store does. */
  compact(): void {
    for (const shelf of this.#shelves.values()) {
      shelf.log = []
      shelf.forgottenUntil = this.#version
    }
  }
  /** Takes a whole kind away without a word to watchers: its definition is gone. */
  drop(resource: string): void {
    this.#shelves.delete(resource)
  }

  /** Everything, to be written down. */
  dump(): { version: number; resources: Record<string, KubeObject[]> } {
    const resources = [...this.#shelves].map(
      ([resource, shelf]) =>
        [resource, [...shelf.objects.values()].map((stored) => stored.object)] as const,
    )
    return {
      version: this.#version,
      resources: Object.fromEntries(resources.filter(([, objects]) => objects.length > 0)),
    }
  }
  /** Takes back what was written down; versions go on from where they were. */
  load(dumped: { version: number; resources: Record<string, KubeObject[]> }): void {
    this.#version = dumped.version
    for (const [resource, objects] of Object.entries(dumped.resources)) {
      for (const object of objects) {
        const stored = new Stored(object, Number(object.metadata.resourceVersion ?? dumped.version))
        this.#shelf(resource).put(stored)
        this.owners.add(resource, stored.object)
      }
    }
    this.compact()
  }
}
