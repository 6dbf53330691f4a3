import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks'
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { KnownKey } from '../support/sigv4'
import { joinMultiKueue, startKueue, type KueueOptions } from './stack/kueue'
import { lacking } from './stack/found'
import { startAws, type Aws } from './stack/moto'
import { playNodeGroups, type NodeGlue } from './stack/node-groups'
import { startPlane, type Plane } from './stack/plane'
import { startEksPlane, type EksPlane } from './stack/sign-in'

export const CLUSTER = 'aws-burst'
/** The AWS keys of the person at the machine: STS (the authenticator) and the proxied services know them. */
export const AWS_KEY = {
  accessKeyId: 'AKIABURSTBURSTBURST1',
  secretAccessKey: 'a-secret-of-forty-characters-for-tests-0',
}
const ARN = 'arn:aws:iam::123456789012:user/mara'

export interface BurstStackOptions {
  /** On-prem nodes, 2 with 8 A100 unless given. */
  onPremNodes?: number
  workloads?: KueueOptions['workloads']
  /** Without Kueue: the planner then releases suspended jobs itself. */
  kueue?: boolean
  definitions?: ('snapshot' | 'notebook')[]
}
export interface BurstStack {
  onPrem: Plane
  /** The plane behind the EKS cluster `aws-burst`: signed in to by presigned STS requests. */
  cloud: EksPlane
  aws: Aws
  glue: NodeGlue
  /** What a core needs in its environment to use this AWS account with this person's keys. */
  env: Record<string, string>
  /** Makes a node group that begins with no machines. */
  addNodeGroup(group: {
    name: string
    instanceType: string
    zone?: string
    max?: number
    spot?: boolean
    tags?: Record<string, string>
  }): Promise<void>
  stop(): Promise<void>
}

/** What this machine lacks for it; undefined where it can stand. */
export const burstStackLacks = (): string | undefined => lacking('kueue', 'moto')

/** Two planes, Kueue and MultiKueue between them, moto behind the proxy, node groups that bring machines to the second plane: everything burst needs, by one call. */
export async function startBurstStack(options: BurstStackOptions = {}): Promise<BurstStack> {
  const { onPremNodes = 2, workloads = [], kueue = true, definitions = [] } = options
  const keys: Record<string, KnownKey> = {
    [AWS_KEY.accessKeyId]: { secret: AWS_KEY.secretAccessKey, arn: ARN, account: '123456789012' },
  }
  const ends: (() => Promise<void>)[] = []
  const kept = <T extends { stop(): Promise<void> }>(part: T): T => {
    ends.unshift(() => part.stop())
    return part
  }
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0)) await end()
  }
  try {
    const aws = kept(await startAws())
    const people = (arn: string) =>
      arn === ARN ? { username: 'mara', groups: ['system:masters'] } : undefined
    const [onPrem, cloud] = await Promise.all([
      startPlane({ definitions }).then(kept),
      startEksPlane(
        {
          cluster: CLUSTER,
          keys,
          people,
          hosts: ['sts.us-east-1.amazonaws.com', new URL(aws.endpoint).host],
        },
        { definitions },
      ).then(kept),
    ])
    await onPrem.addGpuNodes({ count: onPremNodes, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
    if (kueue) {
      await Promise.all([
        startKueue(onPrem, { workloads, visibility: true }),
        startKueue(cloud, { workloads }),
      ])
      await joinMultiKueue(onPrem, cloud, { name: CLUSTER })
    }
    await makeAccount(aws, cloud)
    const glue = kept(playNodeGroups({ aws, plane: cloud, cluster: CLUSTER }))
    return {
      onPrem,
      cloud,
      aws,
      glue,
      stop,
      env: {
        ...aws.env,
        AWS_ACCESS_KEY_ID: AWS_KEY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: AWS_KEY.secretAccessKey,
      },
      addNodeGroup: (group) => addNodeGroup(aws, group),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const configOf = (aws: Aws) => ({
  endpoint: aws.endpoint,
  region: aws.region,
  credentials: AWS_KEY,
})

/** The cluster as EKS knows it, and a bucket for data on its way. */
async function makeAccount(aws: Aws, cloud: Plane): Promise<void> {
  const eks = new EKSClient(configOf(aws))
  const s3 = new S3Client({ ...configOf(aws), forcePathStyle: true })
  await eks.send(
    new CreateClusterCommand({
      name: CLUSTER,
      roleArn: 'arn:aws:iam::123456789012:role/eks',
      resourcesVpcConfig: { subnetIds: await subnetsOf(aws) },
    }),
  )
  aws.proxy.groups.clusters.set(CLUSTER, { endpoint: cloud.server, ca: cloud.authority })
  await s3.send(new CreateBucketCommand({ Bucket: 'takt-transfer' }))
  eks.destroy()
  s3.destroy()
}
/** The usual network of a fresh account: one subnet in each zone, or in the one named. */
async function subnetsOf(aws: Aws, zone?: string): Promise<string[]> {
  const ec2 = new EC2Client(configOf(aws))
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  ec2.destroy()
  return Subnets.filter(
    ({ AvailabilityZone }) => zone === undefined || AvailabilityZone === zone,
  ).flatMap(({ SubnetId }) => SubnetId ?? [])
}

async function addNodeGroup(
  aws: Aws,
  {
    name,
    instanceType,
    zone,
    max = 8,
    spot = false,
    tags = {},
  }: Parameters<BurstStack['addNodeGroup']>[0],
): Promise<void> {
  const eks = new EKSClient(configOf(aws))
  await eks.send(
    new CreateNodegroupCommand({
      clusterName: CLUSTER,
      nodegroupName: name,
      nodeRole: 'arn:aws:iam::123456789012:role/nodes',
      subnets: await subnetsOf(aws, zone ?? aws.proxy.catalogue.zones[0]),
      instanceTypes: [instanceType],
      capacityType: spot ? 'SPOT' : 'ON_DEMAND',
      scalingConfig: { minSize: 0, maxSize: max, desiredSize: 0 },
      labels: { 'takt.dev/pool': name },
      taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
      // As if Takt had made it: only its own groups are enlarged and emptied.
      tags: {
        'takt.dev/managed': 'true',
        ...tags,
        ...(zone !== undefined && { 'takt.dev/zone': zone }),
      },
    }),
  )
  eks.destroy()
}
