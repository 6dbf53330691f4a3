import { KubeError } from '../api/errors'
import type { Change, GroupKind, PlantApi } from '../types'

/** One reconciler: told what changed, asked to bring one named thing to the state it should have. */
export interface Controller {
  name: string
  /** What it listens to, and which keys of its own a change of such an object wakes. */
  watches: { kinds: GroupKind[]; wakes: (change: Change) => string[] }[]
  /** Brings one key to its state; what must happen later is asked of the engine. */
  reconcile: (key: string) => void
  /** It only sums up what others did: while the site travels through its past, it waits for the end. */
  sumsUp?: boolean
}

/** Runs the controllers of one site: a work queue without duplicates and one timer on the site's clock. */
export interface Engine {
  readonly api: PlantApi
  add(controller: Controller): void
  /** Runs the work of a key at a time of the site's clock (ms since 1970); a later call for the same key and tag replaces it. */
  wakeAt(at: number, controller: string, key: string): void
  /** Calls back at a time of the site's clock; the same tag replaces an earlier one. */
  at(at: number, tag: string, act: () => void): void
  enqueue(controller: string, key: string): void
  /** Works the queue off now instead of in the next turn: for seeding and tests. */
  settle(): void
  /** Lives through the time until a moment at once: moves the clock to each timer in turn and works off what it causes. The last such moment must be the present. */
  travel(until: number, moveTo: (at: number) => void): void
  stop(): void
}

export interface EngineOptions {
  /** Told of every error that no controller expected. */
  onError?: (error: unknown, where: string) => void
}

interface Timer {
  at: number
  order: number
  act: () => void
}

const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000]
// Far above any real cascade at one moment; two controllers that undo each other's work reach it at once.
const MOST_RUNS_PER_KEY_AND_TURN = 200

class SiteEngine implements Engine {
  readonly #controllers = new Map<string, Controller>()
  readonly #queue = new Map<string, { controller: string; key: string }>()
  readonly #postponed = new Map<string, { controller: string; key: string }>()
  readonly #timers = new Map<string, Timer>()
  readonly #failures = new Map<string, number>()
  readonly #stops: (() => void)[] = []
  #order = 0
  #armed: { at: number; abort: AbortController } | undefined
  #draining = false
  #planned = false
  #travelling = false
  #stopped = false

  constructor(
    readonly api: PlantApi,
    private readonly options: EngineOptions,
  ) {}

  add(controller: Controller) {
    this.#controllers.set(controller.name, controller)
    for (const watch of controller.watches) {
      // What is already there (a site opened again) is news to a controller that has just started.
      for (const object of watch.kinds.flatMap((kind) => this.api.list(kind))) {
        for (const key of watch.wakes({ type: 'ADDED', object })) this.enqueue(controller.name, key)
      }
      this.#stops.push(
        this.api.onChange(watch.kinds, (change) => {
          for (const key of watch.wakes(change)) this.enqueue(controller.name, key)
        }),
      )
    }
  }

  enqueue(controller: string, key: string) {
    if (this.#stopped) return
    const id = `${controller}|${key}`
    if (this.#travelling && this.#controllers.get(controller)?.sumsUp) {
      this.#postponed.set(id, { controller, key })
      return
    }
    if (!this.#queue.has(id)) this.#queue.set(id, { controller, key })
    if (this.#draining || this.#planned) return
    this.#planned = true
    // The write that caused this is answered first; the controllers follow in the same turn of the loop.
    queueMicrotask(() => {
      this.#planned = false
      this.settle()
    })
  }

  wakeAt(at: number, controller: string, key: string) {
    this.at(at, `${controller}|${key}`, () => this.enqueue(controller, key))
  }

  at(at: number, tag: string, act: () => void) {
    if (this.#stopped) return
    this.#timers.set(tag, { at, order: this.#order++, act })
    this.#arm()
  }

  settle() {
    if (this.#draining || this.#stopped) return
    this.#draining = true
    const runs = new Map<string, number>()
    try {
      for (let next = this.#take(); next; next = this.#take()) {
        const id = `${next.controller}|${next.key}`
        const count = (runs.get(id) ?? 0) + 1
        runs.set(id, count)
        if (count === MOST_RUNS_PER_KEY_AND_TURN)
          this.options.onError?.(new Error(`${id} finds no rest`), id)
        if (count < MOST_RUNS_PER_KEY_AND_TURN) this.#run(next.controller, next.key)
      }
    } finally {
      this.#draining = false
    }
    this.#arm()
  }

  travel(until: number, moveTo: (at: number) => void) {
    this.#travelling = true
    try {
      this.settle()
      for (let next = this.#earliest(); next && next[1].at <= until; next = this.#earliest()) {
        moveTo(Math.max(next[1].at, this.api.clock.now()))
        this.#timers.delete(next[0])
        next[1].act()
        this.settle()
      }
      moveTo(until)
    } finally {
      this.#travelling = false
    }
    for (const { controller, key } of this.#postponed.values()) this.enqueue(controller, key)
    this.#disarm()
    this.#arm()
  }

  stop() {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#queue.clear()
    this.#timers.clear()
    this.#disarm()
  }

  #disarm() {
    this.#armed?.abort.abort()
    this.#armed = undefined
  }

  #take() {
    const first = this.#queue.entries().next()
    if (first.done) return undefined
    this.#queue.delete(first.value[0])
    return first.value[1]
  }

  #run(name: string, key: string) {
    const id = `${name}|${key}`
    try {
      this.#controllers.get(name)?.reconcile(key)
      this.#failures.delete(id)
    } catch (error) {
      // Refusals of the server (quota, conflict, gone namespace) are everyday life: try again later, ever more slowly.
      const failures = (this.#failures.get(id) ?? 0) + 1
      this.#failures.set(id, failures)
      const wait = RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 0
      this.at(this.api.clock.now() + wait, `retry|${id}`, () => this.enqueue(name, key))
      if (!isRefusal(error)) this.options.onError?.(error, id)
    }
  }

  #arm() {
    if (this.#stopped || this.#draining || this.#travelling) return
    const at = this.#earliest()?.[1].at
    if (at === undefined || (this.#armed && this.#armed.at <= at)) return
    this.#disarm()
    const abort = new AbortController()
    this.#armed = { at, abort }
    const wait = Math.max(0, at - this.api.clock.now())
    this.api.clock.sleep(wait, abort.signal).then(
      () => this.#ring(abort),
      () => undefined,
    )
  }

  #earliest() {
    let earliest: [string, Timer] | undefined
    for (const entry of this.#timers) {
      const [, timer] = entry
      const best = earliest?.[1]
      if (!best || timer.at < best.at || (timer.at === best.at && timer.order < best.order))
        earliest = entry
    }
    return earliest
  }

  #ring(abort: AbortController) {
    if (this.#stopped || this.#armed?.abort !== abort) return
    this.#armed = undefined
    for (
      let next = this.#earliest();
      next && next[1].at <= this.api.clock.now();
      next = this.#earliest()
    ) {
      this.#timers.delete(next[0])
      next[1].act()
      this.settle()
    }
    this.#arm()
  }
}

/** Whether an error is an answer of the API server and not a bug. */
export const isRefusal = (error: unknown): error is KubeError => error instanceof KubeError

/** An engine that runs nothing until controllers are added. */
export const makeEngine = (api: PlantApi, options: EngineOptions = {}): Engine =>
  new SiteEngine(api, options)

/** The key of a namespaced or cluster-wide object: "namespace/name". */
export const keyOf = (object: { metadata: { name: string; namespace?: string } }) =>
  `${object.metadata.namespace ?? ''}/${object.metadata.name}`
/** The parts of a key made by keyOf. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}
