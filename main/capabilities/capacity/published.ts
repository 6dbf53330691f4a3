import { z } from 'zod'
import { holds, type Inventory, type PodFacts } from '../../kernel/inventory'
import { LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { CAPACITY_RECORD } from '../../kernel/system-objects'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'

const KEY = 'capacity.json'
/** Older than this it says nothing of now. */
const FRESH_MS = 5 * 60_000
const MOST_NODES = 10_000
const MANAGER = 'takt-capacity'

const Amounts = z.record(z.string().max(253), z.number().nonnegative())
const Taken = z.object({
  at: z.number(),
  nodes: z.array(z.object({ name: z.string().max(253), taken: Amounts })).max(MOST_NODES),
  /** What each pod that waits for a node asks for, in the order they came. */
  waiting: z.array(z.object({ requests: Amounts, since: z.number() })).max(MOST_NODES),
})
export type PublishedCapacity = z.infer<typeof Taken>
const ConfigMap = z.object({ data: z.record(z.string(), z.string()).default({}) })

const add = (to: Record<string, number>, requests: Readonly<Record<string, number>>) => {
  for (const [resource, count] of Object.entries(requests))
    to[resource] = (to[resource] ?? 0) + count
}
function takenBy(pods: readonly PodFacts[]): Map<string, Record<string, number>> {
  const taken = new Map<string, Record<string, number>>()
  for (const pod of pods.filter(holds)) {
    const here = taken.get(pod.node ?? '') ?? {}
    add(here, pod.requests)
    taken.set(pod.node ?? '', here)
  }
  return taken
}
const isWaiting = (pod: PodFacts) => pod.node === undefined && pod.phase === 'Pending'

/** What of a whole inventory everybody may know. */
export function publicPart({ at, pods }: Inventory): PublishedCapacity {
  return {
    at,
    nodes: [...takenBy(pods)].map(([name, taken]) => ({ name, taken })),
    waiting: pods
      .filter(isWaiting)
      .map(({ requests, createdAt }) => ({ requests, since: createdAt }))
      .toSorted((a, b) => a.since - b.since),
  }
}

const nobody = (
  name: string,
  more: Pick<PodFacts, 'requests' | 'createdAt' | 'phase'> & { node?: string },
): PodFacts => ({
  metadata: { name },
  namespace: '',
  labels: {},
  annotations: {},
  ready: true,
  deleting: false,
  restarts: 0,
  images: [],
  claims: [],
  nodeSelector: {},
  ...more,
})
const rest = (all: Record<string, number>, own: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(all).flatMap(([resource, count]) => {
      const others = count - (own[resource] ?? 0)
      return others > 0 ? [[resource, others]] : []
    }),
  )

/** An inventory of one's own namespaces with what others hold, as one nameless pod a node; as it was where nothing fresh is published. */
export function withOthers(own: Inventory, published: PublishedCapacity | undefined): Inventory {
  if (!published || Math.abs(own.at - published.at) > FRESH_MS) return own
  const mine = takenBy(own.pods)
  const ownWaiting = new Set(own.pods.filter(isWaiting).map(({ createdAt }) => createdAt))
  const others = published.nodes.flatMap(({ name, taken }) => {
    const requests = rest(taken, mine.get(name) ?? {})
    return Object.keys(requests).length === 0
      ? []
      : [nobody(`others on ${name}`, { requests, createdAt: 0, phase: 'Running', node: name })]
  })
  const waiting = published.waiting
    .filter(({ since }) => !ownWaiting.has(since))
    .map(({ requests, since }, index) =>
      nobody(`waits ${String(index)}`, { requests, createdAt: since, phase: 'Pending' }),
    )
  const { only: _only, ...whole } = own
  return { ...whole, pods: [...own.pods, ...others, ...waiting] }
}

/** Reads what is published; undefined where nothing is, or it may not be read. */
export async function readPublished(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<PublishedCapacity | undefined> {
  const found = await client.get(KUBE.configMaps, CAPACITY_RECORD, ConfigMap, signal)
  if (!found.ok || !found.value) return undefined
  try {
    return Taken.safeParse(JSON.parse(found.value.data[KEY] ?? '')).data
  } catch {
    return undefined
  }
}
/** Writes it down for everybody. */
export async function publish(
  client: KubeClient,
  inventory: Inventory,
  signal?: AbortSignal,
): Promise<Outcome<void>> {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    // Prepare makes it too, and takes over only what bears the mark.
    metadata: { ...CAPACITY_RECORD, labels: { [LABEL.managedBy]: 'takt' } },
    data: { [KEY]: JSON.stringify(publicPart(inventory)) },
  }
  const written = await client.apply(KUBE.configMaps, object, {
    fieldManager: MANAGER,
    ...(signal && { signal }),
  })
  return written.ok ? succeed(undefined) : written
}
