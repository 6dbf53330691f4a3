import type { BurstChange, BurstDecision } from '../../../../preload/contract/burst'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { decide, type LivePlan, type Promises } from '../domain/decide'
import { changes } from '../domain/words'
import type { BurstPorts, CloudMarket } from '../ports'
import { linesOf, spendOf, type Line } from './budgets'
import { spendOfEnvironments } from './environments-away'
import { cheapestElsewhere, narrowed, secondLook, shortOf, withElsewhere } from './elsewhere'
import { Workloads, type SiteWork } from './follow'
import { History } from './history'
import { policyOf } from './policy'
import { understand, type Gathered, type Understood, type Known } from './snapshot'
import { ownersOf } from './team'

/** One plan of one site's queue with everything it rests on. */
export interface PlannedQueue extends Understood {
  seen: Gathered
  plan: LivePlan
  changes: BurstChange[]
  lines: Line[]
  policyName: string
  millis: number
  left: string[]
  /** For jobs that the first cloud site has no machines for: the plan onto another one that has, by price. */
  elsewhere: ReadonlyMap<string, PlannedQueue>
}
/** What going costs at the cheapest, there where the plan sends it; undefined where nothing could take it. */
export const cheapestUsd = (
  { plan, elsewhere }: PlannedQueue,
  { key, job }: Known,
): number | undefined => (elsewhere.get(key)?.plan ?? plan).options(job)[0]?.usd
interface Money {
  budgets(signal?: AbortSignal): Promise<Outcome<{ costCentre: string; spentUsd: number }[]>>
}
export type PlannerPorts = BurstPorts & { money: Money; stopwatch(): number }

const SHIPPED_FOR_MS = 10 * 60_000

/** Plans queues from what the sites show now. Keeps what it promised and decided, so that the next plan keeps its word or says why not. */
export class Planner {
  readonly workloads: Workloads
  readonly history: History
  readonly #ports: PlannerPorts
  readonly #before = new Map<string, { promises: Promises; decisions: readonly BurstDecision[] }>()
  readonly #shipped = new Map<string, { gb: number; at: number }>()
  constructor(ports: PlannerPorts) {
    this.#ports = ports
    this.workloads = new Workloads(ports)
    this.history = new History(ports.store.samples)
  }

  /** Where work of a site would go: what the policy names, else the first connected cloud site. */
  target(policy: Pick<BurstPolicySpec, 'to'>, from: string): string | undefined {
    const usable = (id: string) => id !== from && this.#ports.sites.client(id).ok
    if (policy.to !== undefined) return usable(policy.to) ? policy.to : undefined
    return this.#ports.sites.states().find(({ id, place }) => place === 'cloud' && usable(id))?.id
  }
  /** Remembers how much of a data URI would have to travel to a site. */
  shippedIs(to: string, uri: string, gb: number): void {
    this.#shipped.set(`${to} ${uri}`, { gb, at: this.#ports.clock.now() })
  }

  /** Plans with another policy than the one in force where one is given; only a plan in force is remembered. */
  async plan(
    site: string,
    {
      to,
      policy,
      signal,
    }: { to?: string | undefined; policy?: BurstPolicySpec; signal?: AbortSignal | undefined } = {},
  ): Promise<Outcome<PlannedQueue>> {
    const first = await this.#planOnto(site, { to, policy, signal })
    if (!first.ok) return first
    const before = this.#before.get(site)
    // Who names a site gets that site, whatever it has.
    const planned =
      to === undefined ? await this.#lookElsewhere(first.value, { policy, signal }) : first.value
    if (!policy && to === undefined)
      this.#before.set(site, { promises: planned.plan.promises, decisions: planned.plan.decisions })
    return succeed({
      ...planned,
      changes: before ? changes(before.decisions, planned.plan.decisions) : [],
    })
  }
  async #planOnto(
    site: string,
    asked: {
      to: string | undefined
      policy: BurstPolicySpec | undefined
      signal: AbortSignal | undefined
      looks?: (seen: Gathered) => Gathered
      narrow?: (snapshot: Understood['snapshot']) => Understood['snapshot']
    },
  ): Promise<Outcome<PlannedQueue>> {
    const gathered = await this.#gather(site, asked)
    if (!gathered.ok) return gathered
    const { lines, left, policyName } = gathered.value
    const seen = asked.looks?.(gathered.value.seen) ?? gathered.value.seen
    const began = this.#ports.stopwatch()
    const understood = understand(seen)
    const snapshot = asked.narrow?.(understood.snapshot) ?? understood.snapshot
    const plan = decide(snapshot, this.#before.get(site)?.promises)
    return succeed({
      ...understood,
      snapshot,
      seen,
      plan,
      changes: [],
      lines,
      policyName,
      millis: this.#ports.stopwatch() - began,
      left,
      elsewhere: new Map(),
    })
  }
  /** Where a first site has no machines for a job, every other connected cloud site is planned with, and the cheapest takes it. */
  async #lookElsewhere(
    first: PlannedQueue,
    { policy, signal }: { policy: BurstPolicySpec | undefined; signal: AbortSignal | undefined },
  ): Promise<PlannedQueue> {
    const { site, to } = first.seen
    const others = this.#ports.sites
      .states()
      .filter(
        ({ id, place }) =>
          place === 'cloud' && id !== to && id !== site && this.#ports.sites.client(id).ok,
      )
    const short = to === undefined || others.length === 0 ? NOBODY : shortOf(first)
    if (to === undefined || short.size === 0) return first
    const plans = await Promise.all(
      others.map(({ id }) =>
        this.#planOnto(site, {
          to: id,
          policy,
          signal,
          looks: (seen) => secondLook(seen, first),
          narrow: (snapshot) => narrowed(snapshot, { first, short }),
        }),
      ),
    )
    const elsewhere = cheapestElsewhere(
      plans.flatMap((one) => (one.ok ? [one.value] : [])),
      short,
    )
    return {
      ...first,
      elsewhere,
      plan: { ...first.plan, decisions: withElsewhere(first.plan.decisions, elsewhere, to) },
      millis: first.millis + plans.reduce((sum, one) => sum + (one.ok ? one.value.millis : 0), 0),
    }
  }

  async #gather(
    site: string,
    asked: {
      to: string | undefined
      policy: BurstPolicySpec | undefined
      signal: AbortSignal | undefined
    },
  ): Promise<Outcome<{ seen: Gathered; lines: Line[]; left: string[]; policyName: string }>> {
    const { records, capacity, cloud, sites } = this.#ports
    const inForce = policyOf(records)
    const policy = asked.policy ?? inForce.spec
    const to = asked.to ?? this.target(policy, site)
    if (asked.to !== undefined && !sites.client(asked.to).ok)
      return fail(failure('SITE_NOT_CONNECTED', { site: asked.to }))
    const [inventory, work] = await Promise.all([
      capacity.snapshot(site, asked.signal),
      this.workloads.read(site, asked.signal),
    ])
    if (!inventory.ok) return inventory
    if (!work.ok) return work
    const away = to === undefined ? NOWHERE : await this.#away(to, asked.signal)
    const now = inventory.value.at
    this.history.learn([...work.value.workloads, ...(away.there?.work.workloads ?? [])], now)
    const money = await this.#lines(policy, { site, work: work.value, now, signal: asked.signal })
    const seen: Gathered = {
      site,
      to,
      now,
      inventory: inventory.value,
      work: work.value,
      there: away.there,
      market: away.market,
      policy,
      projects: records.known('Project').items,
      budgets: records.known('Budget').items,
      sources: records.known('DataSource').items,
      book: records.find('PriceBook', 'default')?.spec,
      link: to === undefined ? NO_LINK : cloud.link(to),
      shipped: this.#known(to),
      lines: money.lines,
      estimate: (one) => this.history.estimate(one).runTime,
    }
    return succeed({
      seen,
      lines: money.lines,
      policyName: inForce.name,
      left: [...work.value.left, ...away.left, ...money.left],
    })
  }
  async #away(
    to: string,
    signal: AbortSignal | undefined,
  ): Promise<{ there: Gathered['there']; market: CloudMarket | undefined; left: string[] }> {
    const [there, market] = await Promise.all([
      this.#there(to, signal),
      this.#ports.cloud.market(to, signal),
    ])
    return market.ok
      ? { there, market: market.value, left: market.value.left }
      : {
          there,
          market: undefined,
          left: [`The cloud's prices and capacity cannot be read (${market.failure.code}).`],
        }
  }
  async #lines(
    policy: BurstPolicySpec,
    {
      site,
      work,
      now,
      signal,
    }: { site: string; work: SiteWork; now: number; signal: AbortSignal | undefined },
  ): Promise<{ lines: Line[]; left: string[] }> {
    const { records, sites, money } = this.#ports
    const whoseOf = ownersOf(records.known('Project').items)
    const home = sites.client(site)
    const [spent, environments] = await Promise.all([
      money.budgets(signal),
      home.ok
        ? spendOfEnvironments(home.value, records.known('Environment').items, {
            whoseOf,
            now,
            signal,
          })
        : home,
    ])
    const spends = [
      ...spendOf(work.workloads, whoseOf),
      ...(environments.ok ? environments.value : []),
    ]
    const spentUsd = new Map(
      spent.ok ? spent.value.map((one) => [one.costCentre, one.spentUsd]) : [],
    )
    const lines = linesOf({
      budgets: records.known('Budget').items,
      spentUsd,
      caps: policy.caps,
      spends,
      now,
    })
    return {
      lines,
      left: [
        ...(spent.ok ? [] : ['What was spent so far cannot be read.']),
        ...(environments.ok ? [] : ['What environments that are away cost cannot be read.']),
      ],
    }
  }
  async #there(to: string, signal: AbortSignal | undefined): Promise<Gathered['there']> {
    const [inventory, work] = await Promise.all([
      this.#ports.capacity.snapshot(to, signal),
      this.workloads.read(to, signal),
    ])
    return inventory.ok && work.ok ? { inventory: inventory.value, work: work.value } : undefined
  }
  #known(to: string | undefined): Map<string, { gb: number }> {
    const prefix = `${to ?? ''} `
    const fresh = this.#ports.clock.now() - SHIPPED_FOR_MS
    return new Map(
      [...this.#shipped].flatMap(([key, { gb, at }]) =>
        key.startsWith(prefix) && at > fresh ? [[key.slice(prefix.length), { gb }]] : [],
      ),
    )
  }
}
const NOBODY: ReadonlySet<string> = new Set()
const NO_LINK = { bytesPerSecond: 0, measuredAt: undefined, queuedBytes: 0 }
const NOWHERE = {
  there: undefined,
  market: undefined,
  left: ['No cloud site is connected: nothing can go.'],
}
