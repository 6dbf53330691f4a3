import { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Inventory } from '../../kernel/inventory'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import { machines } from './adapters/ec2'
import { offers } from './adapters/offers'
import { nodeGroups } from './adapters/eks'
import { nodeClaims, nodePools } from './adapters/karpenter'
import type { GroupFacts, InstanceFacts, QuotaFact, TypeFacts } from './domain/facts'
import type { CloudAccount, CloudPorts } from './ports'
import { OFFERED } from './offered'

/** What was last seen of one account and its cluster. */
export interface Seen {
  account: CloudAccount
  at: number
  groups: GroupFacts[]
  pools: GroupFacts[]
  instances: InstanceFacts[]
  types: Map<string, TypeFacts>
  zonesOf: Map<string, string[]>
  subnets: { id: string; zone: string }[]
  quotas: QuotaFact[]
  instanceOf: Map<string, string>
  inventory: Inventory | undefined
  /** Machines that Karpenter accounts for, by instance id. */
  claimed: ReadonlySet<string>
}
interface Slow {
  types: Map<string, TypeFacts>
  zonesOf: Map<string, string[]>
  subnets: { id: string; zone: string }[]
  quotas: QuotaFact[]
  at: number
}
const SLOW_MS = 10 * 60_000
const EVERY_MS = 10_000
const NodeId = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ providerID: z.string().optional() }).prefault({}),
})
const instanceIdOf = (providerId = '') => /\/(i-[0-9a-f]+)$/.exec(providerId)?.[1]

/** Looks at the accounts: at each question, and again and again while somebody follows. */
export class Observer {
  readonly #ports: CloudPorts
  readonly #seen = new Map<string, Seen>()
  readonly #failed = new Map<string, Failure>()
  readonly #slow = new Map<string, Slow>()
  readonly #looking = new Map<string, Promise<Outcome<Seen>>>()
  readonly #next = new Map<string, Promise<Outcome<Seen>>>()
  readonly #heard = listeners()
  #followers = 0
  #stop = () => {}
  constructor(ports: CloudPorts) {
    this.#ports = ports
  }

  accounts(): CloudAccount[] {
    return this.#ports.accounts()
  }
  account(site: string): CloudAccount | undefined {
    return this.accounts().find((one) => one.site === site)
  }
  last(site: string): Seen | undefined {
    return this.#seen.get(site)
  }
  failures(): { site: string; failure: Failure }[] {
    return [...this.#failed]
      .filter(([site]) => this.account(site))
      .map(([site, failure]) => ({ site, failure }))
  }
  onChange(listener: () => void): () => void {
    return this.#heard.add(listener)
  }
  /** Tells everybody that something was learned elsewhere. */
  tell(): void {
    this.#heard.tell()
  }

  /** Sees an account as it is from now on: a look that began earlier may have missed what its caller has just done, so those who come meanwhile share the one after it. */
  look(site: string, signal?: AbortSignal): Promise<Outcome<Seen>> {
    const account = this.account(site)
    if (!account)
      return Promise.resolve(
        fail({
          code: 'NOT_SUPPORTED_HERE',
          data: {
            says: `${site} is not known as a cluster of an AWS account.`,
            remedy: 'Add it under Settings as an EKS cluster with its AWS profile.',
          },
        }),
      )
    const running = this.#looking.get(site)
    if (!running) return this.#begun(account, signal)
    const next =
      this.#next.get(site) ??
      running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(site)
          return this.#begun(account, undefined)
        })
    this.#next.set(site, next)
    return next
  }
  #begun(account: CloudAccount, signal: AbortSignal | undefined): Promise<Outcome<Seen>> {
    const { site } = account
    const looking = this.#look(account, signal)
      .then((seen) => {
        if (seen.ok) {
          this.#seen.set(site, seen.value)
          this.#failed.delete(site)
        } else this.#failed.set(site, seen.failure)
        this.#heard.tell()
        return seen
      })
      .finally(() => this.#looking.delete(site))
    this.#looking.set(site, looking)
    return looking
  }
  async first(signal?: AbortSignal): Promise<void> {
    const unseen = this.accounts().filter(
      ({ site }) => !this.#seen.has(site) && !this.#failed.has(site),
    )
    await Promise.all(unseen.map(({ site }) => this.look(site, signal).catch(() => undefined)))
  }
  /** Keeps looking at every account until the answer is called. */
  follow(listener: () => void): () => void {
    const stop = this.#heard.add(listener)
    if (++this.#followers === 1) this.#begin()
    let over = false
    return () => {
      if (over) return
      over = true
      stop()
      if (--this.#followers === 0) this.#stop()
    }
  }
  #begin() {
    const ending = new AbortController()
    const stopCapacity = this.#ports.capacity.follow(() => this.#refill())
    this.#stop = () => {
      ending.abort()
      stopCapacity()
    }
    void (async () => {
      while (!ending.signal.aborted) {
        await Promise.all(
          this.accounts().map(({ site }) => this.look(site, ending.signal).catch(() => undefined)),
        )
        await this.#ports.clock.sleep(EVERY_MS, ending.signal).catch(() => undefined)
      }
    })()
  }
  // Nodes and pods are watched, so what they do is seen between two looks at AWS.
  #refill() {
    for (const inventory of this.#ports.capacity.known()) {
      const seen = this.#seen.get(inventory.site)
      if (seen) this.#seen.set(inventory.site, { ...seen, inventory, at: inventory.at })
    }
    this.#heard.tell()
  }

  async #look(account: CloudAccount, signal: AbortSignal | undefined): Promise<Outcome<Seen>> {
    const groups = await nodeGroups(this.#ports, account).list(signal)
    if (!groups.ok) return groups
    const instances = await machines(this.#ports, account).instances(signal)
    if (!instances.ok) return instances
    const cluster = await this.#cluster(account.site, signal)
    const slow = await this.#slowly(account, [...groups.value, ...cluster.pools], signal)
    if (!slow.ok) return slow
    return succeed({
      ...slow.value,
      ...cluster,
      account,
      at: this.#ports.sites.clockOf(account.site).now(),
      groups: groups.value,
      instances: instances.value,
    })
  }
  /** What the cluster itself tells; nothing where it cannot be reached now. */
  async #cluster(
    site: string,
    signal: AbortSignal | undefined,
  ): Promise<Pick<Seen, 'pools' | 'claimed' | 'instanceOf' | 'inventory'>> {
    const client = this.#ports.sites.client(site)
    if (!client.ok)
      return { pools: [], claimed: new Set(), instanceOf: new Map(), inventory: undefined }
    const [pools, claims, inventory, ids] = await Promise.all([
      nodePools(client.value, signal),
      nodeClaims(client.value, signal),
      this.#ports.capacity.snapshot(site, signal),
      client.value.list(KUBE.nodes, {}, NodeId, signal),
    ])
    const asked = claims.ok ? claims.value : []
    return {
      pools: (pools.ok ? pools.value : []).map((pool) => ({
        ...pool,
        desired: Math.max(pool.desired, asked.filter((claim) => claim.pool === pool.name).length),
      })),
      claimed: new Set(asked.flatMap(({ instance }) => instance ?? [])),
      instanceOf: new Map(
        (ids.ok ? ids.value : []).flatMap(({ metadata, spec }) => {
          const id = instanceIdOf(spec.providerID)
          return id ? [[metadata.name, id] as const] : []
        }),
      ),
      inventory: inventory.ok ? inventory.value : undefined,
    }
  }
  /** What hardly changes is asked for every ten minutes only. */
  async #slowly(
    account: CloudAccount,
    groups: GroupFacts[],
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Slow>> {
    const names = [
      ...new Set([...groups.flatMap(({ instanceTypes }) => instanceTypes), ...OFFERED]),
    ]
    const before = this.#slow.get(account.site)
    const now = this.#ports.clock.now()
    if (
      before &&
      now - before.at < SLOW_MS &&
      groups.every(({ instanceTypes }) => instanceTypes.every((type) => before.types.has(type)))
    )
      return succeed(before)
    const ec2 = offers(this.#ports, account)
    const zonesOf = await ec2.offerings(names, signal)
    if (!zonesOf.ok) return zonesOf
    // Only what the region has is asked about: one unknown name would refuse the whole question.
    const types = await ec2.types([...zonesOf.value.keys()], signal)
    if (!types.ok) return types
    const ids = await nodeGroups(this.#ports, account).subnets(signal)
    if (!ids.ok) return ids
    const subnets = ids.value.length > 0 ? await ec2.subnets(ids.value, signal) : succeed([])
    if (!subnets.ok) return subnets
    // Quotas may be hidden from whoever asks; then what is left is not known, which is said.
    const quotas = await ec2.quotas(signal)
    const slow: Slow = {
      types: new Map(types.value.map((type) => [type.type, type])),
      zonesOf: zonesOf.value,
      subnets: subnets.value,
      quotas: quotas.ok ? quotas.value : [],
      at: now,
    }
    this.#slow.set(account.site, slow)
    return succeed(slow)
  }
}
