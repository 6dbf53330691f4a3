import type { Failure } from '../../../preload/contract/failures'
import type { SiteState } from '../../../preload/contract/sites'
import type { Clock } from '../../kernel/clock'
import type { Log } from '../../platform/log'
import { listeners } from '../../platform/streams/latest'
import { stampOf, type KubeContext, type Where } from './adapters/kubeconfig-files'
import type { KubeconfigReader } from './adapters/kubeconfig-thread'
import { watchFiles } from './adapters/watch-files'

/** A context with what a list shows of it while it is not connected. */
export interface KnownContext {
  context: KubeContext
  idle: SiteState
  /** What a filter is looked for in. */
  words: string
}
export interface KubeconfigPorts {
  reader: KubeconfigReader
  clock: Clock
  log: Log
  /** Where kubeconfigs are looked for now. */
  places(): Where[]
  idle(context: KubeContext): SiteState
  /** Called while the first contexts come, and at the end of every reading; not for each lot of very many. */
  changed(): void
}
export interface ContextFilter {
  filter: string
  id?: string | undefined
  offset: number
  limit: number
}

/** Above this a file that did not change is not read again only because somebody asks. */
const LONG_BYTES = 256_000
/** More contexts than these are told to who follows contexts alone: everybody else would look through all of them each time. */
const FEW = 1000
/** A clock of a file system may not tell apart what was written within this. */
const COARSE_MS = 2000

/**
 * The contexts of all kubeconfigs, read by a thread one reading at a time. The first reading shows them as they come; a later one
 * takes their place when it is whole, so that no site goes missing meanwhile. The next begins no sooner than the last one took.
 */
export class Kubeconfigs {
  readonly #ports: KubeconfigPorts
  readonly #life = new AbortController()
  readonly #heard = listeners()
  #known = new Map<string, KnownContext>()
  #unreadable: Failure[] = []
  #reading: Promise<void> | undefined
  #isWhole = false
  #again = false
  #stamp = ''
  #unwatch = () => {}

  constructor(ports: KubeconfigPorts) {
    this.#ports = ports
  }
  get(id: string): KubeContext | undefined {
    return this.#known.get(id)?.context
  }
  all(): Iterable<KnownContext> {
    return this.#known.values()
  }
  /** Whether everything was read at least once. */
  get isWhole(): boolean {
    return this.#isWhole
  }
  get isReading(): boolean {
    return this.#reading !== undefined
  }
  onChange(listener: () => void): () => void {
    return this.#heard.add(listener)
  }

  /** Reads everything again, after the reading that is under way. */
  refresh(): void {
    if (this.#reading) this.#again = true
    else if (!this.#life.signal.aborted) this.#reading = this.#readAll()
  }
  /** Settles when everything has been read as it stands now. */
  async whole(): Promise<void> {
    if (!this.#reading && !this.#isFresh()) this.refresh()
    while (this.#reading) await this.#reading
  }
  /** Settles as soon as a context is known, or when there is no such one. */
  async known(id: string): Promise<void> {
    while (this.#reading && !this.#known.has(id)) await Promise.race([this.#reading, this.#next()])
  }
  /** The contexts that match, of which some, with how many there are. */
  page({ filter, id, offset, limit }: ContextFilter) {
    const wanted = filter.trim().toLowerCase()
    const contexts: KubeContext[] = []
    const files = new Set<string>()
    let matched = 0
    for (const { context, words } of this.#known.values()) {
      files.add(context.file)
      if (id === undefined ? !words.includes(wanted) : context.id !== id) continue
      if (matched >= offset && contexts.length < limit) contexts.push(context)
      matched += 1
    }
    return {
      contexts,
      matched,
      total: this.#known.size,
      files: [...files],
      unreadable: this.#unreadable,
      reading: this.isReading,
    }
  }
  close(): void {
    this.#life.abort(new Error('the core closes'))
    this.#unwatch()
  }

  #next(): Promise<void> {
    return new Promise((told) => {
      const stop = this.#heard.add(() => {
        stop()
        told()
      })
    })
  }
  #isFresh(): boolean {
    const { bytes, stamp } = stampOf(this.#ports.places())
    return bytes >= LONG_BYTES && stamp === this.#stamp
  }
  async #readAll(): Promise<void> {
    const { clock, log } = this.#ports
    do {
      this.#again = false
      const began = clock.now()
      await this.#read().catch((error: unknown) =>
        log.error('The kubeconfigs could not be read.', { error }),
      )
      const tookMs = clock.now() - began
      // Written again and again, a long file would keep a thread busy for good.
      if (this.#again && tookMs > 0)
        await clock.sleep(tookMs, this.#life.signal).catch(() => undefined)
    } while (this.#again && !this.#life.signal.aborted)
    this.#reading = undefined
    this.#tell()
  }
  async #read(): Promise<void> {
    const { reader, clock, idle } = this.#ports
    const places = this.#ports.places()
    this.#unwatch()
    this.#unwatch = watchFiles(
      places.map(({ path }) => path),
      clock,
      () => this.refresh(),
    )
    const { stamp, writtenAt } = stampOf(places)
    this.#stamp = clock.now() - writtenAt > COARSE_MS ? stamp : ''
    const next = this.#isWhole ? new Map<string, KnownContext>() : this.#known
    const found = (contexts: KubeContext[]) => {
      for (const context of contexts) next.set(context.id, knownOf(context, idle(context)))
      if (next !== this.#known) return
      if (next.size <= FEW) this.#ports.changed()
      this.#heard.tell()
    }
    const unreadable = await reader(places, { found, signal: this.#life.signal })
    if (this.#life.signal.aborted) return
    this.#known = next
    this.#unreadable = unreadable
    this.#isWhole = true
    this.#tell()
  }
  #tell(): void {
    this.#ports.changed()
    this.#heard.tell()
  }
}

const knownOf = (context: KubeContext, idle: SiteState): KnownContext => ({
  context,
  idle,
  words: [context.id, idle.server, context.userName, context.file].join('\n').toLowerCase(),
})
