import { z } from 'zod'
import type { NodeTaint } from '../../../../preload/contract/cloud'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { GroupFacts } from '../domain/facts'
import { TAG } from '../domain/ownership'
import type { CloudAccount, CloudPorts } from '../ports'
import { abortable, asked, paged, refusedAs } from './ask'

const EFFECT = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
} as const
const AWS_EFFECT = {
  NoSchedule: 'NO_SCHEDULE',
  NoExecute: 'NO_EXECUTE',
  PreferNoSchedule: 'PREFER_NO_SCHEDULE',
} as const
const Tags = z.record(z.string(), z.string())
const Group = z
  .object({
    nodegroup: z.object({
      nodegroupName: z.string(),
      nodegroupArn: z.string().optional(),
      status: z.string(),
      instanceTypes: z.array(z.string()).default([]),
      capacityType: z.enum(['ON_DEMAND', 'SPOT', 'CAPACITY_BLOCK']).default('ON_DEMAND'),
      scalingConfig: z.object({
        minSize: z.number().default(0),
        maxSize: z.number().default(0),
        desiredSize: z.number().default(0),
      }),
      labels: Tags.nullish(),
      tags: Tags.nullish(),
      taints: z
        .array(
          z.object({
            key: z.string(),
            value: z.string().optional(),
            effect: z.enum(['NO_SCHEDULE', 'NO_EXECUTE', 'PREFER_NO_SCHEDULE']),
          }),
        )
        .nullish(),
      subnets: z.array(z.string()).default([]),
      nodeRole: z.string().optional(),
      createdAt: z.date().optional(),
      health: z
        .object({
          issues: z
            .array(
              z.object({ code: z.string().default('Unknown'), message: z.string().default('') }),
            )
            .default([]),
        })
        .nullish(),
      resources: z
        .object({ autoScalingGroups: z.array(z.object({ name: z.string().optional() })).nullish() })
        .nullish(),
    }),
  })
  .transform(({ nodegroup }): GroupFacts => ({
    name: nodegroup.nodegroupName,
    arn: nodegroup.nodegroupArn,
    status: nodegroup.status,
    instanceTypes: nodegroup.instanceTypes,
    capacityType: nodegroup.capacityType === 'SPOT' ? 'spot' : 'on-demand',
    min: nodegroup.scalingConfig.minSize,
    max: nodegroup.scalingConfig.maxSize,
    desired: nodegroup.scalingConfig.desiredSize,
    labels: nodegroup.labels ?? {},
    tags: nodegroup.tags ?? {},
    taints: (nodegroup.taints ?? []).map(({ key, value, effect }) =>
      given({ key, value, effect: EFFECT[effect] }),
    ),
    subnets: nodegroup.subnets,
    nodeRole: nodegroup.nodeRole,
    health: nodegroup.health?.issues ?? [],
    createdAt: nodegroup.createdAt?.getTime() ?? 0,
    scalingGroup: nodegroup.resources?.autoScalingGroups?.[0]?.name,
  }))
const Names = z.object({ nodegroups: z.array(z.string()), nextToken: z.string().nullish() })
const Cluster = z.object({
  cluster: z.object({
    status: z.string(),
    resourcesVpcConfig: z.object({ subnetIds: z.array(z.string()).default([]) }).prefault({}),
  }),
})

export interface NewGroup {
  name: string
  subnets: string[]
  nodeRole: string
  instanceTypes: string[]
  spot: boolean
  max: number
  diskGi: number
  labels: Record<string, string>
  taints: NodeTaint[]
  tags: Record<string, string>
  token: string
}
type Ports = Pick<CloudPorts, 'clients' | 'clock'>

/** The managed node groups of one cluster. Every change may be asked twice and is done once. */
export function nodeGroups(ports: Ports, account: CloudAccount) {
  const { clock } = ports
  const eks = () => ports.clients(account).eks()
  const at = { account, clock, service: 'EKS' }
  const describe = (name: string, signal?: AbortSignal) =>
    asked({
      ...at,
      action: 'DescribeNodegroup',
      signal,
      parse: Group,
      ask: async () =>
        (await eks()).send(
          new (await sdk()).DescribeNodegroupCommand({
            clusterName: account.cluster,
            nodegroupName: name,
          }),
          abortable(signal),
        ),
    })
  return {
    /** One group; undefined where there is none of that name. */
    async find(name: string, signal?: AbortSignal): Promise<Outcome<GroupFacts | undefined>> {
      const found = await describe(name, signal)
      return !found.ok && refusedAs(found) === 'ResourceNotFoundException'
        ? succeed(undefined)
        : found
    },
    async list(signal?: AbortSignal): Promise<Outcome<GroupFacts[]>> {
      const told = await paged(
        { ...at, action: 'ListNodegroups' },
        (nextToken) =>
          asked({
            ...at,
            action: 'ListNodegroups',
            signal,
            parse: Names,
            ask: async () =>
              (await eks()).send(
                new (await sdk()).ListNodegroupsCommand(
                  given({ clusterName: account.cluster, nextToken }),
                ),
                abortable(signal),
              ),
          }),
        ({ nextToken }) => nextToken,
      )
      if (!told.ok) return told
      const groups: GroupFacts[] = []
      for (const name of told.value.flatMap(({ nodegroups }) => nodegroups)) {
        const one = await describe(name, signal)
        // Deleted between the list and the look.
        if (!one.ok && refusedAs(one) === 'ResourceNotFoundException') continue
        if (!one.ok) return one
        groups.push(one.value)
      }
      return succeed(groups)
    },
    subnets: async (signal?: AbortSignal): Promise<Outcome<string[]>> => {
      const told = await asked({
        ...at,
        action: 'DescribeCluster',
        signal,
        parse: Cluster,
        ask: async () =>
          (await eks()).send(
            new (await sdk()).DescribeClusterCommand({ name: account.cluster }),
            abortable(signal),
          ),
      })
      return told.ok ? succeed(told.value.cluster.resourcesVpcConfig.subnetIds) : told
    },
    async create(group: NewGroup, signal?: AbortSignal): Promise<Outcome<GroupFacts>> {
      const made = await asked({
        ...at,
        action: 'CreateNodegroup',
        signal,
        parse: Group,
        ask: async () =>
          (await eks()).send(
            new (await sdk()).CreateNodegroupCommand(inputOf(account.cluster, group)),
            abortable(signal),
          ),
      })
      // Asked before and cut off: the group that is there is the answer if it carries this run's mark.
      const there =
        !made.ok && refusedAs(made) === 'ResourceInUseException'
          ? await describe(group.name, signal)
          : made
      return there.ok && there.value.tags[TAG.run] === group.tags[TAG.run] ? there : made
    },
    scale: (
      name: string,
      size: { desired: number; max?: number; min?: number },
      signal?: AbortSignal,
    ) =>
      asked({
        ...at,
        action: 'UpdateNodegroupConfig',
        signal,
        parse: z.unknown(),
        ask: async () =>
          (await eks()).send(
            new (await sdk()).UpdateNodegroupConfigCommand({
              clusterName: account.cluster,
              nodegroupName: name,
              scalingConfig: {
                desiredSize: size.desired,
                ...(size.min !== undefined && { minSize: size.min }),
                ...(size.max !== undefined && { maxSize: size.max }),
              },
            }),
            abortable(signal),
          ),
      }),
    /** Writes tags on a group, or takes them off where their value is undefined. */
    async tag(
      arn: string,
      tags: Readonly<Record<string, string | undefined>>,
      signal?: AbortSignal,
    ): Promise<Outcome<unknown>> {
      const written = Object.entries(tags).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      )
      const gone = Object.keys(tags).filter((key) => tags[key] === undefined)
      if (written.length > 0) {
        const done = await asked({
          ...at,
          action: 'TagResource',
          signal,
          parse: z.unknown(),
          ask: async () =>
            (await eks()).send(
              new (await sdk()).TagResourceCommand({
                resourceArn: arn,
                tags: Object.fromEntries(written),
              }),
              abortable(signal),
            ),
        })
        if (!done.ok || gone.length === 0) return done
      }
      return asked({
        ...at,
        action: 'UntagResource',
        signal,
        parse: z.unknown(),
        ask: async () =>
          (await eks()).send(
            new (await sdk()).UntagResourceCommand({ resourceArn: arn, tagKeys: gone }),
            abortable(signal),
          ),
      })
    },
    async remove(name: string, signal?: AbortSignal): Promise<Outcome<void>> {
      const gone = await asked({
        ...at,
        action: 'DeleteNodegroup',
        signal,
        parse: z.unknown(),
        ask: async () =>
          (await eks()).send(
            new (await sdk()).DeleteNodegroupCommand({
              clusterName: account.cluster,
              nodegroupName: name,
            }),
            abortable(signal),
          ),
      })
      return gone.ok || refusedAs(gone) === 'ResourceNotFoundException' ? succeed(undefined) : gone
    },
  }
}
const inputOf = (clusterName: string, group: NewGroup) => ({
  clusterName,
  nodegroupName: group.name,
  subnets: group.subnets,
  nodeRole: group.nodeRole,
  instanceTypes: group.instanceTypes,
  capacityType: group.spot ? ('SPOT' as const) : ('ON_DEMAND' as const),
  diskSize: group.diskGi,
  scalingConfig: { minSize: 0, maxSize: group.max, desiredSize: 0 },
  labels: group.labels,
  taints: group.taints.map(({ key, value, effect }) =>
    given({ key, value, effect: AWS_EFFECT[effect] }),
  ),
  tags: group.tags,
  clientRequestToken: group.token,
})
const sdk = () => import('@aws-sdk/client-eks')
