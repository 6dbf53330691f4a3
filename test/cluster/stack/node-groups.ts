import { setTimeout as pause } from 'node:timers/promises'
import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import {
  DescribeNodegroupCommand,
  EKSClient,
  ListNodegroupsCommand,
  UpdateNodegroupConfigCommand,
  type Nodegroup,
} from '@aws-sdk/client-eks'
import { GLUE_KEY } from '../../support/aws-proxy'
import type { Aws } from './moto'
import { applyAll, type Manifest } from './manifests'
import type { Plane } from './plane'

/** What a machine of each instance type brings. */
export interface Machine {
  gpus: number
  product: string
  cpus: number
  memoryGib: number
}
export const MACHINES: Record<string, Machine> = {
  'g5.2xlarge': { gpus: 1, product: 'NVIDIA-A10G', cpus: 8, memoryGib: 32 },
  'g6e.2xlarge': { gpus: 1, product: 'NVIDIA-L40S', cpus: 8, memoryGib: 64 },
  'g6e.12xlarge': { gpus: 4, product: 'NVIDIA-L40S', cpus: 48, memoryGib: 384 },
  'g6e.48xlarge': { gpus: 8, product: 'NVIDIA-L40S', cpus: 192, memoryGib: 1536 },
  'p4d.24xlarge': { gpus: 8, product: 'NVIDIA-A100-SXM4-40GB', cpus: 96, memoryGib: 1152 },
  'p5.48xlarge': { gpus: 8, product: 'NVIDIA-H100-80GB-HBM3', cpus: 192, memoryGib: 2048 },
}

export interface NodeGlue {
  /** Zones that have no machines left: a group there gets none, and says so as AWS would. */
  short: Set<string>
  /** Machines that run now, by instance id. */
  machines: Map<string, { group: string; node: string; zone: string }>
  /** Takes a machine away as a spot interruption does: the node goes, the group asks for another. */
  interrupt(node: string): Promise<void>
  stop(): Promise<void>
}
interface Parts {
  aws: Aws
  plane: Plane
  cluster: string
  bootMs?: number
  zoneOf?: (group: Nodegroup) => string
}

const TAINT_EFFECTS: Record<string, string> = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

function nodeOf(group: Nodegroup, at: { id: string; zone: string; region: string }): Manifest {
  const type = group.instanceTypes?.[0] ?? 'g6e.2xlarge'
  const machine = MACHINES[type] ?? { gpus: 0, product: '', cpus: 4, memoryGib: 16 }
  const room = {
    cpu: String(machine.cpus),
    memory: `${machine.memoryGib}Gi`,
    pods: '110',
    'ephemeral-storage': '200Gi',
    ...(machine.gpus > 0 && { 'nvidia.com/gpu': String(machine.gpus) }),
  }
  const name = `ip-${at.id.slice(-8)}.${at.region}.compute.internal`
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        ...group.labels,
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': type,
        'topology.kubernetes.io/region': at.region,
        'topology.kubernetes.io/zone': at.zone,
        'eks.amazonaws.com/nodegroup': group.nodegroupName ?? '',
        'eks.amazonaws.com/capacityType': group.capacityType ?? 'ON_DEMAND',
        ...(machine.gpus > 0 && {
          'nvidia.com/gpu.product': machine.product,
          'nvidia.com/gpu.count': String(machine.gpus),
        }),
      },
    },
    spec: {
      providerID: `aws:///${at.zone}/${at.id}`,
      taints: (group.taints ?? []).map(({ key = '', value, effect = '' }) => ({
        key,
        ...(value !== undefined && { value }),
        effect: TAINT_EFFECTS[effect] ?? 'NoSchedule',
      })),
    },
    status: { capacity: room, allocatable: room },
  }
}

/** Plays the auto-scaling groups behind node groups: desired size becomes instances in moto and simulated nodes on the plane, and back to none. */
export function playNodeGroups({ aws, plane, cluster, bootMs = 300, zoneOf }: Parts): NodeGlue {
  const config = {
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: GLUE_KEY, secretAccessKey: 'glue' },
  }
  const [eks, ec2] = [new EKSClient(config), new EC2Client(config)]
  const ending = new AbortController()
  const zone =
    zoneOf ??
    ((group: Nodegroup) => group.tags?.['takt.dev/zone'] ?? aws.proxy.catalogue.zones[0] ?? '')
  const glue: NodeGlue = {
    short: new Set(),
    machines: new Map(),
    interrupt: (node) => interrupt(node),
    stop: async () => {
      ending.abort()
      await playing
      eks.destroy()
      ec2.destroy()
    },
  }

  async function boot(group: Nodegroup, name: string): Promise<void> {
    const at = zone(group)
    if (glue.short.has(at))
      return aws.proxy.groups.setHealth(cluster, name, [
        {
          code: 'AsgInstanceLaunchFailures',
          message: `Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient ${group.instanceTypes?.[0] ?? ''} capacity in the Availability Zone you requested (${at}).`,
          resourceIds: [`eks-${name}`],
        },
      ])
    aws.proxy.groups.setHealth(cluster, name, [])
    const tags = [
      { Key: 'eks:cluster-name', Value: cluster },
      { Key: 'eks:nodegroup-name', Value: name },
      ...Object.entries(group.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    ]
    const made = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        InstanceType: (group.instanceTypes?.[0] ?? 'g6e.2xlarge') as never,
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: at },
        TagSpecifications: [{ ResourceType: 'instance', Tags: tags }],
      }),
    )
    const id = made.Instances?.[0]?.InstanceId ?? ''
    const node = nodeOf(group, { id, zone: at, region: aws.region })
    glue.machines.set(id, { group: name, node: node.metadata.name, zone: at })
    await pause(bootMs, undefined, { signal: ending.signal })
    await applyAll(plane.admin, [node])
  }
  async function end(id: string): Promise<void> {
    const machine = glue.machines.get(id)
    glue.machines.delete(id)
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    if (machine) await plane.admin.call(`/api/v1/nodes/${machine.node}`, { method: 'DELETE' })
  }
  async function interrupt(node: string): Promise<void> {
    const id = [...glue.machines].find(([, machine]) => machine.node === node)?.[0]
    if (id === undefined) throw new Error(`there is no machine ${node}`)
    await end(id)
  }
  aws.proxy.letGo = async (id) => {
    const machine = glue.machines.get(id)
    if (!machine) return false
    const { nodegroup } = await eks.send(
      new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: machine.group }),
    )
    await eks.send(
      new UpdateNodegroupConfigCommand({
        clusterName: cluster,
        nodegroupName: machine.group,
        scalingConfig: {
          desiredSize: Math.max(0, (nodegroup?.scalingConfig?.desiredSize ?? 1) - 1),
        },
      }),
    )
    await end(id)
    return true
  }
  async function look(): Promise<void> {
    const { nodegroups = [] } = await eks.send(new ListNodegroupsCommand({ clusterName: cluster }))
    for (const [id] of [...glue.machines].filter(([, { group }]) => !nodegroups.includes(group)))
      await end(id)
    for (const name of nodegroups) {
      const { nodegroup } = await eks.send(
        new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: name }),
      )
      if (nodegroup) await fit(nodegroup, name)
    }
  }
  async function fit(group: Nodegroup, name: string): Promise<void> {
    const running = [...glue.machines].filter(([, machine]) => machine.group === name)
    const desired =
      group.status === 'DELETING' || group.status === 'CREATING'
        ? 0
        : (group.scalingConfig?.desiredSize ?? 0)
    await Promise.all(
      Array.from({ length: Math.max(0, desired - running.length) }, () => boot(group, name)),
    )
    for (const [id] of running.slice(desired)) await end(id)
  }
  // What fails is looked at again in a moment, as the real thing would.
  const play = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look().catch(() => undefined)
      await pause(250, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }
  const playing = play()
  return glue
}
