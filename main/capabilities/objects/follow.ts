import type { ObjectRef, ObjectStory } from '../../../preload/contract/objects'
import type { Failure } from '../../../preload/contract/failures'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import { toEvent, withKeptEvents } from './domain/events'
import { momentsOfKin } from './domain/kin'
import { momentsOf, momentsOfEvents, withKept, type Seen } from './domain/moments'
import type { Raw } from './domain/raw'
import { toStory } from './domain/story'
import type { Kept, Keeper } from './kept'
import type { ObjectPorts } from './ports'
import { aboutField, lookAround, NOTHING, type Surroundings } from './surroundings'

const LOOK_EVERY_MS = 10_000
const LEAST_BETWEEN_MS = 1000

/** One object followed on one connection: itself and its events by watches, its surroundings looked at again after changes and now and then. */
export class Follow {
  readonly #ports: ObjectPorts
  readonly #ref: ObjectRef
  readonly #client: KubeClient
  readonly #keeper: Keeper
  readonly #changed = listeners()
  readonly #life = new AbortController()
  #kept: Kept | undefined
  #moments: Seen[] = []
  #raw: Raw | undefined
  #state: ObjectStory['state'] = 'present'
  #failure: Failure | undefined
  #around: Surroundings = NOTHING
  #events: ObjectStory['events'] = []
  #eventsOf: string | undefined
  #look = () => {}
  #savedAs = ''

  constructor(ports: ObjectPorts, at: { ref: ObjectRef; client: KubeClient; keeper: Keeper }) {
    this.#ports = ports
    this.#ref = at.ref
    this.#client = at.client
    this.#keeper = at.keeper
    this.#kept = at.keeper.load(at.ref)
    this.#moments = this.#kept?.moments ?? []
  }
  readonly onChange = (listener: () => void) => this.#changed.add(listener)
  /** Begins; resolves when the first word about the object is there. */
  async begin(): Promise<void> {
    let first = () => {}
    const heard = new Promise<void>((resolve) => {
      first = resolve
    })
    const { signal } = this.#life
    const { namespace, name, resource } = this.#ref
    const told = () => {
      first()
      this.#changed.tell()
    }
    void this.#watch(
      this.#client.watch(
        resource,
        { name, ...given({ namespace }) },
        {
          parse: AnyObject,
          signal,
          onFailure: (failure) => {
            this.#failure = failure
            told()
          },
        },
      ),
      told,
    )
      .catch(() => undefined)
      .finally(first)
    await heard
  }
  end() {
    this.#save()
    this.#life.abort()
    this.#look()
  }

  async #watch(items: ReturnType<KubeClient['watch']>, told: () => void) {
    for await (const item of items) {
      const objects = (item.type === 'reset' ? item.items : item.upserts) as Raw[]
      const [seen] = objects
      this.#failure = undefined
      if (seen) this.#meet(seen)
      else if (item.type === 'reset' || item.removed.length > 0)
        this.#state = this.#state === 'replaced' ? 'replaced' : 'gone'
      told()
    }
  }
  #meet(raw: Raw) {
    const { uid } = raw.metadata
    if (this.#ref.uid !== undefined && uid !== this.#ref.uid) {
      this.#state = 'replaced'
      return
    }
    if (this.#kept && this.#kept.uid !== uid) {
      this.#kept = undefined
      this.#moments = []
      this.#events = []
    }
    this.#state = 'present'
    this.#raw = raw
    this.#observe()
    if (this.#eventsOf !== uid) this.#followEvents(raw)
    this.#look()
  }
  #observe() {
    if (!this.#raw) return
    this.#moments = withKept(this.#present(this.#raw), this.#moments).keep
    this.#save()
  }
  /** What is said now; until the kin was looked at, what was kept of it is taken for still true. */
  #present(raw: Raw): Seen[] {
    const { owners, owned } = this.#around
    const kin =
      this.#around === NOTHING
        ? this.#moments.filter(({ of }) => of.name !== raw.metadata.name || of.kind !== raw.kind)
        : momentsOfKin({ owners: owners.map((one) => one.raw), owned: owned.map((one) => one.raw) })
    return [...momentsOf(raw), ...momentsOfEvents(this.#own()), ...kin]
  }
  #own() {
    return this.#events.filter(({ kept }) => !kept)
  }
  /** Written down as soon as something new was observed: the cluster may overwrite it any moment. */
  #save() {
    const uid = this.#raw?.metadata.uid
    if (uid === undefined) return
    const story = this.story()
    const as = `${uid} ${this.#moments.map(({ id }) => id).join(' ')} ${story.object?.word ?? ''} ${story.object?.says ?? ''} ${String(story.tree.length)}`
    if (as === this.#savedAs) return
    this.#savedAs = as
    this.#keeper.save(this.#ref, {
      uid,
      at: this.#client.clock.now(),
      moments: this.#moments,
      events: story.events,
      story,
    })
  }

  #followEvents(raw: Raw) {
    this.#eventsOf = raw.metadata.uid
    const { signal } = this.#life
    const namespace = raw.metadata.namespace ?? 'default'
    void this.#readEvents(
      raw,
      this.#client.watch(
        KUBE.events,
        { namespace, fieldSelector: aboutField(raw) },
        { parse: AnyObject, signal },
      ),
    ).catch(() => undefined)
    void this.#lookNowAndThen().catch((error: unknown) => {
      if (!signal.aborted)
        this.#ports.log.warn('The surroundings of an object could not be read.', {
          error: String(error),
        })
    })
  }
  async #readEvents(about: Raw, items: ReturnType<KubeClient['watch']>) {
    const now = new Map<string, ObjectStory['events'][number]>()
    for await (const item of items) {
      if (this.#raw?.metadata.uid !== about.metadata.uid) return
      if (item.type === 'reset') now.clear()
      for (const object of (item.type === 'reset' ? item.items : item.upserts) as Raw[]) {
        const event = toEvent(object)
        if (event) now.set(object.metadata.name, event)
      }
      // An event that is removed has been forgotten by the cluster, not undone.
      this.#events = withKeptEvents([...now.values()], this.#kept?.events ?? [])
      this.#observe()
      this.#changed.tell()
    }
  }
  async #lookNowAndThen() {
    const { signal } = this.#life
    const of = this.#eventsOf
    while (!signal.aborted && this.#raw && this.#eventsOf === of) {
      this.#around = await lookAround(this.#raw, {
        client: this.#client,
        capacity: this.#ports.capacity,
        signal,
      })
      this.#observe()
      this.#changed.tell()
      await this.#ports.clock.sleep(LEAST_BETWEEN_MS, signal)
      await this.#pokedOrLate(signal)
    }
  }
  #pokedOrLate(signal: AbortSignal) {
    const over = new AbortController()
    const poked = new Promise<void>((resolve) => {
      this.#look = resolve
    })
    const late = this.#ports.clock
      .sleep(LOOK_EVERY_MS, AbortSignal.any([over.signal, signal]))
      .catch(() => undefined)
    return Promise.race([poked, late]).finally(() => over.abort())
  }

  /** All that is known now. */
  story(): ObjectStory {
    const now = this.#client.clock.now()
    const asOf = timestamp(now)
    const failed = this.#failure && { failure: this.#failure }
    if (!this.#raw)
      return {
        ...(this.#kept?.story ?? emptyStory(asOf)),
        state: this.#kept || this.#state !== 'present' ? this.#state : 'present',
        live: this.#failure === undefined,
        ...failed,
        ...(this.#failure === undefined && { asOf }),
      }
    const present = this.#present(this.#raw)
    return {
      ...toStory({
        raw: this.#raw,
        resource: this.#ref.resource,
        around: this.#around,
        events: this.#events,
        timeline: withKept(present, this.#moments).timeline,
      }),
      state: this.#state,
      asOf,
      live: this.#failure === undefined,
      ...failed,
    }
  }
}

export const emptyStory = (asOf: string): ObjectStory => ({
  state: 'present',
  asOf,
  live: false,
  tree: [],
  timeline: [],
  events: [],
  containers: [],
  ports: [],
  pods: [],
})
