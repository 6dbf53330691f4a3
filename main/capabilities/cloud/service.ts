import type {
  CloudPool,
  NodeGroupsView,
  Orphan,
  PoolTemplate,
} from '../../../preload/contract/cloud'
import type { Failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { timestamp } from '../../kernel/clock'
import type { NodeFacts } from '../../kernel/inventory'
import { amount, GPU } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan } from '../operations'
import { adoptKind, planAdopt } from './adopt'
import { Claims } from './claims'
import { createKind, planCreate } from './create'
import { releases } from './domain/idle'
import { mayChange } from './domain/ownership'
import { shownPrice, STALE_MS } from './domain/prices'
import { drainKind, planDrain, type DrainAsk } from './drain'
import { MarketPlace } from './market'
import { Observer } from './observer'
import { planRemove, removeKind, sweep } from './orphans'
import type { Cloud } from './planning'
import type { CloudPorts } from './ports'
import { Prices } from './prices'
import { planScale, scaleKind, type ScaleAsk } from './scale'
import { groupsView, groupViews, poolViews } from './views'
import { Work, type At, type Telling } from './work'

type Each = <T>(
  site: string | undefined,
  ask: (site: string) => Promise<Outcome<T>>,
) => Promise<{ values: T[]; unread: Unread }>
type Unread = { site: string; failure: Failure }[]

/** Rented machines: what there is, what it costs, and every way to have more or fewer of them. */
export function makeCloud(ports: CloudPorts) {
  const { cloud, claims, short } = open(ports)
  const { observer, prices, work } = cloud
  const kinds = {
    scale: scaleKind(cloud),
    create: createKind(cloud),
    drain: drainKind(cloud),
    remove: removeKind(cloud),
    adopt: adoptKind(cloud),
  }
  for (const kind of Object.values(kinds)) ports.operations.register(kind as never)
  const offer = async <I>(making: Promise<Outcome<MadePlan<I>>>): Promise<Outcome<Plan>> => {
    const made = await making
    return made.ok ? succeed(ports.operations.offer(made.value)) : made
  }
  const each: Each = async (site, ask) => {
    const sites = observer
      .accounts()
      .map((account) => account.site)
      .filter((one) => site === undefined || one === site)
    const answers = await Promise.all(
      sites.map(async (one) => ({ site: one, answer: await ask(one) })),
    )
    return {
      values: answers.flatMap(({ answer }) => (answer.ok ? [answer.value] : [])),
      unread: answers.flatMap(({ site: of, answer }) =>
        answer.ok ? [] : [{ site: of, failure: answer.failure }],
      ),
    }
  }
  const market = new MarketPlace(cloud, claims, short)
  return {
    market,
    observer,
    claims,
    async pools(
      site: string | undefined,
      signal?: AbortSignal,
    ): Promise<{ asOf: string; pools: CloudPool[]; unread: Unread }> {
      const { values, unread } = await each(site, async (one) => {
        const seen = await observer.look(one, signal)
        if (seen.ok)
          await prices.refresh(
            seen.value.account,
            [...seen.value.groups, ...seen.value.pools].flatMap(({ instanceTypes }) =>
              instanceTypes.slice(0, 1),
            ),
            { signal },
          )
        return seen.ok ? succeed({ at: seen.value.at, pools: poolViews(cloud, seen.value) }) : seen
      })
      return {
        asOf: timestamp(Math.max(cloud.now(), ...values.map(({ at }) => at))),
        pools: values.flatMap(({ pools }) => pools),
        unread,
      }
    },
    groups: (): NodeGroupsView => groupsView(cloud),
    follow: (listener: () => void) => observer.follow(listener),
    /** Settles when every account was asked once, whatever it answered. */
    firstLook: (signal?: AbortSignal) => observer.first(signal),
    onChange: (listener: () => void) => observer.onChange(listener),
    planScale: (ask: ScaleAsk, signal?: AbortSignal) =>
      offer(planScale(cloud, kinds.scale, { ask, signal })),
    planCreatePool: (ask: { site: string; template: PoolTemplate }, signal?: AbortSignal) =>
      offer(planCreate(cloud, kinds.create, { ask, signal })),
    planDrain: (ask: DrainAsk, signal?: AbortSignal) =>
      offer(planDrain(cloud, kinds.drain, { ask, signal })),
    planAdopt: (ask: { site: string; nodeGroup: string }, signal?: AbortSignal) =>
      offer(planAdopt(cloud, kinds.adopt, { ask, signal })),
    planRemoveOrphan: (
      ask: { site: string; kind: Orphan['kind']; id: string },
      signal?: AbortSignal,
    ) => offer(planRemove(cloud, kinds.remove, { ask, signal })),
    async orphans(signal?: AbortSignal): Promise<{
      asOf: string
      usdPerHour: number
      orphans: Orphan[]
      looked: string[]
      unread: Unread
    }> {
      const { values, unread } = await each(undefined, (site) => sweep(cloud, site, signal))
      const orphans = values.flatMap((one) => one.orphans)
      return {
        asOf: timestamp(cloud.now()),
        usdPerHour: orphans.reduce(
          (sum, { usdPerHour = 0, ownership }) => sum + (mayChange(ownership) ? usdPerHour : 0),
          0,
        ),
        orphans,
        looked: values.flatMap(({ looked }) => looked),
        unread,
      }
    },
    prices: (refresh: boolean, signal?: AbortSignal) => pricesNow(cloud, each, { refresh, signal }),
    /** USD an hour of one GPU of a rented node, as last known; undefined where no price is. */
    gpuUsdPerHour: (node: NodeFacts): number | undefined => gpuPrice(cloud, node),
    /** Gives idle machines back: for the steward, who calls it again and again. Answers what it did, in words. */
    giveBackIdle: (telling: Telling & { mayAct?(): boolean }) =>
      giveBackIdle(cloud, claims, telling),
    work,
  }
}
export type CloudService = ReturnType<typeof makeCloud>

async function pricesNow(
  cloud: Cloud,
  each: Each,
  { refresh, signal }: { refresh: boolean; signal: AbortSignal | undefined },
) {
  const { observer, prices } = cloud
  const { values, unread } = await each(undefined, async (site) => {
    const seen = await observer.look(site, signal)
    if (!seen.ok) return seen
    const failed = await prices.refresh(seen.value.account, [...seen.value.types.keys()], {
      force: refresh,
      signal,
    })
    return succeed({ failed, site, now: seen.value.at })
  })
  const now = Math.max(cloud.now(), ...values.map(({ now: at }) => at))
  const own = observer.accounts().flatMap(({ site }) => prices.own(site))
  return {
    asOf: timestamp(now),
    staleAfterSeconds: STALE_MS['on-demand'] / 1000,
    prices: [...own, ...prices.listed].map((price) => shownPrice(price, now)),
    unread: [
      ...unread,
      ...values.flatMap(({ failed, site }) => (failed ? [{ site, failure: failed }] : [])),
    ],
  }
}

function open(ports: CloudPorts): { cloud: Cloud; claims: Claims; short: Map<string, number> } {
  const [observer, prices, claims, short] = [
    new Observer(ports),
    new Prices(ports),
    new Claims(ports.store.settings),
    new Map<string, number>(),
  ]
  const cloud: Cloud = {
    ports,
    observer,
    prices,
    work: new Work(ports),
    shortUntil: (pool) => short.get(pool),
    now: () =>
      Math.max(0, ...observer.accounts().map(({ site }) => ports.sites.clockOf(site).now())) ||
      ports.clock.now(),
    poolsOf: (seen) => poolViews(cloud, seen),
    claimedGroups: (site) =>
      (observer.last(site)?.groups ?? [])
        .map(({ name }) => name)
        .filter((name) => claims.claimed(site, name) > 0),
  }
  return { cloud, claims, short }
}

function gpuPrice({ observer, prices }: Cloud, node: NodeFacts): number | undefined {
  const { labels } = node
  const gpus = amount(node.capacity, GPU)
  const [type, region = '', zone = ''] = [
    labels['node.kubernetes.io/instance-type'],
    labels['topology.kubernetes.io/region'],
    labels['topology.kubernetes.io/zone'],
  ]
  if (type === undefined || gpus === 0) return undefined
  const site = observer.accounts().find((account) => account.region === region)?.site ?? ''
  const usd = prices.usdPerHour(site, region, {
    type,
    zone,
    spot:
      labels['eks.amazonaws.com/capacityType'] === 'SPOT' ||
      labels['karpenter.sh/capacity-type'] === 'spot',
  })
  return usd === undefined ? undefined : usd / gpus
}

async function giveBackIdle(
  cloud: Cloud,
  claims: Claims,
  telling: Telling & { mayAct?(): boolean },
): Promise<string[]> {
  const said: string[] = []
  for (const { site } of cloud.observer.accounts()) {
    const seen = await cloud.observer.look(site, telling.signal)
    if (!seen.ok) continue
    for (const group of groupViews(cloud, seen.value).filter(
      ({ provisioner, ownership }) => provisioner === 'node-group' && mayChange(ownership),
    )) {
      const release = releases(group, { claimed: claims.claimed(site, group.name) })
      if (!release || telling.mayAct?.() === false) continue
      const at = { account: seen.value.account, group: group.name }
      const gone = await giveBack(cloud, at, { nodes: release.nodes, telling })
      if (gone.length > 0)
        said.push(`${gone.join(', ')} of ${group.name} on ${site} had nothing to do and went back.`)
    }
  }
  return said
}
/** Closes idle machines, gives back those on which nothing has started, and opens the others again. Answers which went. */
async function giveBack(
  { work }: Cloud,
  at: At,
  { nodes, telling }: { nodes: string[]; telling: Telling & { mayAct?(): boolean } },
): Promise<string[]> {
  const closed = await work.cordon(at, nodes, { closed: true, signal: telling.signal })
  if (!closed.ok) return []
  const stayed =
    telling.mayAct?.() === false ? succeed(nodes) : await work.letGo(at, nodes, telling)
  const back = stayed.ok ? stayed.value : nodes
  await work.cordon(at, back, { closed: false, signal: telling.signal })
  return nodes.filter((node) => !back.includes(node))
}
