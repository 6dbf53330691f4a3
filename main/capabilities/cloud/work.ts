import { z } from 'zod'
import { failure, type Failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import { machines } from './adapters/ec2'
import { refusedAs } from './adapters/ask'
import { nodeGroups } from './adapters/eks'
import { nodePools } from './adapters/karpenter'
import { NODE_GROUP_LABEL, type GroupFacts } from './domain/facts'
import { groupOf } from './domain/nodes'
import { mayChange, mayDelete, ownershipOf, type CloudOwnership } from './domain/ownership'
import type { CloudAccount, CloudPorts } from './ports'

/** How a long piece of work tells what it does. */
export interface Telling {
  signal: AbortSignal
  progress(says: string, share?: number): void
}
export interface At {
  account: CloudAccount
  group: string
}

const LOOK_MS = 1000
const ASK_AWS_EVERY = 4
/** A shortage that AWS told of before the machines were asked for is an old one. */
const FRESH_TROUBLE_MS = 60_000
const NodeSight = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z
    .object({ providerID: z.string().optional(), unschedulable: z.boolean().default(false) })
    .prefault({}),
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
    .prefault({}),
})
const PodSight = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    namespace: z.string().default('default'),
    ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ nodeName: z.string().optional() }).prefault({}),
  status: z.object({ phase: z.string().default('') }).prefault({}),
})
export interface NodeNow {
  name: string
  ready: boolean
  cordoned: boolean
  instance: string | undefined
}
export interface PodNow {
  name: string
  namespace: string
  uid: string
}

/** Stands on a node that Takt closed, so that it opens no other. */
const CLOSED = 'takt.dev/closed'

/** The verbs of rented machines. Each may be run again after it was cut short, and ends in the same state. */
export class Work {
  readonly #ports: CloudPorts
  constructor(ports: CloudPorts) {
    this.#ports = ports
  }

  async nodes({ account, group }: At, signal?: AbortSignal): Promise<Outcome<NodeNow[]>> {
    const client = this.#ports.sites.client(account.site)
    if (!client.ok) return client
    const listed = await client.value.list(
      KUBE.nodes,
      { labelSelector: `${NODE_GROUP_LABEL}=${group}` },
      NodeSight,
      signal,
    )
    return listed.ok
      ? succeed(
          listed.value.map(({ metadata, spec, status }) => ({
            name: metadata.name,
            cordoned: spec.unschedulable,
            ready: status.conditions.some(
              ({ type, status: is }) => type === 'Ready' && is === 'True',
            ),
            instance: /\/(i-[0-9a-f]+)$/.exec(spec.providerID ?? '')?.[1],
          })),
        )
      : listed
  }
  /** What works on a node; the cluster's own helpers do not count. */
  async podsOn(client: KubeClient, node: string, signal?: AbortSignal): Promise<Outcome<PodNow[]>> {
    const listed = await client.list(
      KUBE.pods,
      { fieldSelector: `spec.nodeName=${node}` },
      PodSight,
      signal,
    )
    return listed.ok
      ? succeed(
          listed.value
            .filter(
              ({ metadata, status }) =>
                status.phase !== 'Succeeded' &&
                status.phase !== 'Failed' &&
                metadata.namespace !== 'kube-system' &&
                !metadata.ownerReferences.some(({ kind }) => kind === 'DaemonSet'),
            )
            .map(({ metadata: { name, namespace, uid } }) => ({ name, namespace, uid })),
        )
      : listed
  }

  /** Asks for at least so many machines, never for fewer than are asked for already. */
  async raise(at: At, desired: number, telling: Telling): Promise<Outcome<GroupFacts>> {
    for (;;) {
      const found = await this.#find(at, telling.signal)
      if (!found.ok) return found
      const { status, desired: before, max } = found.value
      if (before >= desired && status !== 'CREATING') return found
      // While another change is under way AWS takes no further one.
      const asked =
        status === 'CREATING' || status === 'UPDATING'
          ? 'later'
          : await this.#scale(at, found.value, {
              size: { desired, ...(desired > max && { max: desired }) },
              signal: telling.signal,
            })
      if (asked !== 'later' && asked.ok) return this.#find(at, telling.signal)
      if (asked !== 'later' && refusedAs(asked) !== 'ResourceInUseException') return asked
      telling.progress(`${at.group} is being changed; waits for that.`)
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
  /** Asks for exactly so many machines; AWS chooses which ones go, so this is for groups on which nothing runs. */
  async setDesired(at: At, desired: number, telling: Telling): Promise<Outcome<void>> {
    for (;;) {
      const group = await nodeGroups(this.#ports, at.account).find(at.group, telling.signal)
      if (!group.ok) return group
      if (!group.value || group.value.desired === desired) return succeed(undefined)
      const asked = await this.#scale(at, group.value, {
        size: { desired, ...minOf(at, group.value, desired) },
        signal: telling.signal,
      })
      if (asked.ok) return succeed(undefined)
      if (refusedAs(asked) !== 'ResourceInUseException') return asked
      telling.progress(`${at.group} is being changed; waits for that.`)
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
  /** Nothing is changed, closed, emptied or taken away that does not carry the mark of this cluster: asked of AWS right before, whatever a plan said. */
  async owned(
    at: At,
    signal: AbortSignal,
    may: (ownership: CloudOwnership) => boolean = mayChange,
  ): Promise<Outcome<void>> {
    const group = await nodeGroups(this.#ports, at.account).find(at.group, signal)
    if (!group.ok) return group
    if (group.value) return this.#proved(at, group.value, may)
    const client = this.#ports.sites.client(at.account.site)
    const pools = client.ok ? await nodePools(client.value, signal) : client
    if (!pools.ok) return pools
    const pool = pools.value.find(({ name }) => name === at.group)
    return pool
      ? this.#proved(at, pool, may)
      : fail(failure('NOT_FOUND', { kind: 'node group', name: at.group }))
  }
  async #scale(
    at: At,
    group: GroupFacts,
    {
      size,
      signal,
    }: { size: { desired: number; max?: number; min?: number }; signal: AbortSignal },
  ): Promise<Outcome<unknown>> {
    const ours = this.#proved(at, group, mayChange)
    return ours.ok ? nodeGroups(this.#ports, at.account).scale(at.group, size, signal) : ours
  }
  #proved(
    { account, group }: At,
    { tags }: Pick<GroupFacts, 'tags'>,
    may: (ownership: CloudOwnership) => boolean,
  ): Outcome<void> {
    return may(ownershipOf(tags, { owner: account, bound: true }))
      ? succeed(undefined)
      : fail(failure('NOT_OURS', { site: account.site, kind: 'Node group', name: group }))
  }
  async #find({ account, group }: At, signal: AbortSignal): Promise<Outcome<GroupFacts>> {
    const found = await nodeGroups(this.#ports, account).find(group, signal)
    if (!found.ok) return found
    return found.value
      ? succeed(found.value)
      : fail(failure('NOT_FOUND', { kind: 'node group', name: group }))
  }

  /** Waits until so many machines are ready. Fails with CLOUD_CAPACITY_SHORT as soon as AWS says that it has none. */
  async awaitReady(
    at: At,
    { nodes, instead }: { nodes: number; instead(): string[] },
    telling: Telling,
  ): Promise<Outcome<void>> {
    const siteClock = this.#ports.sites.clockOf(at.account.site)
    const since = siteClock.now()
    for (let look = 0; ; look++) {
      const seen = await this.nodes(at, telling.signal)
      if (!seen.ok) return seen
      const ready = seen.value.filter((node) => node.ready && !node.cordoned).length
      telling.progress(
        `${String(ready)} of ${String(nodes)} machines of ${at.group} are ready.`,
        Math.min(1, ready / Math.max(1, nodes)),
      )
      if (ready >= nodes) return succeed(undefined)
      if (look % ASK_AWS_EVERY === ASK_AWS_EVERY - 1) {
        const group = await this.#find(at, telling.signal)
        if (!group.ok) return group
        const issue = group.value.health.find(({ code }) => code === 'AsgInstanceLaunchFailures')
        if (issue && seen.value.length < nodes && siteClock.now() - since > FRESH_TROUBLE_MS)
          return fail(
            failure('CLOUD_CAPACITY_SHORT', {
              site: at.account.site,
              nodeGroup: at.group,
              says: issue.message,
              instead: instead(),
            }),
          )
      }
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }

  /**
   * Opens or closes nodes of a group for new work. A node that is gone or of another group is left alone. Only what was closed by this is opened again, which
   * is always allowed: what somebody else has closed stays closed.
   */
  async cordon(
    at: At,
    names: readonly string[],
    { closed, signal }: { closed: boolean; signal: AbortSignal },
  ): Promise<Outcome<void>> {
    const client = this.#ports.sites.client(at.account.site)
    if (!client.ok) return client
    if (names.length === 0) return succeed(undefined)
    const ours = closed ? await this.owned(at, signal) : succeed(undefined)
    if (!ours.ok) return ours
    for (const name of names) {
      const done = await turnNode(client.value, { group: at.group, name, closed }, signal)
      if (!done.ok) return done
    }
    return succeed(undefined)
  }
  /** Moves off what runs on a node, as its disruption budgets allow, and waits until it is empty. */
  async evictAll(at: At, node: string, telling: Telling): Promise<Outcome<void>> {
    const client = this.#ports.sites.client(at.account.site)
    if (!client.ok) return client
    const ours = await this.owned(at, telling.signal)
    if (!ours.ok) return ours
    for (;;) {
      const there = await this.#isOfGroup(client.value, { ...at, node }, telling.signal)
      if (!there.ok || !there.value) return there.ok ? succeed(undefined) : there
      const pods = await this.podsOn(client.value, node, telling.signal)
      if (!pods.ok) return pods
      if (pods.value.length === 0) return succeed(undefined)
      telling.progress(`${String(pods.value.length)} pods are leaving ${node}.`)
      for (const pod of pods.value) {
        const evicted = await evict(client.value, pod, telling.signal)
        if (!evicted.ok) return evicted
      }
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
  /** Its label ties a node to the group whose mark was asked for: one that is gone or another's by now is not emptied. */
  async #isOfGroup(
    client: KubeClient,
    { group, node }: At & { node: string },
    signal: AbortSignal,
  ): Promise<Outcome<boolean>> {
    const found = await client.get(KUBE.nodes, { name: node }, NodeSight, signal)
    if (!found.ok) return found
    return succeed(found.value !== undefined && groupOf(found.value.metadata) === group)
  }
  /** Gives these machines back, and no others. They have to be closed and empty; one on which something started meanwhile stays. Answers who stayed. */
  async letGo(at: At, names: readonly string[], telling: Telling): Promise<Outcome<string[]>> {
    if (names.length === 0) return succeed([])
    const ours = await this.owned(at, telling.signal)
    return ours.ok ? this.#letGoOurs(at, names, telling) : ours
  }
  async #letGoOurs(at: At, names: readonly string[], telling: Telling): Promise<Outcome<string[]>> {
    const client = this.#ports.sites.client(at.account.site)
    if (!client.ok) return client
    const stayed: string[] = []
    for (const name of names) {
      const nodes = await this.nodes(at, telling.signal)
      if (!nodes.ok) return nodes
      const node = nodes.value.find((one) => one.name === name)
      if (!node) continue
      const pods = await this.podsOn(client.value, name, telling.signal)
      if (!pods.ok) return pods
      if (pods.value.length > 0) {
        stayed.push(name)
        continue
      }
      const gone =
        nodes.value.length === 1 || node.instance === undefined
          ? await this.#last(at, nodes.value.length - 1, telling)
          : await machines(this.#ports, at.account).letGo(node.instance, telling.signal)
      if (!gone.ok && refusedAs(gone) !== 'ValidationError') return gone
      telling.progress(`${name} goes back.`)
    }
    return succeed(stayed)
  }
  /** Closes machines and gives them back; those on which something started meanwhile are opened again. */
  async closeAndLetGo(at: At, names: readonly string[], telling: Telling): Promise<Outcome<void>> {
    const closed = await this.cordon(at, names, {
      closed: true,
      signal: telling.signal,
    })
    if (!closed.ok) return closed
    const stayed = await this.letGo(at, names, telling)
    return stayed.ok
      ? this.cordon(at, stayed.value, { closed: false, signal: telling.signal })
      : stayed
  }
  // The last one goes by its number: then nothing is chosen for us.
  #last(at: At, left: number, telling: Telling): Promise<Outcome<void>> {
    return left === 0
      ? this.setDesired(at, 0, telling)
      : Promise.resolve(
          fail(
            failure('NOT_SUPPORTED_HERE', {
              says: 'AWS tells no instance for this node, so it cannot be let go by itself.',
              remedy: 'Scale the whole group to zero when nothing runs on it.',
            }),
          ),
        )
  }
  /** Waits until the nodes are gone from the cluster. */
  async awaitGone(at: At, names: readonly string[], telling: Telling): Promise<Outcome<void>> {
    for (;;) {
      const nodes = await this.nodes(at, telling.signal)
      if (!nodes.ok) return nodes
      const left = nodes.value.filter(({ name }) => names.includes(name))
      if (left.length === 0) return succeed(undefined)
      telling.progress(`${String(left.length)} machines are going.`, 1 - left.length / names.length)
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
  async awaitActive(at: At, telling: Telling): Promise<Outcome<void>> {
    for (;;) {
      const group = await this.#find(at, telling.signal)
      if (!group.ok) return group
      if (group.value.status === 'CREATE_FAILED')
        return fail(
          failure('AWS_FAILED', {
            profile: at.account.profile,
            region: at.account.region,
            service: 'EKS',
            error: 'CREATE_FAILED',
            says: group.value.health.map(({ message }) => message).join('; '),
          }),
        )
      if (group.value.status !== 'CREATING') return succeed(undefined)
      telling.progress(`${at.group} is being created.`)
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
  /** Deletes a group and waits until it is gone. */
  async remove(at: At, telling: Telling): Promise<Outcome<void>> {
    for (;;) {
      const found = await nodeGroups(this.#ports, at.account).find(at.group, telling.signal)
      if (!found.ok) return found
      if (!found.value) return succeed(undefined)
      if (found.value.status !== 'DELETING') {
        const ours = this.#proved(at, found.value, mayDelete)
        if (!ours.ok) return ours
        const asked = await nodeGroups(this.#ports, at.account).remove(at.group, telling.signal)
        if (!asked.ok && refusedAs(asked) !== 'ResourceInUseException') return asked
      }
      telling.progress(`${at.group} is being deleted.`)
      await this.#ports.clock.sleep(LOOK_MS, telling.signal)
    }
  }
}
async function turnNode(
  client: KubeClient,
  { group, name, closed }: { group: string; name: string; closed: boolean },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const node = await client.get(KUBE.nodes, { name }, NodeSight, signal)
  if (!node.ok) return node
  if (!node.value || groupOf(node.value.metadata) !== group) return succeed(undefined)
  const { metadata, spec } = node.value
  if (closed ? spec.unschedulable : metadata.annotations[CLOSED] === undefined)
    return succeed(undefined)
  const body = {
    metadata: { uid: metadata.uid, annotations: { [CLOSED]: closed ? 'yes' : null } },
    spec: { unschedulable: closed ? true : null },
  }
  const done = await client.mergePatch(KUBE.nodes, { name }, { body, signal })
  return done.ok || done.failure.code === 'NOT_FOUND' ? succeed(undefined) : done
}
/** Asks that very pod to leave: one that was made anew under its name may run elsewhere. A budget that allows no disruption now may do so a moment later. */
async function evict(
  client: KubeClient,
  { name, namespace, uid }: PodNow,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const object = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  }
  const asked = await client.create(KUBE.pods, object, { subresource: 'eviction', signal })
  return asked.ok || LATER.has(asked.failure.code) ? succeed(undefined) : asked
}
const LATER = new Set<Failure['code']>(['NOT_FOUND', 'CONFLICT', 'CLUSTER_BUSY'])
/** A group that Takt made begins and ends at none; an adopted one keeps the minimum that its makers gave it. */
const minOf = ({ account }: At, { min, tags }: GroupFacts, desired: number): { min?: number } =>
  desired < min && mayDelete(ownershipOf(tags, { owner: account, bound: true }))
    ? { min: desired }
    : {}
