import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, Step } from '../operations'
import { planBody, stepsOf } from '../plans'
import type { GroupFacts } from './domain/facts'
import { alternatives } from './domain/pools'
import { groupView } from './domain/nodes'
import {
  bookOf,
  change,
  lookedAt,
  notOurs,
  permission,
  poolNamed,
  priceOf,
  priceRisks,
  rentBlocks,
  type Cloud,
  type Looked,
} from './planning'
import { onGroup, ScaleInput } from './on-group'
import { scalePremise } from './premise'
import { priceOfGroup } from './views'
import type { At } from './work'

const insteadOf =
  (cloud: Cloud, { account, group }: At) =>
  () => {
    const seen = cloud.observer.last(account.site)
    if (!seen) return []
    const looked: Looked = { account, seen, as: '', pools: cloud.poolsOf(seen) }
    const pool = poolNamed(looked, group)
    return pool.ok
      ? alternatives(looked.pools, pool.value)
          .slice(0, 3)
          .map(({ name }) => name)
      : []
  }

/** Up: ask, then wait for the machines. Down: close those that go, then give back exactly them. */
export function scaleKind(cloud: Cloud): OperationKind<ScaleInput> {
  const { work } = cloud
  const up: Step<ScaleInput>[] = [
    {
      id: 'ask',
      title: 'Ask AWS for the machines',
      promiseSeconds: 10,
      run: onGroup(cloud, async (at, { input, signal, progress }) => {
        const raised = await work.raise(at, input.desired, { signal, progress })
        return raised.ok ? succeed(undefined) : raised
      }),
      undo: onGroup(cloud, (at, { input, signal, progress }) =>
        work.setDesired(at, input.before, { signal, progress }),
      ),
    },
    {
      id: 'ready',
      title: 'Wait until they are ready',
      promiseSeconds: 360,
      run: onGroup(cloud, (at, { input, signal, progress }) =>
        work.awaitReady(
          at,
          { nodes: input.desired, instead: insteadOf(cloud, at) },
          { signal, progress },
        ),
      ),
    },
  ]
  const down: Step<ScaleInput>[] = [
    {
      id: 'close',
      title: 'Close the machines that go for new work',
      promiseSeconds: 3,
      run: onGroup(cloud, (at, { input, signal }) =>
        work.cordon(at, input.go, { closed: true, signal }),
      ),
      undo: onGroup(cloud, (at, { input, signal }) =>
        work.cordon(at, input.go, { closed: false, signal }),
      ),
    },
    {
      id: 'release',
      title: 'Give them back',
      promiseSeconds: 10,
      run: onGroup(cloud, async (at, { input, signal, progress, note, kept }) => {
        if (input.go.length === 0) return work.setDesired(at, input.desired, { signal, progress })
        const stayed = await work.letGo(at, input.go, { signal, progress })
        if (!stayed.ok) return stayed
        kept['stayed'] = stayed.value.join(' ')
        if (stayed.value.length === 0)
          return input.desired === 0
            ? work.setDesired(at, 0, { signal, progress })
            : succeed(undefined)
        note(`${stayed.value.join(', ')} stayed, because something had started there.`)
        return work.cordon(at, stayed.value, { closed: false, signal })
      }),
      undo: onGroup(cloud, async (at, { input, signal, progress }) => {
        const raised = await work.raise(at, input.before, { signal, progress })
        return raised.ok ? succeed(undefined) : raised
      }),
    },
    {
      id: 'gone',
      title: 'Wait until they are gone',
      promiseSeconds: 60,
      run: onGroup(cloud, (at, { input, signal, progress, kept }) =>
        work.awaitGone(
          at,
          input.go.filter((node) => !(kept['stayed'] ?? '').split(' ').includes(node)),
          { signal, progress },
        ),
      ),
    },
  ]
  return {
    kind: 'cloud-scale',
    premise: scalePremise(cloud),
    input: ScaleInput,
    undoable: true,
    cancelLeaves: ({ desired, before }) =>
      desired > before
        ? 'Nothing: the machines are given back.'
        : 'Nothing: closed machines are opened again, and those that went are asked for anew.',
    steps: ({ desired, before }) => (desired > before ? up : down),
  }
}

export interface ScaleAsk {
  site: string
  nodeGroup: string
  desired: number
}
const groupNamed = ({ groups, pools }: Looked['seen'], wanted: string): Outcome<GroupFacts> => {
  const group = [...groups, ...pools].find(({ name }) => name === wanted)
  return group ? succeed(group) : fail(failure('NOT_FOUND', { kind: 'node group', name: wanted }))
}
/** What is to change, and what it costs: gathered, before anything is decided. */
interface Scaling {
  looked: Looked
  pool: Looked['pools'][number]
  group: GroupFacts
  input: ScaleInput
  /** How many more there will be; fewer where negative. */
  adds: number
  /** Machines that would have to go and bear work. */
  missing: number
  money: Plan['blockedBy']
}
/** Machines that can go: those that bear nothing, the longest idle first. */
function freeNodes(
  cloud: Cloud,
  { seen, account }: Looked,
  { pool, group }: Pick<Scaling, 'pool' | 'group'>,
) {
  const { nodes } = groupView({
    site: account.site,
    region: account.region,
    simulated: account.simulated,
    group,
    inventory: seen.inventory,
    price: priceOfGroup(cloud, seen, group),
    ownership: pool.ownership,
    provisioner: pool.provisioner,
    now: seen.at,
  })
  const free = nodes
    .filter(({ state, pods }) => pods.length === 0 && state !== 'unready')
    .toSorted((a, b) => (b.idleSeconds ?? 0) - (a.idleSeconds ?? 0))
  return { all: nodes.length, free: free.map(({ name }) => name) }
}
async function gatherScaling(
  cloud: Cloud,
  { site, nodeGroup, desired }: ScaleAsk,
  signal: AbortSignal | undefined,
): Promise<Outcome<Scaling>> {
  const looked = await lookedAt(cloud, site, signal)
  if (!looked.ok) return looked
  const pool = poolNamed(looked.value, nodeGroup)
  if (!pool.ok) return pool
  const group = groupNamed(looked.value.seen, nodeGroup)
  if (!group.ok) return group
  const facts = { pool: pool.value, group: group.value }
  const { all, free } = freeNodes(cloud, looked.value, facts)
  const before = group.value.desired
  const [adds, fewer] = [desired - before, Math.max(0, all - desired)]
  const go = adds < 0 ? free.slice(0, fewer) : []
  const money =
    adds > 0
      ? await rentBlocks(
          cloud,
          { adds, usdPerHour: pool.value.price && pool.value.price.usd * adds },
          signal,
        )
      : succeed([])
  if (!money.ok) return money
  return succeed({
    looked: looked.value,
    ...facts,
    input: { site, group: nodeGroup, before, desired, go },
    adds,
    missing: fewer - go.length,
    money: money.value,
  })
}
const quotaUse = ({ quota, cpuCores }: Scaling['pool'], adds: number): Plan['quotas'] =>
  quota
    ? [
        {
          name: quota.name,
          used: quota.usedCores,
          adds: Math.max(0, adds) * cpuCores,
          limit: quota.limitCores,
          unit: 'vCPU',
        },
      ]
    : []
const scaleRisks = (pool: Scaling['pool'], adds: number): string[] => [
  ...priceRisks(pool),
  ...(pool.capacity === 'short' && adds > 0
    ? [`AWS is short of ${pool.instanceType} here: ${pool.capacitySays ?? ''}`]
    : []),
]
function scaleBody(kind: OperationKind<ScaleInput>, scaling: Scaling) {
  const { looked, pool, group, input, adds, missing, money } = scaling
  const { before, desired, go } = input
  const { account } = looked
  const found = blocks({ pool, min: leastOf(pool, group), adds, desired, missing })
  return planBody(
    given({
      kind: kind.kind,
      title: `Scale ${input.group} from ${String(before)} to ${String(desired)}`,
      verb: 'Scale',
      site: input.site,
      subject: { kind: 'NodeGroup', name: input.group },
      as: looked.as,
      price: priceOf(pool, desired),
      time:
        adds > 0
          ? { seconds: pool.bootSeconds, says: 'until the machines are ready' }
          : { seconds: 15, says: 'billing ends with each machine' },
      changes: [
        change('change', input.group, {
          lines: [
            ['-', `desiredSize: ${String(before)}`],
            ['+', `desiredSize: ${String(desired)}`],
          ],
          note: go.length > 0 ? `gives back ${go.join(', ')}` : undefined,
        }),
      ],
      permissions: [
        permission(
          `change node groups of ${account.cluster} in ${account.region}`,
          'eks:UpdateNodegroupConfig',
          `nodegroup/${input.group}`,
        ),
      ],
      quotas: quotaUse(pool, adds),
      risks: scaleRisks(pool, adds),
      choices: pool.price ? [`Counted with the ${bookOf(pool.price)}.`] : [],
      blockedBy: [...found, ...money],
      steps: stepsOf(kind, input),
      undo: `Goes back to ${String(before)} machines.`,
    }),
  )
}
/** What a change of size would do; machines on which something runs are never taken by it. */
export async function planScale(
  cloud: Cloud,
  kind: OperationKind<ScaleInput>,
  { ask, signal }: { ask: ScaleAsk; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<ScaleInput>>> {
  const scaling = await gatherScaling(cloud, ask, signal)
  if (!scaling.ok) return scaling
  return succeed({
    plan: scaleBody(kind, scaling.value),
    kind,
    input: scaling.value.input,
    again: (again) => planScale(cloud, kind, { ask, signal: again }),
  })
}

/** Takt's own groups may go to none; an adopted one keeps the minimum that its makers gave it. */
const leastOf = ({ ownership }: Looked['pools'][number], { min }: GroupFacts): number =>
  ownership === 'adopted' ? min : 0
function overQuota(pool: Looked['pools'][number], adds: number): Plan['blockedBy'] {
  const { quota } = pool
  return adds > 0 && quota && quota.usedCores + adds * pool.cpuCores > quota.limitCores
    ? [
        {
          says: `The account's quota "${quota.name}" allows ${String(quota.limitCores)} virtual CPUs and ${String(quota.usedCores)} are in use.`,
          remedy: 'Ask AWS for a higher quota (Service Quotas), or use another type.',
        },
      ]
    : []
}
interface ScaleSight {
  pool: Looked['pools'][number]
  min: number
  adds: number
  desired: number
  missing: number
}
function blocks({ pool, min, adds, desired, missing }: ScaleSight): Plan['blockedBy'] {
  if (pool.provisioner === 'karpenter')
    return [
      {
        says: `${pool.name} is a NodePool: Karpenter makes and removes its machines by itself.`,
        remedy: 'Queue work for it, or change its limits.',
      },
    ]
  if (notOurs(pool).length > 0) return notOurs(pool)
  if (desired < min)
    return [
      {
        says: `Whoever made ${pool.name} wants at least ${String(min)} machines in it.`,
        remedy: 'Choose a larger number, or change its minimum in AWS.',
      },
    ]
  if (adds === 0)
    return [
      {
        says: `${pool.name} has ${String(desired)} machines already.`,
        remedy: 'Choose another number.',
      },
    ]
  if (missing > 0)
    return [
      {
        says: `${String(missing)} more machines would have to go, but work runs on them.`,
        remedy: 'Drain the group first, or wait until the work has ended.',
      },
    ]
  if (desired > pool.maxNodes)
    return [
      {
        says: `${pool.name} may have at most ${String(pool.maxNodes)} machines.`,
        remedy: 'Make another pool, or raise the maximum of this one in AWS.',
      },
    ]
  return overQuota(pool, adds)
}
