import type { Failure } from '../../../preload/contract/failures'
import type { KubeClient, RawItems, Resource } from '../../platform/kubernetes/types'
import { backoffMs, isGone, pauseMs } from '../../platform/kubernetes/watch'
import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Source } from './domain/definition'
import { text } from './domain/peek'
import { paint } from './paint'
import type { Rows } from './rows'

export type StreamState = 'loading' | 'live' | 'failing' | 'forbidden' | 'absent'
export interface StreamPorts {
  client: KubeClient
  rows: Rows
  clock: Clock
  random: Random
  nextPass(): number
  changed(): void
}
export interface StreamAsk {
  index: number
  source: Source
  namespace: string | undefined
  /** Namespaces whose rows may be painted from tables. */ paintable(
    signal: AbortSignal,
  ): Promise<string[] | undefined>
}

const SHORT_MS = 1_000
const ABSENT_MS = 60_000

/** One kind, in one namespace or all: painted from the server's tables, filled page by page, then followed for as long as its signal lives. */
export class Stream {
  state: StreamState = 'loading'
  failure: Failure | undefined
  resource: Resource | undefined
  /** All rows are known, if only by the server's columns. */
  isPainted = false
  /** All rows are known with all columns. */
  isFilled = false
  noTables = false
  progress: { of: 'rows' | 'columns'; done: number; total?: number } = { of: 'rows', done: 0 }
  readonly ask: StreamAsk
  readonly #ports: StreamPorts
  #turn = new AbortController()

  constructor(ports: StreamPorts, ask: StreamAsk) {
    this.#ports = ports
    this.ask = ask
  }

  /** Begins whatever it waits for at once: the site answers again, or a stream may have died unnoticed. */
  kick() {
    this.#turn.abort(KICKED)
  }

  async run(signal: AbortSignal): Promise<void> {
    let version: string | undefined
    let failures = 0
    while (!signal.aborted) {
      this.#turn = new AbortController()
      const turn = AbortSignal.any([signal, this.#turn.signal])
      try {
        const resource = await this.#offered(turn)
        if (!resource) {
          await this.#ports.clock.sleep(ABSENT_MS, turn)
          continue
        }
        const went =
          version === undefined
            ? await this.#list(resource, turn)
            : await this.#watch({ resource, from: version }, turn)
        version = went.version
        if (went.recovered) failures = 0
        if (!went.problem) continue
        failures++
        if (this.#tell(went.problem) === 'over') return
        await this.#ports.clock.sleep(pauseMs(went.problem, failures, this.#ports.random), turn)
      } catch (error) {
        if (signal.aborted) return
        if (!this.#turn.signal.aborted) throw error
        failures = 0
      }
    }
  }

  #tell(problem: Failure): 'over' | 'again' {
    // A forgotten version is no failure for anybody: the list is read once more.
    if (isGone(problem)) return 'again'
    this.failure = problem
    this.state = problem.code === 'FORBIDDEN' ? 'forbidden' : 'failing'
    this.#ports.changed()
    return problem.code === 'FORBIDDEN' ? 'over' : 'again'
  }

  /** The version of the resource that the server offers; undefined while it offers none. */
  async #offered(signal: AbortSignal): Promise<Resource | undefined> {
    if (this.resource) return this.resource
    const { source } = this.ask
    if (source.builtIn) return (this.resource = source.resources[0])
    for (const resource of source.resources) {
      const offers = await this.#ports.client.offers(resource, signal)
      if (offers.ok && offers.value) return (this.resource = resource)
      if (!offers.ok) {
        this.#tell(offers.failure)
        await this.#ports.clock.sleep(backoffMs(1, this.#ports.random), signal)
      }
    }
    this.state = 'absent'
    this.isPainted = this.isFilled = true
    this.#ports.changed()
    return undefined
  }

  async #list(resource: Resource, signal: AbortSignal): Promise<Went> {
    const {
      ask,
      ask: { index, namespace, source },
    } = this
    const { client, rows, nextPass, changed } = this.#ports
    if (!this.isFilled) this.state = 'loading'
    if (!this.isPainted && source.printed) {
      this.noTables = !(await paint(
        {
          ...this.#ports,
          resource,
          tell: (done, total) => {
            this.progress = { of: 'rows', done, ...(total !== undefined && { total }) }
          },
        },
        ask,
        signal,
      ))
      if (!this.noTables) this.isPainted = true
      changed()
    }
    const pass = nextPass()
    let version = ''
    let done = 0
    for await (const page of client.live.pages(
      { resource, query: { ...(namespace !== undefined && { namespace }) } },
      signal,
    )) {
      if (!page.ok) return { version: undefined, problem: page.failure }
      version ||= page.value.resourceVersion
      this.#take(page.value, pass)
      done += page.value.items.length
      this.progress = {
        of: this.isPainted ? 'columns' : 'rows',
        done,
        total: done + page.value.remaining,
      }
      changed()
    }
    rows.sweep(index, namespace, pass)
    this.isPainted = this.isFilled = true
    this.#isLive()
    return { version }
  }
  #take({ items }: RawItems, seen: number) {
    const {
      ask: { index, source },
    } = this
    const { rows, client } = this.#ports
    for (const item of items) {
      const projected = source.project(item, client.clock.now())
      if (projected && projected.name !== '') rows.put(index, projected, { seen, whole: true })
    }
  }

  async #watch(
    { resource, from }: { resource: Resource; from: string },
    signal: AbortSignal,
  ): Promise<Went> {
    const { namespace } = this.ask
    const { client, clock, nextPass } = this.#ports
    const began = clock.now()
    const pass = nextPass()
    let version = from
    for await (const events of client.live.events(
      { resource, query: { ...(namespace !== undefined && { namespace }) }, from },
      signal,
    )) {
      if (!events.ok)
        return {
          version: isGone(events.failure) ? undefined : version,
          recovered: version !== from,
          problem: events.failure,
        }
      version = events.value.resourceVersion
      for (const { type, object } of events.value.changes) this.#change(type, object, pass)
      this.#isLive()
    }
    // A server that ends a watch as soon as it is opened would otherwise be asked without a pause.
    if (version === from && clock.now() - began < SHORT_MS) await clock.sleep(SHORT_MS, signal)
    return { version, recovered: true }
  }
  #change(type: 'upsert' | 'remove', object: unknown, seen: number) {
    const {
      ask: { index, source },
    } = this
    const { rows, client } = this.#ports
    const projected = type === 'upsert' ? source.project(object, client.clock.now()) : undefined
    if (projected && projected.name !== '') rows.put(index, projected, { seen, whole: true })
    else
      rows.remove(index, {
        namespace: text(object, 'metadata', 'namespace'),
        name: text(object, 'metadata', 'name'),
        uid: text(object, 'metadata', 'uid'),
      })
  }
  #isLive() {
    this.state = 'live'
    this.failure = undefined
    this.#ports.changed()
  }
}

/** The version to go on from, undefined where the list is to be read again. */
interface Went {
  version: string | undefined
  recovered?: boolean
  problem?: Failure
}
const KICKED = new Error('begun anew')
