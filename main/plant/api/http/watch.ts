import type { ServerResponse } from 'node:http'
import { forbiddenField, invalidObject, KubeError } from '../errors'
import { apiVersionOf, keyOf } from '../resource'
import { matcherOf, type Matcher } from '../selectors'
import type { LoggedChange } from '../store'
import type { Stored } from '../stored'
import { STREAMED, type ResourceExchange } from './exchange'
import { versionOf } from './list'
import { negotiate } from './negotiate'
import { objectText } from './present'

/** A watcher that reads this much slower than the cluster changes is let go; it starts again from a list. */
const SLOW_BYTES = 32 * 2 ** 20

/** Turns one change into what a selector's holder sees of it: an object that comes into the selection is added, one that leaves it deleted. */
function seenAs(
  change: LoggedChange,
  matches: Matcher | undefined,
): LoggedChange['type'] | undefined {
  if (!matches) return change.type
  const now = matches(change.now.object)
  if (change.type !== 'MODIFIED')
    return (change.type === 'DELETED' && change.before ? matches(change.before.object) : now)
      ? change.type
      : undefined
  const before = change.before !== undefined && matches(change.before.object)
  if (now) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}

/** A watch does not say what it minds about a version that is no number. */
function watchedVersion(query: URLSearchParams): number | undefined {
  try {
    return versionOf(query)
  } catch (error) {
    throw new KubeError({
      code: 500,
      reason: '',
      message: error instanceof Error ? error.message : '',
    })
  }
}
function checkInitial(query: URLSearchParams): void {
  const sends = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch')
  const fault = (message: string) =>
    invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      forbiddenField('resourceVersionMatch', message),
    ])
  if (sends !== null && match !== 'NotOlderThan')
    throw fault('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (sends === null && match !== null)
    throw fault('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
}

class Watch {
  readonly #exchange: ResourceExchange
  readonly #out: ServerResponse
  readonly #matches: Matcher | undefined
  readonly #shape
  readonly #life = new AbortController()
  #unlisten = () => {}
  #begun = false
  constructor(exchange: ResourceExchange) {
    this.#exchange = exchange
    this.#out = exchange.outgoing
    this.#matches = matcherOf(exchange.resource, exchange.query)
    this.#shape = negotiate(exchange.header('accept'))
  }
  #send(type: string, text: string): void {
    if (this.#out.writableEnded || this.#out.destroyed) return
    if (this.#out.writableLength > SLOW_BYTES) {
      this.#out.destroy()
      return
    }
    this.#out.write(`{"type":"${type}","object":${text}}\n`)
  }
  #sendObject(type: string, stored: Stored): void {
    this.#send(
      type,
      objectText(this.#exchange, { ...this.#shape, withoutColumns: this.#begun }, stored),
    )
    this.#begun = true
  }
  #sendChange(change: LoggedChange): void {
    const { namespace } = this.#exchange.info
    const { name } = this.#exchange.info
    const { metadata } = change.now.object
    if (
      (namespace !== undefined && metadata.namespace !== namespace) ||
      (name !== undefined && metadata.name !== name)
    )
      return
    const type = seenAs(change, this.#matches)
    if (type) this.#sendObject(type, change.now)
  }
  #bookmark(initialEnd = false): void {
    const { resource, server } = this.#exchange
    const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const metadata = {
      resourceVersion: String(server.cluster.store.version),
      creationTimestamp: null,
      ...annotations,
    }
    this.#send(
      'BOOKMARK',
      JSON.stringify({ kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }),
    )
  }
  #initial(): void {
    const {
      server: {
        cluster: { store },
      },
      resource,
      info,
    } = this.#exchange
    for (const stored of store.sorted(keyOf(resource), info.namespace)) {
      if (!this.#matches || this.#matches(stored.object)) this.#sendObject('ADDED', stored)
    }
  }
  #fail(error: KubeError): void {
    this.#send('ERROR', JSON.stringify(error.status))
    this.#end()
  }
  /** The last of this watch: a caller who reads nothing keeps the connection, but neither timer nor listener of ours. */
  #end(): void {
    this.#unlisten()
    this.#life.abort()
    if (!this.#out.writableEnded) this.#out.end()
  }
  run(): void {
    const { server, query, outgoing, resource } = this.#exchange
    const asked = watchedVersion(query)
    checkInitial(query)
    outgoing.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      date: new Date(server.cluster.clock.now()).toUTCString(),
    })
    outgoing.flushHeaders()
    const bookmarks =
      query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1'
    const sendsInitial = query.get('sendInitialEvents')
    try {
      if (
        sendsInitial === 'true' ||
        (sendsInitial === null && (asked === undefined || asked === 0))
      )
        this.#initial()
      else if (asked)
        for (const change of server.cluster.store.changesSince(keyOf(resource), asked))
          this.#sendChange(change)
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      this.#fail(error)
      return
    }
    if (sendsInitial === 'true' && bookmarks) this.#bookmark(true)
    this.#follow(bookmarks)
  }
  #follow(bookmarks: boolean): void {
    const { server, query, resource, outgoing } = this.#exchange
    const key = keyOf(resource)
    // A caller who left before this began says so no more.
    if (outgoing.destroyed) return this.#end()
    outgoing.once('close', () => this.#end())
    this.#unlisten = server.cluster.store.listen((change, changed) => {
      if (changed === key) this.#sendChange(change)
    })
    if (bookmarks) void this.#after(server.bookmarkMs, () => this.#bookmark(), { again: true })
    const seconds = Number(query.get('timeoutSeconds') ?? 0)
    void this.#after((seconds > 0 ? seconds : 1800) * 1000, () => {
      if (bookmarks) this.#bookmark()
      this.#end()
    })
  }
  /** Waits and acts, once or again and again, for as long as the watch lives. */
  async #after(ms: number, act: () => void, { again = false } = {}): Promise<void> {
    const { signal } = this.#life
    do {
      await this.#exchange.server.machineClock.sleep(ms, signal).catch(() => undefined)
      if (signal.aborted) return
      act()
    } while (again)
  }
}

/** Streams changes until the caller, the time limit or the server ends it. */
export function watch(exchange: ResourceExchange): typeof STREAMED {
  new Watch(exchange).run()
  return STREAMED
}
