import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { PoolTemplate, type CloudPrice } from '../../../preload/contract/cloud'
import type { Plan } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import { removeProved } from '../ownership'
import { asYaml, planBody, runMark, stepsOf } from '../plans'
import { nodeGroups } from './adapters/eks'
import { nodeClass, nodePool, NODE_POOLS } from './adapters/karpenter'
import { madeTags, TAG, type ClusterIdentity } from './domain/ownership'
import { BOOT_S, modelOf, quotaCode, usedCores } from './domain/pools'
import { shownPrice } from './domain/prices'
import {
  bookOf,
  change,
  lookedAt,
  permission,
  rentBlocks,
  type Cloud,
  type Looked,
} from './planning'
import { onGroup } from './on-group'
import type { At, Telling } from './work'

export const CreateInput = z.object({
  site: z.string(),
  group: z.string(),
  run: z.string(),
  template: PoolTemplate,
  subnets: z.array(z.string()),
  nodeRole: z.string(),
  nodeClass: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
  gpus: z.number().int(),
})
export type CreateInput = z.infer<typeof CreateInput>

const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const
/** A node group as it will be asked for: begun with no machines, marked as Takt's, closed to work that wants no GPU. */
const asked = (
  { template, run, site, subnets, nodeRole, gpus }: CreateInput,
  owner: ClusterIdentity,
) => ({
  name: template.name,
  subnets,
  nodeRole,
  instanceTypes: template.instanceTypes,
  spot: template.capacityType === 'spot',
  max: template.maxNodes,
  diskGi: template.diskGi,
  token: run,
  labels: { ...template.labels, [TAG.pool]: template.name },
  taints: template.taints.length > 0 || gpus === 0 ? template.taints : [GPU_TAINT],
  tags: { ...madeTags(owner), [TAG.run]: run, [TAG.site]: site },
})
/** Makes the group unless this very run has made it already. */
export async function makeGroup(
  cloud: Cloud,
  { at, input }: { at: At; input: CreateInput },
  telling: Telling,
): Promise<Outcome<void>> {
  const made = await nodeGroups(cloud.ports, at.account).create(
    asked(input, at.account),
    telling.signal,
  )
  return made.ok ? cloud.work.awaitActive(at, telling) : made
}
async function unmake(
  cloud: Cloud,
  at: At,
  { input, signal, progress }: StepContext<CreateInput>,
): Promise<Outcome<void>> {
  const found = await nodeGroups(cloud.ports, at.account).find(input.group, signal)
  if (!found.ok) return found
  // A group of the same name that another run made stays.
  return found.value && found.value.tags[TAG.run] === input.run
    ? cloud.work.remove(at, { signal, progress })
    : succeed(undefined)
}

const Tags = z.record(z.string(), z.string()).default({})
const Marked = z.looseObject({ metadata: z.looseObject({ annotations: Tags }) })
const poolOfRun =
  (run: string): ProofOfOwnership =>
  ({ metadata }) =>
    metadata.annotations?.[TAG.run] === run
/** Makes the NodePool, or finds the one that this run has made; one of somebody else is never written over. */
async function makePool(
  site: KubeClient,
  { object, run }: { object: KubeObject; run: string },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const made = await site.create(NODE_POOLS, object, { signal })
  if (made.ok) return succeed(undefined)
  if (made.failure.code !== 'ALREADY_EXISTS') return made
  const { name } = object.metadata
  const found = await site.get(NODE_POOLS, { name }, Marked, signal)
  if (!found.ok) return found
  return found.value && poolOfRun(run)(found.value)
    ? succeed(undefined)
    : fail(failure('NOT_OURS', { site: site.site, kind: 'NodePool', name }))
}
async function unmakePool(
  site: KubeClient,
  { group, run }: Pick<CreateInput, 'group' | 'run'>,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const gone = await removeProved(
    site,
    { resource: NODE_POOLS, kind: 'NodePool', name: group },
    { proof: poolOfRun(run), signal },
  )
  // One of the same name that another run made stays.
  return gone.ok || gone.failure.code === 'NOT_OURS' ? succeed(undefined) : gone
}

export function createKind(cloud: Cloud): OperationKind<CreateInput> {
  const poolObject = (input: CreateInput): KubeObject | undefined =>
    input.nodeClass &&
    nodePool(input.template, { nodeClass: input.nodeClass, run: input.run, gpus: input.gpus })
  return {
    kind: 'cloud-create-pool',
    premise: {
      says: 'On nothing that may have moved: a group begins with no machines, and one of its name that another run made is left.',
    },
    input: CreateInput,
    undoable: true,
    cancelLeaves: () => 'Nothing: what was created is deleted again.',
    steps: ({ template }) =>
      template.provisioner === 'karpenter'
        ? [
            {
              id: 'apply',
              title: `Apply NodePool ${template.name}`,
              promiseSeconds: 3,
              async run({ input, client, signal }) {
                const site = client(input.site)
                const object = poolObject(input)
                if (!site.ok) return site
                if (!object)
                  return fail(failure('NOT_FOUND', { kind: 'node class', name: 'of Karpenter' }))
                return makePool(site.value, { object, run: input.run }, signal)
              },
              async undo({ input, client, signal }) {
                const site = client(input.site)
                return site.ok ? unmakePool(site.value, input, signal) : site
              },
            },
          ]
        : [
            {
              id: 'create',
              title: `Create node group ${template.name} with no machines`,
              promiseSeconds: 90,
              run: onGroup(cloud, (at, { input, signal, progress }) =>
                makeGroup(cloud, { at, input }, { signal, progress }),
              ),
              undo: onGroup(cloud, (at, context) => unmake(cloud, at, context)),
            },
          ],
  }
}

/** The subnets of a cluster that lie in the wanted zones; the zones of the type where none are wanted. */
export function subnetsFor(
  { subnets, zonesOf }: Looked['seen'],
  { zones, instanceTypes: [type = ''] }: Pick<PoolTemplate, 'zones' | 'instanceTypes'>,
): string[] {
  const offered = zonesOf.get(type) ?? []
  return subnets
    .filter(({ zone }) => offered.includes(zone) && (zones.length === 0 || zones.includes(zone)))
    .map(({ id }) => id)
}
export const roleOf = ({ groups }: Looked['seen']): string | undefined =>
  groups.find(({ nodeRole }) => nodeRole !== undefined)?.nodeRole

interface CreateAsk {
  site: string
  template: PoolTemplate
  run?: string
}
export async function planCreate(
  cloud: Cloud,
  kind: OperationKind<CreateInput>,
  { ask, signal }: { ask: CreateAsk; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<CreateInput>>> {
  const looked = await lookedAt(cloud, ask.site, signal)
  if (!looked.ok) return looked
  const { seen, account } = looked.value
  const { template } = ask
  const [first = ''] = template.instanceTypes
  await cloud.prices.refresh(account, template.instanceTypes, { signal })
  const input = await inputFor(cloud, seen, { ask, signal })
  const price = cloud.prices.of(ask.site, {
    instanceType: first,
    region: account.region,
    capacityType: template.capacityType,
  })
  const known = price && shownPrice(price, seen.at)
  const money = await moneyFor(cloud, { template, usd: known?.usd }, signal)
  if (!money.ok) return money
  const typeKnown = seen.types.has(first)
  const plan = bodyOf(looked.value, { kind, input, known, typeKnown, money: money.value })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planCreate(cloud, kind, { ask: { ...ask, run: input.run }, signal: again }),
  })
}
async function inputFor(
  cloud: Cloud,
  seen: Looked['seen'],
  { ask, signal }: { ask: CreateAsk; signal: AbortSignal | undefined },
): Promise<CreateInput> {
  const { template } = ask
  const client = cloud.ports.sites.client(ask.site)
  const ref =
    template.provisioner === 'karpenter' && client.ok
      ? await nodeClass(client.value, signal)
      : undefined
  return {
    ...given({ nodeClass: ref }),
    site: ask.site,
    group: template.name,
    run: ask.run ?? runMark(cloud.ports.random),
    template,
    subnets: subnetsFor(seen, template),
    nodeRole: roleOf(seen) ?? '',
    gpus: seen.types.get(template.instanceTypes[0] ?? '')?.gpu?.count ?? 0,
  }
}
/** A node group begins with no machine; Karpenter rents the first one by itself as soon as work waits. */
const moneyFor = (
  cloud: Cloud,
  { template: { provisioner }, usd }: { template: PoolTemplate; usd: number | undefined },
  signal: AbortSignal | undefined,
) =>
  provisioner === 'karpenter'
    ? rentBlocks(cloud, { adds: 1, usdPerHour: usd }, signal)
    : rentBlocks(cloud, { adds: 0, usdPerHour: 0 }, signal)
interface Made {
  kind: OperationKind<CreateInput>
  input: CreateInput
  known: CloudPrice | undefined
  typeKnown: boolean
  money: Plan['blockedBy']
}
function bodyOf(looked: Looked, { kind, input, known, typeKnown, money }: Made) {
  const { template } = input
  const karpenter = template.provisioner === 'karpenter'
  const { cluster } = looked.account
  const lines: ['+', string][] = [
    ['+', `instanceTypes: ${template.instanceTypes.join(', ')}`],
    ['+', `capacityType: ${template.capacityType}`],
    ['+', `size: 0 to ${String(template.maxNodes)}`],
    ...asked(input, looked.account).taints.map(({ key, effect }): ['+', string] => [
      '+',
      `taint: ${key}:${effect}`,
    ]),
  ]
  return planBody(
    given({
      kind: kind.kind,
      title: `Create pool ${template.name}`,
      verb: 'Create',
      site: input.site,
      subject: { kind: karpenter ? 'NodePool' : 'NodeGroup', name: template.name },
      as: looked.as,
      price: known && {
        usdPerHour: 0,
        basis: `no machines yet; each is $${known.usd.toFixed(2)} an hour`,
        book: bookOf(known),
      },
      time: {
        seconds: karpenter ? 5 : 90,
        says: `then ${String(BOOT_S / 60)} minutes for each machine to boot`,
      },
      changes: [change('create', template.name, { lines })],
      permissions: [
        permission(
          `create node groups in ${cluster}`,
          karpenter ? 'create' : 'eks:CreateNodegroup',
          cluster,
        ),
        permission('hand the nodes their role', 'iam:PassRole', input.nodeRole || 'node role'),
      ],
      quotas: quotaUse(looked, template),
      choices: choices(looked, { template, input }),
      risks: risksOf(template, known),
      blockedBy: [...blocks(looked, { input, known: typeKnown }), ...money],
      steps: stepsOf(kind, input),
      undo: 'Deletes it again.',
      yaml:
        input.nodeClass &&
        asYaml([
          nodePool(template, { nodeClass: input.nodeClass, run: input.run, gpus: input.gpus }),
        ]),
    }),
  )
}
const risksOf = ({ capacityType }: PoolTemplate, known: CloudPrice | undefined) => [
  ...(known?.stale ? ['The price is old.'] : []),
  ...(capacityType === 'spot' ? ["AWS may take spot machines back with two minutes' notice."] : []),
]
function quotaUse({ seen }: Looked, template: PoolTemplate): Plan['quotas'] {
  const [first = ''] = template.instanceTypes
  const code = quotaCode(first, template.capacityType)
  const quota = seen.quotas.find((one) => one.code === code)
  return quota && code
    ? [
        {
          name: quota.name,
          used: usedCores(
            seen.instances.map(({ type, spot }) => ({ type, spot })),
            code,
            seen.types,
          ),
          adds: 0,
          limit: quota.value,
          unit: 'vCPU',
        },
      ]
    : []
}
function choices(
  { seen }: Looked,
  { template, input }: { template: PoolTemplate; input: CreateInput },
): string[] {
  const zones = input.subnets.flatMap(
    (id) => seen.subnets.find((subnet) => subnet.id === id)?.zone ?? [],
  )
  const model = template.instanceTypes
    .map((type) => modelOf({ type, gpu: seen.types.get(type)?.gpu }))
    .find(Boolean)
  return [
    ...(zones.length > 0
      ? [
          `In ${zones.join(', ')}: where ${template.instanceTypes[0] ?? ''} is offered and the cluster has a network.`,
        ]
      : []),
    ...(model ? [`Nodes will carry ${model}.`] : []),
    ...(input.nodeRole ? [`Uses the role of the cluster's other groups.`] : []),
  ]
}
function blocks(
  { seen, account }: Looked,
  { input, known }: { input: CreateInput; known: boolean },
): Plan['blockedBy'] {
  const { template } = input
  const found: Plan['blockedBy'] = []
  if (
    [...seen.groups, ...seen.pools].some(
      ({ name, tags }) => name === template.name && tags[TAG.run] !== input.run,
    )
  )
    found.push({
      says: `There is a node group called ${template.name} already.`,
      remedy: 'Choose another name.',
    })
  if (!known)
    found.push({
      says: `${account.region} has no machines of type ${template.instanceTypes[0] ?? ''}.`,
      remedy: 'Choose another type or region.',
    })
  if (template.provisioner === 'karpenter')
    return input.nodeClass
      ? found
      : [
          ...found,
          {
            says: 'This cluster has no node class of Karpenter or EKS Auto Mode.',
            remedy: 'Install Karpenter, or make a managed node group.',
          },
        ]
  if (input.subnets.length === 0)
    found.push({
      says: 'The cluster has no network in a zone that offers this type.',
      remedy: 'Choose other zones or another type.',
    })
  if (input.nodeRole === '')
    found.push({
      says: 'No node group of this cluster tells which role nodes get.',
      remedy: 'Create the first node group in AWS, with the role that nodes are to have.',
    })
  return found
}
