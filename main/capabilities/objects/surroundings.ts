import type { ObjectEvent } from '../../../preload/contract/objects'
import { isGpuResource, type NodeFacts, type PodFacts } from '../../kernel/inventory'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import { NodeObject, PodObject, type Capacity } from '../capacity'
import { KUBE } from '../plans'
import { requestsOf, standingOf } from './domain/describe'
import { toEvent } from './domain/events'
import { groupKind, isTrue, type Raw } from './domain/raw'
import { childKinds, isOwnedBy, selectorOf, unread, type Placed } from './domain/tree'

/** What stands around one object. */
export interface Surroundings {
  owners: Placed[]
  owned: Placed[]
  events: ObjectEvent[]
  nodes: NodeFacts[] | undefined
  pods: PodFacts[]
  nodesLeftOut: number
  unreadable: string[]
}
export interface Looking {
  client: KubeClient
  capacity: Pick<Capacity, 'known'>
  signal: AbortSignal
}
export const NOTHING: Surroundings = {
  owners: [],
  owned: [],
  events: [],
  nodes: undefined,
  pods: [],
  nodesLeftOut: 0,
  unreadable: [],
}

const HIGHEST = 8
const DEEPEST = 4
const MOST_TOLD = 12
const MOST_NODES = 40

/** Reads owners up to the root, what the object owns, events of what it owns, and the room it waits for. */
export async function lookAround(raw: Raw, looking: Looking): Promise<Surroundings> {
  const unreadable = new Set<string>()
  const [owners, owned] = await Promise.all([
    ownersOf(raw, looking),
    ownedBy(raw, looking, unreadable),
  ])
  const [events, room] = await Promise.all([
    eventsBelow(raw, owned, looking),
    roomFor([raw, ...owned.map((one) => one.raw)], looking),
  ])
  return { owners, owned, events, ...room, unreadable: [...unreadable] }
}

async function ownersOf(raw: Raw, looking: Looking): Promise<Placed[]> {
  const chain: Placed[] = []
  for (let at = raw; chain.length < HIGHEST;) {
    const owner =
      at.metadata.ownerReferences?.find(({ controller }) => controller) ??
      at.metadata.ownerReferences?.[0]
    if (!owner || chain.some((one) => one.raw.metadata.uid === owner.uid)) return chain
    const placed = await readOwner(owner, raw.metadata.namespace, looking)
    chain.unshift(placed)
    at = placed.raw
  }
  return chain
}
type Owner = NonNullable<Raw['metadata']['ownerReferences']>[number]
/** An owner as the cluster has it; as the reference tells it where it may not be read or is another object by now. */
async function readOwner(
  owner: Owner,
  inside: string | undefined,
  { client, signal }: Looking,
): Promise<Placed> {
  const answer = await client.kindAt(owner, signal)
  const served = answer.ok ? answer.value : undefined
  const namespace = served?.namespaced === false ? undefined : inside
  if (!served) return { raw: unread(owner, namespace), resource: undefined }
  const found = await client.get(
    served.resource,
    { name: owner.name, namespace },
    AnyObject,
    signal,
  )
  const same = found.ok && found.value?.metadata.uid === owner.uid ? found.value : undefined
  return { raw: same ?? unread(owner, namespace), resource: served.resource }
}

async function ownedBy(root: Raw, looking: Looking, unreadable: Set<string>): Promise<Placed[]> {
  const all: Placed[] = []
  let level = [root]
  for (let depth = 0; depth < DEEPEST && level.length > 0 && all.length < MOST_TREE; depth++) {
    const next = (
      await Promise.all(
        kindsBelow(level).map((child) => childrenOf(level, child, { looking, unreadable })),
      )
    ).flat()
    all.push(...next)
    level = next.map(({ raw }) => raw)
  }
  return all.slice(0, MOST_TREE)
}
const MOST_TREE = 500
const kindsBelow = (level: Raw[]) => [
  ...new Map(
    level
      .flatMap((raw) => childKinds(raw))
      .map((child) => [`${child.apiVersion}/${child.kind}`, child]),
  ).values(),
]

async function childrenOf(
  level: Raw[],
  child: { apiVersion: string; kind: string },
  { looking: { client, signal }, unreadable }: { looking: Looking; unreadable: Set<string> },
): Promise<Placed[]> {
  const parents = level.filter((raw) =>
    childKinds(raw).some((one) => one.kind === child.kind && one.apiVersion === child.apiVersion),
  )
  const served = await client.kindAt(child, signal)
  if (!served.ok || !served.value) return []
  const { resource } = served.value
  const selectors = parents.map((raw) => selectorOf(raw, child))
  // One list for many parents; a selector only where there is one parent to select for.
  const [only] = selectors.length === 1 ? selectors : []
  const namespace = parents[0]?.metadata.namespace
  const listed = await client.list(
    resource,
    {
      ...(namespace !== undefined && { namespace }),
      ...(only !== undefined && { labelSelector: only }),
    },
    AnyObject,
    signal,
  )
  if (!listed.ok) {
    unreadable.add(child.kind)
    return []
  }
  return listed.value
    .filter((raw) => parents.some((parent) => isOwnedBy(raw, parent)))
    .map((raw) => ({ raw, resource }))
}

/** Events about what the object owns and does not go well: those tell why the whole does not. */
async function eventsBelow(
  raw: Raw,
  owned: Placed[],
  { client, signal }: Looking,
): Promise<ObjectEvent[]> {
  const { namespace } = raw.metadata
  if (namespace === undefined) return []
  const ill = owned
    .filter((one) => !['running', 'done'].includes(standingOf(one.raw).sign))
    .slice(0, MOST_TOLD)
  const lists = await Promise.all(
    ill.map((one) =>
      client.list(
        KUBE.events,
        { namespace, fieldSelector: aboutField(one.raw) },
        AnyObject,
        signal,
      ),
    ),
  )
  return lists.flatMap((listed) =>
    listed.ok ? listed.value.flatMap((event) => toEvent(event) ?? []) : [],
  )
}
/** Selects the events of an object. By name and kind: some reporters write no uid, or the name in its place. */
export const aboutField = (raw: Pick<Raw, 'kind' | 'metadata'>): string =>
  `involvedObject.kind=${raw.kind},involvedObject.name=${raw.metadata.name}`

const waitsForRoom = (raw: Raw) =>
  groupKind(raw) === '/Pod' &&
  raw['spec'] !== undefined &&
  !isTrue(raw, 'PodScheduled') &&
  standingOf(raw).sign === 'waiting'

/** Nodes that might take what waits, and what runs there. */
async function roomFor(
  raws: Raw[],
  { client, capacity, signal }: Looking,
): Promise<Pick<Surroundings, 'nodes' | 'pods' | 'nodesLeftOut'>> {
  const waiting = raws.find(waitsForRoom)
  if (!waiting) return { nodes: undefined, pods: [], nodesLeftOut: 0 }
  const known = capacity.known().find(({ site }) => site === client.site)
  if (known) return { nodes: known.nodes, pods: known.pods, nodesLeftOut: 0 }
  const listed = await client.list(KUBE.nodes, {}, NodeObject, signal)
  if (!listed.ok) return { nodes: undefined, pods: [], nodesLeftOut: 0 }
  const scarce = Object.keys(requestsOf(waiting)).find(isGpuResource)
  const candidates =
    scarce === undefined
      ? listed.value
      : listed.value.filter(({ allocatable }) => (allocatable[scarce] ?? 0) > 0)
  const looked = candidates.slice(0, MOST_NODES)
  const pods = await Promise.all(
    looked.map((node) =>
      client.list(
        KUBE.pods,
        { fieldSelector: `spec.nodeName=${node.metadata.name}` },
        PodObject,
        signal,
      ),
    ),
  )
  return {
    nodes: looked,
    pods: pods.flatMap((one) => (one.ok ? one.value : [])),
    nodesLeftOut: candidates.length - looked.length,
  }
}
