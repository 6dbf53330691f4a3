import { failure } from '../../../preload/contract/failures'
import type { CloudPool } from '../../../preload/contract/cloud'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Claims } from './claims'
import { makeGroup, roleOf, subnetsFor, type CreateInput } from './create'
import { nodeGroups } from './adapters/eks'
import type { GroupFacts } from './domain/facts'
import { madeTags, mayChange } from './domain/ownership'
import { alternatives, BOOT_S, SHORT_MS } from './domain/pools'
import type { Seen } from './observer'
import { OFFERED } from './offered'
import type { Cloud } from './planning'
import { groupViews, ownershipIn, poolViews } from './views'
import type { At, Telling } from './work'

/** A pool as the planner counts with it; one whose group does not exist yet is made when machines of it are wanted. */
export interface MarketPool {
  name: string
  site: string
  instanceType: string
  zone: string
  spot: boolean
  gpuProduct: string
  gpusPerNode: number
  gpuMemoryGib: number | undefined
  cpuCores: number
  memoryGi: number
  usdPerNodeHour: number
  priceAsOf: number
  priceSource: string
  bootSeconds: number
  nodesLeft: number
  limitSays: string
  nodes: { name: string; readyAt: number }[]
}
export interface Market {
  site: string
  asOf: number
  pools: MarketPool[]
  usdPerGbBack: number
  left: string[]
}
/** Egress to the internet, first 10 TB a month, https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer. */
const USD_PER_GB_BACK = 0.09
const GROUP_MAX = 8
const slugOf = (type: string) => type.replaceAll('.', '-')
/** The name of a group that does not exist yet: the type, the zone and how it is paid. */
const newName = (type: string, zone: string, spot: boolean) =>
  `${slugOf(type)}-${zone.slice(-1)}${spot ? '-spot' : ''}`

/** Groups that could be made: each offered type in each zone of the cluster, by the hour and from the spot market. */
function candidates(seen: Seen): GroupFacts[] {
  const { account, subnets, zonesOf, types } = seen
  // What somebody else made is not Takt's to enlarge: a group of its own stands beside it.
  const groups = seen.groups.filter((group) => mayChange(ownershipIn(seen, group)))
  const taken = new Set(seen.groups.map(({ name }) => name))
  const free = (name: string) => (taken.has(name) ? `${name}-takt` : name)
  const has = (type: string, zone: string, spot: boolean) =>
    groups.some(
      ({ instanceTypes, capacityType, subnets: own }) =>
        instanceTypes[0] === type &&
        (capacityType === 'spot') === spot &&
        own.some((id) => subnets.find((subnet) => subnet.id === id)?.zone === zone),
    )
  const zones = [...new Set(subnets.map(({ zone }) => zone))]
  return OFFERED.filter((type) => types.has(type)).flatMap((type) =>
    zones
      .filter((zone) => zonesOf.get(type)?.includes(zone))
      .flatMap((zone) =>
        [false, true]
          .filter((spot) => !has(type, zone, spot))
          .map((spot): GroupFacts => ({
            name: free(newName(type, zone, spot)),
            status: 'ABSENT',
            instanceTypes: [type],
            capacityType: spot ? 'spot' : 'on-demand',
            min: 0,
            max: GROUP_MAX,
            desired: 0,
            labels: {},
            taints: [],
            tags: madeTags(account),
            subnets: subnets.filter((subnet) => subnet.zone === zone).map(({ id }) => id),
            nodeRole: undefined,
            health: [],
            createdAt: 0,
            scalingGroup: undefined,
          })),
      ),
  )
}

/** What the planner asks of the cloud and what it may do there; claims make asking twice the same as asking once. */
export class MarketPlace {
  readonly #cloud: Cloud
  readonly #claims: Claims
  readonly #short: Map<string, number>
  constructor(cloud: Cloud, claims: Claims, short: Map<string, number>) {
    this.#cloud = cloud
    this.#claims = claims
    this.#short = short
  }
  async market(site: string, signal?: AbortSignal): Promise<Outcome<Market>> {
    const last = this.#cloud.observer.last(site)
    const seen = last ? succeed(last) : await this.#cloud.observer.look(site, signal)
    if (!seen.ok) return seen
    const refreshed = this.#cloud.prices.refresh(
      seen.value.account,
      [
        ...[...seen.value.groups, ...seen.value.pools].flatMap(({ instanceTypes }) =>
          instanceTypes.slice(0, 1),
        ),
        ...OFFERED.filter((type) => seen.value.types.has(type)),
      ],
      { signal },
    )
    // Known prices are good enough for an answer now; the first time there are none.
    if (this.#cloud.prices.all(site).every(({ source }) => source === 'price-list')) await refreshed
    else
      refreshed.then(
        () => this.#cloud.observer.tell(),
        () => undefined,
      )
    const pools = this.#pools(seen.value)
    const left = [
      ...new Set(
        seen.value.groups.flatMap(({ instanceTypes: [type = ''] }) =>
          seen.value.types.has(type) ? [] : [`${type}: its size is not known`],
        ),
      ),
    ]
    return succeed({
      site,
      asOf: seen.value.at,
      usdPerGbBack: USD_PER_GB_BACK,
      left,
      pools: pools.flatMap((pool) => this.#marketPool(seen.value, pool) ?? []),
    })
  }
  #pools(seen: Seen): CloudPool[] {
    return poolViews(this.#cloud, {
      ...seen,
      groups: [...seen.groups, ...candidates(seen)],
    }).filter(({ gpu }) => gpu.count > 0)
  }

  #marketPool(seen: Seen, pool: CloudPool): MarketPool | undefined {
    if (!pool.price) return undefined
    const type = seen.types.get(pool.instanceType)
    const view = groupViews(this.#cloud, seen).find(({ name }) => name === pool.name)
    const clock = this.#cloud.now()
    return {
      name: pool.name,
      site: pool.site,
      instanceType: pool.instanceType,
      zone: pool.zones[0] ?? seen.account.region,
      spot: pool.capacityType === 'spot',
      gpuProduct: pool.gpu.model,
      gpusPerNode: pool.gpu.count,
      gpuMemoryGib:
        type?.gpu && type.gpu.memoryMib > 0 ? Math.round(type.gpu.memoryMib / 1024) : undefined,
      cpuCores: pool.cpuCores,
      memoryGi: pool.memoryGi,
      usdPerNodeHour: pool.price.usd,
      priceAsOf: Date.parse(pool.price.asOf),
      priceSource: pool.price.source,
      bootSeconds: BOOT_S,
      nodesLeft: pool.nodesLeft,
      limitSays:
        pool.capacitySays ??
        (pool.quota
          ? `Quota "${pool.quota.name}": ${String(pool.quota.usedCores)} of ${String(pool.quota.limitCores)} virtual CPUs in use.`
          : ''),
      nodes: (view?.nodes ?? [])
        .filter(({ state }) => state !== 'draining' && state !== 'unready')
        .map(({ name, state, since }) => ({
          name,
          readyAt:
            state === 'booting'
              ? Math.max(Date.parse(since) + BOOT_S * 1000, seen.at)
              : Math.min(Date.parse(since), clock > 0 ? seen.at : 0),
        })),
    }
  }

  /** Sees to it that a pool has so many more machines for a claim than others use, and waits until they are ready. */
  async ensureNodes(
    ask: { site: string; pool: string; nodes: number; claim: string },
    telling: Telling,
  ): Promise<Outcome<{ pool: string }>> {
    const seen = await this.#cloud.observer.look(ask.site, telling.signal)
    if (!seen.ok) return seen
    // Karpenter makes machines when pods wait for them, and takes them away again: nothing is asked for here.
    if (seen.value.pools.some(({ name }) => name === ask.pool)) return succeed({ pool: ask.pool })
    const at: At = { account: seen.value.account, group: ask.pool }
    const made = await this.#group(seen.value, at, { claim: ask.claim, telling })
    if (!made.ok) return made
    const before = this.#claims.find(ask.site, ask.claim)
    const target =
      before && before.group === ask.pool && before.nodes === ask.nodes
        ? before.target
        : this.#target(seen.value, ask)
    const kept = this.#claims.keep({
      claim: ask.claim,
      site: ask.site,
      group: ask.pool,
      nodes: ask.nodes,
      target,
    })
    if (!kept.ok) return kept
    const raised = await this.#cloud.work.raise(at, target, telling)
    if (!raised.ok) return raised
    const ready = await this.#cloud.work.awaitReady(
      at,
      { nodes: target, instead: () => this.#instead(seen.value, ask.pool) },
      telling,
    )
    if (!ready.ok && ready.failure.code === 'CLOUD_CAPACITY_SHORT')
      await this.#giveUp(at, ask.claim, telling)
    void this.#cloud.observer.look(ask.site).catch(() => undefined)
    return ready.ok ? succeed({ pool: ask.pool }) : ready
  }
  #instead(seen: Seen, wanted: string): string[] {
    const pools = this.#pools(seen)
    const pool = pools.find(({ name }) => name === wanted)
    return pool
      ? alternatives(pools, pool)
          .slice(0, 3)
          .map(({ name }) => name)
      : []
  }
  /** How many machines the group has to have: those that work or are claimed by others, and the ones wanted now. */
  #target(
    seen: Seen,
    { site, pool, nodes, claim }: { site: string; pool: string; nodes: number; claim: string },
  ): number {
    const view = groupViews(this.#cloud, seen).find(({ name }) => name === pool)
    const others = this.#claims
      .of(site, pool)
      .filter((one) => one.claim !== claim)
      .reduce((sum, one) => sum + one.nodes, 0)
    // Machines beyond the wish are on their way out: they serve nobody any more.
    const busy = Math.min(
      view?.desired ?? 0,
      view?.nodes.filter(({ state }) => state === 'busy' || state === 'draining').length ?? 0,
    )
    const wanted = Math.max(others, busy) + nodes
    // Machines under way that nobody here asked for belong to somebody else: they are left to them.
    const foreign = others === 0 ? Math.max(0, (view?.desired ?? 0) - busy - (view?.idle ?? 0)) : 0
    return wanted + foreign
  }
  async #group(
    seen: Seen,
    at: At,
    { claim, telling }: { claim: string; telling: Telling },
  ): Promise<Outcome<void>> {
    if (seen.groups.some(({ name }) => name === at.group)) return succeed(undefined)
    const candidate = candidates(seen).find(({ name }) => name === at.group)
    const nodeRole = roleOf(seen)
    if (!candidate || nodeRole === undefined)
      return fail(failure('NOT_FOUND', { kind: 'cloud pool', name: at.group }))
    const [type = ''] = candidate.instanceTypes
    const template = {
      name: at.group,
      provisioner: 'node-group' as const,
      instanceTypes: [type],
      capacityType: candidate.capacityType,
      zones: seen.subnets
        .filter(({ id }) => candidate.subnets.includes(id))
        .map(({ zone }) => zone),
      maxNodes: GROUP_MAX,
      diskGi: 200,
      labels: {},
      taints: [],
    }
    telling.progress(`Creates node group ${at.group}.`)
    const input: CreateInput = given({
      site: at.account.site,
      group: at.group,
      run: `claim-${claim}`.slice(0, 63),
      template,
      subnets: subnetsFor(seen, template),
      nodeRole,
      gpus: seen.types.get(type)?.gpu?.count ?? 0,
    })
    return makeGroup(this.#cloud, { at, input }, telling)
  }
  // What never came must not come later and be billed with nobody waiting for it.
  async #giveUp(at: At, claim: string, telling: Telling): Promise<void> {
    this.#short.set(
      `${at.account.site}/${at.group}`,
      this.#cloud.ports.sites.clockOf(at.account.site).now() + SHORT_MS,
    )
    await this.releaseNodes({ site: at.account.site, claim }, telling)
  }

  /** Gives up what a claim held: machines that nobody claims and nothing runs on go back. */
  async releaseNodes(
    { site, claim }: { site: string; claim: string },
    telling: Telling,
  ): Promise<Outcome<void>> {
    const held = this.#claims.find(site, claim)
    if (!held) return succeed(undefined)
    const seen = await this.#cloud.observer.look(site, telling.signal)
    if (!seen.ok) return seen
    const at: At = { account: seen.value.account, group: held.group }
    const found = await nodeGroups(this.#cloud.ports, at.account).find(held.group, telling.signal)
    if (!found.ok) return found
    // Riding along on somebody else's machines leaves them to whoever they belong to.
    const shrunk =
      found.value && mayChange(ownershipIn(seen.value, found.value))
        ? await this.#shrink(seen.value, at, { held: held.nodes, telling })
        : succeed(undefined)
    if (!shrunk.ok) return shrunk
    const dropped = this.#claims.drop(site, claim)
    void this.#cloud.observer.look(site).catch(() => undefined)
    return dropped
  }
  async #shrink(
    seen: Seen,
    at: At,
    { held, telling }: { held: number; telling: Telling },
  ): Promise<Outcome<void>> {
    const { work } = this.#cloud
    const { site } = at.account
    const view = groupViews(this.#cloud, seen).find(({ name }) => name === at.group)
    const [nodes, desired] = [view?.nodes ?? [], view?.desired ?? 0]
    const keep = Math.max(
      this.#claims.claimed(site, at.group) - held,
      nodes.filter(({ state }) => state === 'busy').length,
    )
    // Machines that never came are taken off the wish first: that needs no choice of AWS.
    const lowered =
      desired > Math.max(keep, nodes.length)
        ? await work.setDesired(at, Math.max(keep, nodes.length), telling)
        : succeed(undefined)
    if (!lowered.ok) return lowered
    const go = nodes
      .filter(({ state }) => state !== 'busy')
      .slice(0, Math.max(0, nodes.length - keep))
      .map(({ name }) => name)
    return go.length === 0 ? succeed(undefined) : work.closeAndLetGo(at, go, telling)
  }
}
