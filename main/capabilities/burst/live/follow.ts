import type { Failure } from '../../../../preload/contract/failures'
import { succeed, type Outcome } from '../../../kernel/outcome'
import { keep } from '../../../platform/kubernetes/kept'
import type { KubeClient, Resource, WatchItem } from '../../../platform/kubernetes/types'
import { listVisible, watchVisible } from '../../../platform/kubernetes/visible'
import { Followed, type FollowedSites } from '../../sites'
import { APIS, MOVABLE } from '../domain/movable'
import { KueueObject, WorkloadObject, type KueueFacts, type WorkloadFacts } from './workload'

/** What one site tells about its workloads, at one moment of its clock. */
export interface SiteWork {
  site: string
  at: number
  workloads: WorkloadFacts[]
  kueue: KueueFacts[]
  hasKueue: boolean
  left: string[]
}

const KUEUE: Resource[] = ['v1beta2', 'v1beta1'].map((version) => ({
  group: 'kueue.x-k8s.io',
  version,
  plural: 'workloads',
}))
interface Live {
  client: KubeClient
  hasKueue: boolean
  wanted: number
  ready: Set<string>
  workloads: Map<string, Map<string, WorkloadFacts>>
  kueue: Map<string, KueueFacts>
  left: Map<string, string>
}

/** Where Kueue's workloads are served on a site; undefined where Kueue is not installed. */
export async function kueueOf(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<Resource | undefined> {
  for (const resource of KUEUE) {
    const offered = await client.offers(resource, signal)
    if (offered.ok && offered.value) return resource
  }
  return undefined
}
async function kindsOf(client: KubeClient, signal?: AbortSignal) {
  const asked = await Promise.all(
    MOVABLE.map(async (kind) => ({ kind, offered: await client.offers(APIS[kind], signal) })),
  )
  return asked.filter(({ offered }) => offered.ok && offered.value).map(({ kind }) => kind)
}
// Plain Pods are watched only where they carry a queue: the pods of a Job are the Job's.
const queryOf = (kind: string) =>
  kind === 'Pod' ? { labelSelector: 'kueue.x-k8s.io/queue-name' } : {}
const isOwn = ({ kind, madeBy, gpus }: WorkloadFacts) =>
  gpus.count > 0 && !(kind === 'Pod' && madeBy)

/** The GPU workloads of the connected sites: watched while somebody follows, else listed when asked. */
export class Workloads {
  readonly #sites: FollowedSites
  readonly #live: Followed<Live>
  constructor({ sites }: { sites: FollowedSites }) {
    this.#sites = sites
    this.#live = new Followed(sites, (client, signal) => this.#begin(client, signal))
  }

  async read(site: string, signal?: AbortSignal): Promise<Outcome<SiteWork>> {
    const one = this.#live.get(site)
    if (one && one.wanted > 0 && one.ready.size >= one.wanted) return succeed(told(one))
    const client = this.#sites.client(site)
    return client.ok ? listed(client.value, signal) : client
  }

  /** Keeps every connected site watched and calls back after changes; the answer stops it. */
  follow(listener: () => void): () => void {
    return this.#live.follow(listener)
  }

  #begin(client: KubeClient, signal: AbortSignal): Live {
    const one: Live = {
      client,
      hasKueue: false,
      wanted: 0,
      ready: new Set(),
      workloads: new Map(),
      kueue: new Map(),
      left: new Map(),
    }
    // Who leaves while the site is still asked what it serves ends the asking, and nobody waits for it.
    this.#start(one, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    return one
  }
  async #start(one: Live, signal: AbortSignal): Promise<void> {
    const { client } = one
    const [kinds, kueue] = await Promise.all([kindsOf(client, signal), kueueOf(client, signal)])
    if (signal.aborted) return
    one.hasKueue = kueue !== undefined
    one.wanted = kinds.length + (kueue ? 1 : 0)
    for (const kind of kinds) {
      const into = new Map<string, WorkloadFacts>()
      one.workloads.set(kind, into)
      this.#watch(one, {
        name: kind,
        into,
        items: watchVisible(
          client,
          { resource: APIS[kind], query: queryOf(kind) },
          {
            parse: WorkloadObject,
            signal,
            onFailure: (failure) => this.#lost(one, kind, failure),
          },
        ),
      })
    }
    if (kueue)
      this.#watch(one, {
        name: 'Workload',
        into: one.kueue,
        items: watchVisible(
          client,
          { resource: kueue },
          {
            parse: KueueObject,
            signal,
            onFailure: (failure) => this.#lost(one, 'Workload', failure),
          },
        ),
      })
  }
  #lost(one: Live, name: string, failure: Failure): void {
    // Who may not read one kind still decides about the others, and is told.
    if (failure.code === 'FORBIDDEN') one.ready.add(name)
    one.left.set(name, `${name}s of ${one.client.site} cannot be read (${failure.code}).`)
    this.#live.tell()
  }
  #watch<T extends WorkloadFacts | KueueFacts>(
    one: Live,
    what: { name: string; into: Map<string, T>; items: AsyncIterable<WatchItem<T>> },
  ): void {
    const reading = async () => {
      for await (const item of what.items) {
        keep(what.into, item)
        one.left.delete(what.name)
        one.ready.add(what.name)
        this.#live.tell()
      }
    }
    // A watch ends with its signal; what it could not read is told already.
    reading().catch(() => undefined)
  }
}

function told({ client, workloads, kueue, hasKueue, left }: Live): SiteWork {
  return {
    site: client.site,
    at: client.clock.now(),
    workloads: [...workloads.values()].flatMap((kind) => [...kind.values()]).filter(isOwn),
    kueue: [...kueue.values()],
    hasKueue,
    left: [...left.values()],
  }
}

async function listed(client: KubeClient, signal?: AbortSignal): Promise<Outcome<SiteWork>> {
  const [kinds, kueue] = await Promise.all([kindsOf(client, signal), kueueOf(client, signal)])
  const workloads: WorkloadFacts[] = []
  const left: string[] = []
  for (const kind of kinds) {
    const found = await listVisible(
      client,
      { resource: APIS[kind], query: queryOf(kind), parse: WorkloadObject },
      signal,
    )
    if (found.ok) workloads.push(...found.value.items.filter(isOwn))
    else if (found.failure.code === 'FORBIDDEN')
      left.push(`${kind}s of ${client.site} cannot be read (FORBIDDEN).`)
    else return found
  }
  const queued = kueue
    ? await listVisible(client, { resource: kueue, parse: KueueObject }, signal)
    : succeed({ items: [] })
  if (!queued.ok) left.push(`Workloads of ${client.site} cannot be read (${queued.failure.code}).`)
  return succeed({
    site: client.site,
    at: client.clock.now(),
    workloads,
    kueue: queued.ok ? queued.value.items : [],
    hasKueue: kueue !== undefined,
    left,
  })
}
