import type { Failure } from '../../../preload/contract/failures'
import {
  KINDS,
  type Project,
  type RecordKind,
  type TaktRecord,
} from '../../../preload/contract/records'
import type { KubeClient } from '../../platform/kubernetes/types'
import { RECORD_KINDS } from './crds'
import type { RecordsPorts } from './ports'
import { keyOf, parserOf, resourceOf } from './record'
import type { Shelf } from './shelf'

/** Rights are granted while people are connected: what was refused is asked for again after this. */
const ASK_AGAIN_MS = 15_000

interface Following {
  client: KubeClient
  kind: RecordKind
  signal: AbortSignal
}

/** A kind that the cluster does not know, as one that nobody prepared. */
const isUnserved = (failed: Failure) =>
  failed.code === 'NOT_FOUND' && failed.data.kind === 'resource'

/**
 * Keeps one watch per kind on whichever client is the home site's now. Who may not read a kind in all namespaces, as engineers may
 * not, follows it in those of their own projects.
 */
export class Follower {
  readonly #ports: RecordsPorts
  readonly #shelf: (kind: RecordKind) => Shelf
  #client: KubeClient | undefined
  #watching: AbortController | undefined
  #stopped: (() => void) | undefined
  constructor(ports: RecordsPorts, shelf: (kind: RecordKind) => Shelf) {
    this.#ports = ports
    this.#shelf = shelf
  }
  start() {
    this.#stopped ??= this.#ports.sites.onChange(() => this.#look())
    this.#look()
  }
  again() {
    this.#client = undefined
    this.#look()
  }
  stop() {
    this.#stopped?.()
    this.#watching?.abort(new Error('Takt is closing'))
  }
  #look() {
    const home = this.#ports.sites.home()
    const client = home.ok ? home.value : undefined
    if (client === this.#client) return
    this.#client = client
    this.#watching?.abort(new Error('another site is home now'))
    this.#watching = new AbortController()
    const { signal } = this.#watching
    for (const kind of RECORD_KINDS) {
      this.#shelf(kind).lose({ unserved: false })
      if (client)
        this.#follow({ client, kind, signal }).catch((error: unknown) => {
          if (!signal.aborted)
            this.#ports.log.error('A watch of shared records ended.', { kind, error })
        })
    }
  }

  async #follow(following: Following) {
    const { client, kind, signal } = following
    const shelf = this.#shelf(kind)
    const everywhere = (item: Change) => {
      if (item.type === 'reset') shelf.reset(item.items, { site: client.site, at: item.at })
      else shelf.change(item.upserts, item.removed, item.at)
    }
    while ((await this.#watch(following, { tell: everywhere })) === 'refused') {
      const meanwhile = new AbortController()
      const until = AbortSignal.any([signal, meanwhile.signal])
      if (KINDS[kind].scope === 'Namespaced') this.#followOwn({ client, kind, signal: until })
      await this.#mayRead(following)
      meanwhile.abort()
    }
  }

  /** One watch until it ends: by the signal, or because the person may not read there. */
  async #watch(
    { client, kind, signal }: Following,
    { namespace, tell }: { namespace?: string; tell(item: Change): void },
  ): Promise<'refused' | 'over'> {
    let refused = false
    const onFailure = (failed: Failure) => {
      refused = failed.code === 'FORBIDDEN'
      if (namespace === undefined) this.#shelf(kind).lose({ unserved: isUnserved(failed) })
      this.#ports.log.info('A watch of shared records was interrupted.', {
        kind,
        code: failed.code,
        ...(namespace !== undefined && { namespace }),
      })
    }
    for await (const item of client.watch(
      resourceOf(kind),
      { ...(namespace !== undefined && { namespace }) },
      { parse: parserOf(kind), signal, onFailure },
    )) {
      if (item.type === 'reset')
        tell({
          type: 'reset',
          items: item.items.map(({ record }) => record as TaktRecord),
          at: item.at,
        })
      else
        tell({
          type: 'changed',
          upserts: item.upserts.map(({ record }) => record as TaktRecord),
          removed: item.removed.map(keyOf),
          at: item.at,
        })
    }
    return refused && !signal.aborted ? 'refused' : 'over'
  }

  /** Waits until the kind may be read everywhere; rejects when the signal ends it. */
  async #mayRead({ client, kind, signal }: Following) {
    const { group, plural } = resourceOf(kind)
    for (;;) {
      await this.#ports.clock.sleep(ASK_AGAIN_MS, signal)
      const review = await client.review(
        ['list', 'watch'].map((verb) => ({ verb, group, resource: plural })),
        signal,
      )
      if (review.ok && review.value.every((allowed) => allowed === 'yes')) return
    }
  }

  /** Watches the kind in the namespace of each project the person belongs to, as projects come and go. */
  #followOwn({ client, kind, signal }: Following) {
    const shelf = this.#shelf(kind)
    const projects = this.#shelf('Project')
    const open = new Map<string, AbortController>()
    const settled = new Set<string>()
    let me: Me | undefined
    const follow = async (namespace: string, own: AbortSignal) => {
      const settle = (at: number) => {
        settled.add(namespace)
        shelf.settle(isWhole(), at)
      }
      const tell = (item: Change) => {
        if (item.type === 'reset')
          shelf.resetWithin(namespace, item.items, { site: client.site, at: item.at })
        else shelf.change(item.upserts, item.removed, item.at)
        settle(item.at)
      }
      while (
        (await this.#watch({ client, kind, signal: own }, { namespace, tell })) === 'refused'
      ) {
        settle(client.clock.now())
        // A project is written down a moment before its members are let in.
        await this.#ports.clock.sleep(ASK_AGAIN_MS, own)
      }
    }
    const isWhole = () =>
      projects.live && [...open.keys()].every((namespace) => settled.has(namespace))
    const compare = () => {
      if (!me || signal.aborted) return
      const wanted = new Set(
        [...projects.items.values()].flatMap((record) =>
          record.kind === 'Project' && me && belongs(record, me) ? [record.meta.name] : [],
        ),
      )
      for (const [namespace, watching] of open) {
        if (wanted.has(namespace)) continue
        watching.abort()
        open.delete(namespace)
        settled.delete(namespace)
      }
      for (const namespace of wanted) {
        if (open.has(namespace)) continue
        const own = new AbortController()
        open.set(namespace, own)
        follow(namespace, AbortSignal.any([signal, own.signal])).catch(() => undefined)
      }
      shelf.keepOnly(wanted)
      shelf.settle(isWhole(), projects.asOf)
    }
    const stop = projects.onChange(compare)
    signal.addEventListener('abort', stop, { once: true })
    void client.whoAmI(signal).then(
      (who) => {
        if (who.ok) me = who.value
        compare()
      },
      () => undefined,
    )
  }
}

type Change =
  | { type: 'reset'; items: TaktRecord[]; at: number }
  | { type: 'changed'; upserts: TaktRecord[]; removed: string[]; at: number }
interface Me {
  user: string
  groups: string[]
}

/** Whether somebody is the owner or a member of a project, by name or by a group. */
export function belongs({ spec }: Project, { user, groups }: Me): boolean {
  return (
    spec.owner === user ||
    spec.members.some(({ kind, name }) => (kind === 'User' ? name === user : groups.includes(name)))
  )
}
