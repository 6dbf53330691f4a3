import type { KubeClient } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import type { Sites } from './ports'

export type FollowedSites = Pick<Sites, 'states' | 'client' | 'onChange'>
/** Begins to watch a site until the signal ends it. */
type Begin<T> = (client: KubeClient, signal: AbortSignal) => T

/** What is known of every connected site while somebody follows: begun when a site connects, dropped when it leaves, anew when its client is another. */
export class Followed<T> {
  readonly #sites: FollowedSites
  readonly #begin: Begin<T>
  readonly #live = new Map<string, { client: KubeClient; known: T; ending: AbortController }>()
  readonly #heard = listeners()
  #followers = 0
  #stopSites = () => {}
  constructor(sites: FollowedSites, begin: Begin<T>) {
    this.#sites = sites
    this.#begin = begin
  }

  get(site: string): T | undefined {
    return this.#live.get(site)?.known
  }
  all(): T[] {
    return [...this.#live.values()].map(({ known }) => known)
  }
  /** Says that something changed. */
  tell(): void {
    this.#heard.tell()
  }

  /** Keeps every connected site watched and calls back after changes; the answer stops it. */
  follow(listener: () => void): () => void {
    const stop = this.#heard.add(listener)
    this.#followers += 1
    if (this.#followers === 1) this.#stopSites = this.#sites.onChange(() => this.#align())
    this.#align()
    let over = false
    return () => {
      if (over) return
      over = true
      stop()
      this.#followers -= 1
      if (this.#followers > 0) return
      this.#stopSites()
      this.#align()
    }
  }

  #align(): void {
    const wanted = new Map<string, KubeClient>()
    for (const { id, state } of this.#followers > 0 ? this.#sites.states() : []) {
      if (state === 'idle') continue
      const client = this.#sites.client(id)
      if (client.ok) wanted.set(id, client.value)
    }
    for (const [site, { client, ending }] of this.#live) {
      if (wanted.get(site) === client) continue
      ending.abort()
      this.#live.delete(site)
      this.tell()
    }
    for (const [site, client] of wanted) {
      if (this.#live.has(site)) continue
      const ending = new AbortController()
      this.#live.set(site, { client, known: this.#begin(client, ending.signal), ending })
    }
  }
}
