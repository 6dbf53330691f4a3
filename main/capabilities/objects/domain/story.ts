import type { ObjectStory, ResourceName } from '../../../../preload/contract/objects'
import { given } from '../../../kernel/given'
import type { NodeFacts, PodFacts } from '../../../kernel/inventory'
import { toContainers } from './containers'
import { describe, standingOf } from './describe'
import { MOST_EVENTS } from './moments'
import { groupKind, listAt, numberAt, textAt, type Raw } from './raw'
import { toTree, type Placed } from './tree'
import { whyOf } from './why'

interface Known {
  raw: Raw
  resource: ResourceName
  timeline: ObjectStory['timeline']
  events: ObjectStory['events']
  around: {
    owners: Placed[]
    owned: Placed[]
    events: ObjectStory['events']
    nodes: NodeFacts[] | undefined
    pods: PodFacts[]
    nodesLeftOut: number
    unreadable: string[]
  }
}
const MOST_PODS = 200

/** Everything about an object that is present. */
export function toStory({
  raw,
  resource,
  around,
  events,
  timeline,
}: Known): Omit<ObjectStory, 'state' | 'asOf' | 'live'> {
  const all = [...events, ...around.events.filter(({ id }) => !events.some((own) => own.id === id))]
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, MOST_EVENTS)
  const why = whyOf(raw, {
    nodes: around.nodes,
    pods: around.pods,
    owned: around.owned.map((one) => one.raw),
    events: all,
    nodesLeftOut: around.nodesLeftOut,
  })
  const isPod = groupKind(raw) === '/Pod'
  const pods = isPod
    ? [raw]
    : around.owned.map((one) => one.raw).filter((one) => groupKind(one) === '/Pod')
  const head = describe(raw, resource)
  // A run whose every pod waits for room does not start: it waits.
  const waits =
    head.sign === 'starting' &&
    pods.length > 0 &&
    pods.every((pod) => standingOf(pod).sign === 'waiting')
  return {
    object: waits ? { ...head, sign: 'waiting', word: 'Waiting' } : head,
    tree: toTree({ raw, resource }, around.owners, around.owned),
    timeline,
    events: all,
    containers: isPod ? toContainers(raw) : [],
    ports: portsOf(raw),
    pods: newestFirst(pods)
      .slice(0, MOST_PODS)
      .map((pod) => ({ name: pod.metadata.name, sign: standingOf(pod).sign })),
    ...given({
      why,
      treeIsPartial:
        around.unreadable.length > 0
          ? `${around.unreadable.join(', ')} could not be read: you may not list them here.`
          : undefined,
    }),
  }
}
const newestFirst = (pods: Raw[]) =>
  [...pods].sort((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  )

/** Ports that can be forwarded: those a pod declares, those a service offers over TCP. */
export function portsOf(raw: Raw): ObjectStory['ports'] {
  const isService = groupKind(raw) === '/Service'
  const listed = isService
    ? listAt(raw, 'spec', 'ports')
    : listAt(raw, 'spec', 'containers').flatMap((container) =>
        listAt(container, 'ports').map((port): Record<string, unknown> => ({
          ...port,
          of: textAt(container, 'name'),
        })),
      )
  return listed.flatMap((port) => {
    const number = numberAt(port, isService ? 'port' : 'containerPort')
    return number === undefined || (textAt(port, 'protocol') ?? 'TCP') !== 'TCP'
      ? []
      : [{ port: number, name: textAt(port, 'name') ?? '', says: textAt(port, 'of') ?? '' }]
  })
}
