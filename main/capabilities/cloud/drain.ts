import { z } from 'zod'
import type { CloudPool } from '../../../preload/contract/cloud'
import type { Plan } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, Step } from '../operations'
import { planBody, reviewChanges, stepsOf } from '../plans'
import {
  change,
  lookedAt,
  notOurs,
  permission,
  poolNamed,
  type Cloud,
  type Looked,
} from './planning'
import { mayDelete } from './domain/ownership'
import { groupViews } from './views'
import { drainPremise } from './premise'
import { onGroup } from './on-group'

export const DrainInput = z.object({
  site: z.string(),
  group: z.string(),
  nodes: z.array(z.string()),
  then: z.enum(['keep', 'scale-to-zero', 'delete']),
  before: z.number().int(),
})
export type DrainInput = z.infer<typeof DrainInput>

export function drainKind(cloud: Cloud): OperationKind<DrainInput> {
  const { work } = cloud
  const close: Step<DrainInput> = {
    id: 'close',
    title: 'Close the machines for new work',
    promiseSeconds: 3,
    run: onGroup(cloud, (at, { input, signal }) =>
      work.cordon(at, input.nodes, { closed: true, signal }),
    ),
    undo: onGroup(cloud, (at, { input, signal }) =>
      work.cordon(at, input.nodes, { closed: false, signal }),
    ),
  }
  const evict: Step<DrainInput> = {
    id: 'evict',
    title: 'Move off what runs there',
    promiseSeconds: 60,
    run: onGroup(cloud, async (at, { input, signal, progress }) => {
      for (const node of input.nodes) {
        const empty = await work.evictAll(at, node, { signal, progress })
        if (!empty.ok) return empty
      }
      return succeed(undefined)
    }),
  }
  const release: Step<DrainInput> = {
    id: 'release',
    title: 'Give the machines back',
    promiseSeconds: 30,
    run: onGroup(cloud, async (at, { input, signal, progress, note }) => {
      const stayed = await work.letGo(at, input.nodes, { signal, progress })
      if (!stayed.ok) return stayed
      if (stayed.value.length > 0)
        note(`${stayed.value.join(', ')} stayed, because something runs there again.`)
      return work.awaitGone(
        at,
        input.nodes.filter((node) => !stayed.value.includes(node)),
        { signal, progress },
      )
    }),
    undo: onGroup(cloud, async (at, { input, signal, progress }) => {
      const raised = await work.raise(at, input.before, { signal, progress })
      return raised.ok ? succeed(undefined) : raised
    }),
  }
  const remove: Step<DrainInput> = {
    id: 'delete',
    title: 'Delete the node group',
    promiseSeconds: 120,
    run: onGroup(cloud, (at, { signal, progress }) => work.remove(at, { signal, progress })),
  }
  return {
    kind: 'cloud-drain',
    premise: drainPremise(cloud),
    input: DrainInput,
    undoable: ({ then }) => then !== 'delete',
    cancelLeaves: () =>
      'Nothing closed: the machines take work again. What moved off stays where it went.',
    steps: ({ then }) => [
      close,
      evict,
      ...(then === 'keep' ? [] : [release]),
      ...(then === 'delete' ? [remove] : []),
    ],
  }
}

export interface DrainAsk {
  site: string
  nodeGroup: string
  node?: string | undefined
  then: DrainInput['then']
}
const VERB = {
  keep: 'Drain',
  'scale-to-zero': 'Drain and give back',
  delete: 'Drain and delete',
} as const
export async function planDrain(
  cloud: Cloud,
  kind: OperationKind<DrainInput>,
  { ask, signal }: { ask: DrainAsk; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<DrainInput>>> {
  const looked = await lookedAt(cloud, ask.site, signal)
  if (!looked.ok) return looked
  const pool = poolNamed(looked.value, ask.nodeGroup)
  if (!pool.ok) return pool
  const view = groupViews(cloud, looked.value.seen).find(({ name }) => name === ask.nodeGroup)
  const nodes = (view?.nodes ?? []).filter(
    ({ name }) => ask.node === undefined || name === ask.node,
  )
  const pods = nodes.flatMap((node) => node.pods)
  const input: DrainInput = {
    site: ask.site,
    group: ask.nodeGroup,
    nodes: nodes.map(({ name }) => name),
    then: ask.then,
    before: view?.desired ?? 0,
  }
  const permissions = await nodeRights(cloud, ask.site, signal)
  const plan = bodyOf(looked.value, { kind, input, ask, pods, pool: pool.value, permissions })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planDrain(cloud, kind, { ask, signal: again }),
  })
}
interface Drained {
  kind: OperationKind<DrainInput>
  input: DrainInput
  ask: DrainAsk
  pods: string[]
  pool: CloudPool
  permissions: Plan['permissions']
}
function bodyOf(looked: Looked, { kind, input, ask, pods, pool, permissions }: Drained) {
  const ends = ask.then !== 'keep'
  return planBody(
    given({
      kind: kind.kind,
      title: `${VERB[ask.then]} ${ask.node ?? ask.nodeGroup}`,
      verb: VERB[ask.then],
      site: ask.site,
      subject: { kind: 'NodeGroup', name: ask.nodeGroup },
      as: looked.as,
      changes: changesOf(input, pods),
      price:
        pool.price && ends
          ? {
              usdPerHour: -Math.round(pool.price.usd * input.nodes.length * 100) / 100,
              basis: 'less than now',
              book: '',
            }
          : undefined,
      permissions: [
        ...permissions,
        ...(ends
          ? [
              permission(
                `change node groups of ${looked.account.cluster}`,
                ask.then === 'delete' ? 'eks:DeleteNodegroup' : 'eks:UpdateNodegroupConfig',
                ask.nodeGroup,
              ),
            ]
          : []),
      ],
      risks:
        pods.length > 0
          ? [`${String(pods.length)} pods are moved off; what has no checkpoint begins anew.`]
          : [],
      blockedBy: blocks(looked, {
        ask,
        pool,
        found: input.nodes.length > 0 || ask.node === undefined,
      }),
      steps: stepsOf(kind, input),
      ...lossesOf(ask),
    }),
  )
}
const lossesOf = ({ then, nodeGroup }: DrainAsk) =>
  then === 'delete'
    ? {
        losses: {
          lost: [`node group ${nodeGroup} with its settings`],
          kept: ['everything that other groups run', 'volumes of claims'],
          typeName: nodeGroup,
        },
      }
    : { undo: 'Opens the machines again, and asks anew for those that went.' }
function changesOf({ nodes, group, before, then }: DrainInput, pods: string[]): Plan['changes'] {
  const size: ['+' | '-', string][] = [
    ['-', `desiredSize: ${String(before)}`],
    ...(then === 'delete'
      ? []
      : [['+', `desiredSize: ${String(Math.max(0, before - nodes.length))}`] as ['+', string]]),
  ]
  return [
    ...nodes.map((name) => ({
      op: 'change' as const,
      apiVersion: 'v1',
      kind: 'Node',
      name,
      lines: [{ op: '+' as const, text: 'unschedulable: true' }],
    })),
    ...pods.map((pod) => {
      const [namespace = '', name = ''] = pod.split('/')
      return {
        op: 'delete' as const,
        apiVersion: 'v1',
        kind: 'Pod',
        name,
        namespace,
        note: 'evicted; its owner starts it elsewhere',
      }
    }),
    ...(then === 'keep'
      ? []
      : [change(then === 'delete' ? 'delete' : 'change', group, { lines: size })]),
  ]
}
async function nodeRights(
  { ports }: Cloud,
  site: string,
  signal: AbortSignal | undefined,
): Promise<Plan['permissions']> {
  const checks = await reviewChanges(
    ports.sites,
    {
      site,
      changes: [],
      more: [
        { verb: 'patch', group: '', resource: 'nodes', says: 'close nodes' },
        {
          verb: 'create',
          group: '',
          resource: 'pods',
          subresource: 'eviction',
          says: 'move pods off nodes',
        },
      ],
    },
    signal,
  )
  return checks.ok ? checks.value : []
}
function blocks(
  { account }: Looked,
  { ask, pool, found }: { ask: DrainAsk; pool: CloudPool; found: boolean },
): Plan['blockedBy'] {
  if (!found)
    return [
      {
        says: `${ask.nodeGroup} has no node called ${ask.node ?? ''}.`,
        remedy: 'Pick one from its list.',
      },
    ]
  if (notOurs(pool).length > 0) return notOurs(pool)
  return ask.then === 'delete' && !mayDelete(pool.ownership)
    ? [
        {
          says: `${ask.nodeGroup} was not made by Takt, only adopted.`,
          remedy: `Delete it where it was made, or drain it and leave it empty: an empty group of ${account.cluster} costs nothing.`,
        },
      ]
    : []
}
