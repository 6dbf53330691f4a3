import { z } from 'zod'
import type { PoolTemplate } from '../../../../preload/contract/cloud'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient, KubeObject, Resource } from '../../../platform/kubernetes/types'
import type { GroupFacts } from '../domain/facts'
import { KARPENTER_LABEL } from '../domain/facts'
import { TAG } from '../domain/ownership'

export const NODE_POOLS: Resource = { group: 'karpenter.sh', version: 'v1', plural: 'nodepools' }
const NODE_CLASSES: Resource = {
  group: 'karpenter.k8s.aws',
  version: 'v1',
  plural: 'ec2nodeclasses',
}
const AUTO_CLASSES: Resource = { group: 'eks.amazonaws.com', version: 'v1', plural: 'nodeclasses' }
const Labels = z.record(z.string(), z.string())
const Requirement = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).default([]),
})
const NodePool = z
  .object({
    metadata: z.object({
      name: z.string(),
      creationTimestamp: z.string().optional(),
      labels: Labels.default({}),
      annotations: Labels.default({}),
    }),
    spec: z.object({
      limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      template: z.object({
        metadata: z.object({ labels: Labels.default({}) }).prefault({}),
        spec: z.object({
          requirements: z.array(Requirement).default([]),
          taints: z
            .array(
              z.object({
                key: z.string(),
                value: z.string().optional(),
                effect: z.enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule']),
              }),
            )
            .default([]),
        }),
      }),
    }),
    status: z
      .object({
        resources: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
        conditions: z
          .array(
            z.object({ type: z.string(), status: z.string(), message: z.string().default('') }),
          )
          .default([]),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }): GroupFacts => {
    const wanted = (key: string) =>
      spec.template.spec.requirements.find((one) => one.key === key && one.operator === 'In')
        ?.values ?? []
    const zones = wanted('topology.kubernetes.io/zone')
    const gpuLimit = Number(spec.limits['nvidia.com/gpu'] ?? NaN)
    const notReady = status.conditions.find(
      ({ type, status: is }) => type === 'Ready' && is === 'False',
    )
    return {
      name: metadata.name,
      status: notReady ? 'DEGRADED' : 'ACTIVE',
      instanceTypes: wanted('node.kubernetes.io/instance-type'),
      capacityType: wanted('karpenter.sh/capacity-type').includes('spot') ? 'spot' : 'on-demand',
      min: 0,
      max: Number(spec.limits['takt.dev/nodes'] ?? spec.limits['nodes'] ?? 100),
      desired: Number(status.resources['nodes'] ?? 0),
      labels: spec.template.metadata.labels,
      taints: spec.template.spec.taints.map((taint) => given(taint)),
      tags: { ...metadata.annotations, ...metadata.labels },
      subnets: [],
      nodeRole: undefined,
      health: notReady ? [{ code: 'NodePoolNotReady', message: notReady.message }] : [],
      createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
      scalingGroup: undefined,
      ...(zones.length > 0 && { zones }),
      ...(!Number.isNaN(gpuLimit) && { gpuLimit }),
    }
  })

const NODE_CLAIMS: Resource = { group: 'karpenter.sh', version: 'v1', plural: 'nodeclaims' }
const NodeClaim = z
  .object({
    metadata: z.object({ name: z.string(), labels: Labels.default({}) }),
    status: z.object({ providerID: z.string().default('') }).prefault({}),
  })
  .transform(({ metadata, status }) => ({
    pool: metadata.labels[KARPENTER_LABEL] ?? '',
    instance: /\/(i-[0-9a-f]+)$/.exec(status.providerID)?.[1],
  }))
/** A machine that Karpenter accounts for, from the moment it is asked for. */
export type ClaimedMachine = z.infer<typeof NodeClaim>
/** The machines that NodePools have or have asked for; none where Karpenter is not installed. */
export async function nodeClaims(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<Outcome<ClaimedMachine[]>> {
  const offered = await client.offers(NODE_CLAIMS, signal)
  return offered.ok && offered.value ? client.list(NODE_CLAIMS, {}, NodeClaim, signal) : succeed([])
}

/** The NodePools of a cluster; none where Karpenter (or EKS Auto Mode) is not installed. */
export async function nodePools(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<Outcome<GroupFacts[]>> {
  const offered = await client.offers(NODE_POOLS, signal)
  if (!offered.ok || !offered.value) return succeed([])
  return client.list(NODE_POOLS, {}, NodePool, signal)
}
const Named = z.object({ metadata: z.object({ name: z.string() }) })
export interface NodeClass {
  group: string
  kind: string
  name: string
}
/** The node class that new pools refer to: that of Auto Mode or the first of Karpenter's; undefined where there is none. */
export async function nodeClass(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<NodeClass | undefined> {
  for (const [resource, kind] of [
    [NODE_CLASSES, 'EC2NodeClass'],
    [AUTO_CLASSES, 'NodeClass'],
  ] as const) {
    const offered = await client.offers(resource, signal)
    if (!offered.ok || !offered.value) continue
    const found = await client.list(resource, {}, Named, signal)
    const [first] = found.ok ? found.value : []
    if (first) return { group: resource.group, kind, name: first.metadata.name }
  }
  return undefined
}

/** A NodePool from a template: it makes machines by itself when pods wait, and takes them away when they idle. */
export function nodePool(
  template: PoolTemplate,
  { nodeClass: ref, run, gpus }: { nodeClass: NodeClass; run: string; gpus: number },
): KubeObject {
  const among = (key: string, values: string[]) => ({ key, operator: 'In', values })
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: {
      name: template.name,
      labels: { [TAG.managed]: 'true' },
      annotations: { [TAG.run]: run },
    },
    spec: {
      limits: { 'nvidia.com/gpu': String(gpus * template.maxNodes) },
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '10m' },
      template: {
        metadata: { labels: { ...template.labels, [TAG.pool]: template.name } },
        spec: {
          nodeClassRef: ref,
          taints: template.taints,
          expireAfter: 'Never',
          requirements: [
            among('node.kubernetes.io/instance-type', template.instanceTypes),
            among('karpenter.sh/capacity-type', [template.capacityType]),
            ...(template.zones.length > 0
              ? [among('topology.kubernetes.io/zone', template.zones)]
              : []),
          ],
        },
      },
    },
  }
}
