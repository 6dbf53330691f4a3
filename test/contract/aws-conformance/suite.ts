import {
  CreateNodegroupCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListNodegroupsCommand,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks'
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'

/** One AWS, real or imitated, as the same calls of the real SDK reach it. */
export interface AwsTarget {
  name: string
  config: {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
    maxAttempts: number
  }
  cluster: string
  subnet: string
  role: string
  instanceType: string
  zone: string
}

/** The same questions to every AWS: what Takt relies on has to have the same shape everywhere. */
export function awsConformance(target: () => AwsTarget) {
  const named = async (asked: Promise<unknown>) =>
    asked.then(
      () => 'no refusal',
      (error: unknown) => (error as Error).name,
    )
  describe('EKS', () => {
    const eks = () => new EKSClient(target().config)
    const group = 'conformance'
    test('tells of its cluster and of its networks', async () => {
      const { cluster } = await eks().send(new DescribeClusterCommand({ name: target().cluster }))
      expect(cluster).toMatchObject({
        name: target().cluster,
        status: 'ACTIVE',
        arn: expect.stringContaining(':cluster/') as string,
      })
      expect(Array.isArray(cluster?.resourcesVpcConfig?.subnetIds)).toBe(true)
    })
    test('a node group is made with no machines, changed, and told of with its labels, taints and tags', async () => {
      const { cluster, subnet, role, instanceType } = target()
      const made = await eks().send(
        new CreateNodegroupCommand({
          clusterName: cluster,
          nodegroupName: group,
          subnets: [subnet],
          nodeRole: role,
          instanceTypes: [instanceType],
          capacityType: 'SPOT',
          scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 },
          labels: { 'takt.dev/pool': group },
          taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
          tags: { 'takt.dev/managed': 'true' },
          clientRequestToken: 'conformance-1',
        }),
      )
      expect(made.nodegroup).toMatchObject({
        nodegroupName: group,
        capacityType: 'SPOT',
        status: expect.stringMatching(/CREATING|ACTIVE/) as string,
      })
      const told = (
        await eks().send(
          new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: group }),
        )
      ).nodegroup
      expect(told).toMatchObject({
        scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 },
        labels: { 'takt.dev/pool': group },
        tags: { 'takt.dev/managed': 'true' },
        instanceTypes: [instanceType],
      })
      expect(told?.taints).toEqual([
        { key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' },
      ])
      expect(told?.createdAt).toBeInstanceOf(Date)
      expect(
        (await eks().send(new ListNodegroupsCommand({ clusterName: cluster }))).nodegroups,
      ).toContain(group)
    })
    test('a second one of the same name is refused by name, and so is one that is not there', async () => {
      const { cluster, subnet, role } = target()
      expect(
        await named(
          eks().send(
            new CreateNodegroupCommand({
              clusterName: cluster,
              nodegroupName: group,
              subnets: [subnet],
              nodeRole: role,
              clientRequestToken: 'another',
            }),
          ),
        ),
      ).toBe('ResourceInUseException')
      expect(
        await named(
          eks().send(
            new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: 'nobody' }),
          ),
        ),
      ).toBe('ResourceNotFoundException')
      expect(await named(eks().send(new DescribeClusterCommand({ name: 'nobody' })))).toBe(
        'ResourceNotFoundException',
      )
      expect(
        await named(
          eks().send(
            new UpdateNodegroupConfigCommand({
              clusterName: cluster,
              nodegroupName: 'nobody',
              scalingConfig: { desiredSize: 0 },
            }),
          ),
        ),
      ).toBe('ResourceNotFoundException')
    })
    test('it goes away', async () => {
      const { cluster } = target()
      await eks().send(new DeleteNodegroupCommand({ clusterName: cluster, nodegroupName: group }))
      const after = await eks()
        .send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: group }))
        .then(
          ({ nodegroup }) => nodegroup?.status,
          (error: unknown) => (error as Error).name,
        )
      expect(['DELETING', 'ResourceNotFoundException']).toContain(after)
    })
  })
  describe('EC2', () => {
    const ec2 = () => new EC2Client(target().config)
    test('tells of zones, types with their GPUs, where they are offered, and subnets', async () => {
      const { instanceType, zone, subnet } = target()
      const zones = await ec2().send(new DescribeAvailabilityZonesCommand({}))
      expect(zones.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toContain(zone)
      const types = await ec2().send(
        new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as never] }),
      )
      expect(types.InstanceTypes?.[0]).toMatchObject({
        InstanceType: instanceType,
        VCpuInfo: { DefaultVCpus: expect.any(Number) as number },
        MemoryInfo: { SizeInMiB: expect.any(Number) as number },
      })
      expect(types.InstanceTypes?.[0]?.GpuInfo?.Gpus?.[0]).toMatchObject({
        Manufacturer: 'NVIDIA',
        Count: expect.any(Number) as number,
      })
      const offered = await ec2().send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: 'availability-zone',
          Filters: [{ Name: 'instance-type', Values: [instanceType] }],
        }),
      )
      expect(
        offered.InstanceTypeOfferings?.every(({ InstanceType }) => InstanceType === instanceType),
      ).toBe(true)
      const subnets = await ec2().send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }))
      expect(subnets.Subnets?.[0]).toMatchObject({ SubnetId: subnet, AvailabilityZone: zone })
    })
    test('an unknown type is refused by name', async () => {
      expect(
        await named(
          ec2().send(new DescribeInstanceTypesCommand({ InstanceTypes: ['x9.huge' as never] })),
        ),
      ).toBe('InvalidInstanceType')
    })
    test('tells what a spot machine cost', async () => {
      const { SpotPriceHistory = [] } = await ec2().send(
        new DescribeSpotPriceHistoryCommand({
          InstanceTypes: [target().instanceType as never],
          ProductDescriptions: ['Linux/UNIX'],
        }),
      )
      for (const point of SpotPriceHistory) {
        expect(Number(point.SpotPrice)).toBeGreaterThan(0)
        expect(point.Timestamp).toBeInstanceOf(Date)
      }
    })
    test('lists machines and volumes', async () => {
      expect(Array.isArray((await ec2().send(new DescribeInstancesCommand({}))).Reservations)).toBe(
        true,
      )
      expect(
        Array.isArray(
          (
            await ec2().send(
              new DescribeVolumesCommand({ Filters: [{ Name: 'status', Values: ['available'] }] }),
            )
          ).Volumes,
        ),
      ).toBe(true)
    })
  })
  describe('STS', () => {
    const sts = () => new STSClient(target().config)
    test('knows who asks, and lends a role', async () => {
      expect(await sts().send(new GetCallerIdentityCommand({}))).toMatchObject({
        Account: expect.stringMatching(/^\d{12}$/) as string,
        Arn: expect.stringContaining('arn:aws:') as string,
      })
      const { Account = '' } = await sts().send(new GetCallerIdentityCommand({}))
      const { Credentials } = await sts().send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${Account}:role/takt`,
          RoleSessionName: 'conformance',
        }),
      )
      expect(Credentials).toMatchObject({
        AccessKeyId: expect.any(String) as string,
        SessionToken: expect.any(String) as string,
        Expiration: expect.any(Date) as Date,
      })
    })
  })
  s3Conformance(target, named)
}

function s3Conformance(
  target: () => AwsTarget,
  named: (asked: Promise<unknown>) => Promise<string>,
) {
  describe('S3', () => {
    const Bucket = 'takt-conformance'
    const s3 = () => new S3Client({ ...target().config, forcePathStyle: true })
    test('keeps what is written, whole and in ranges, with its checksum', async () => {
      await s3().send(
        new CreateBucketCommand({
          Bucket,
          ...(target().config.region !== 'us-east-1' && {
            CreateBucketConfiguration: { LocationConstraint: target().config.region as never },
          }),
        }),
      )
      await s3().send(
        new PutObjectCommand({
          Bucket,
          Key: 'a/one two.txt',
          Body: 'hello world',
          ChecksumAlgorithm: 'SHA256',
          Metadata: { made: 'here' },
        }),
      )
      const whole = await s3().send(new GetObjectCommand({ Bucket, Key: 'a/one two.txt' }))
      expect(await whole.Body?.transformToString()).toBe('hello world')
      expect(whole.Metadata).toEqual({ made: 'here' })
      const part = await s3().send(
        new GetObjectCommand({ Bucket, Key: 'a/one two.txt', Range: 'bytes=6-10' }),
      )
      expect(await part.Body?.transformToString()).toBe('world')
      expect(part.ContentRange).toBe('bytes 6-10/11')
      const head = await s3().send(
        new HeadObjectCommand({ Bucket, Key: 'a/one two.txt', ChecksumMode: 'ENABLED' }),
      )
      expect(head).toMatchObject({
        ContentLength: 11,
        ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"',
        ChecksumSHA256: 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=',
      })
    })
    test('what is not there has a name of its own', async () => {
      expect(await named(s3().send(new GetObjectCommand({ Bucket, Key: 'nothing' })))).toBe(
        'NoSuchKey',
      )
      expect(await named(s3().send(new HeadObjectCommand({ Bucket, Key: 'nothing' })))).toBe(
        'NotFound',
      )
      expect(
        await named(s3().send(new ListObjectsV2Command({ Bucket: 'no-such-bucket-anywhere' }))),
      ).toBe('NoSuchBucket')
    })
    test('lists by prefix, page by page', async () => {
      for (const n of [1, 2, 3])
        await s3().send(new PutObjectCommand({ Bucket, Key: `pages/${n}`, Body: `${n}` }))
      const first = await s3().send(
        new ListObjectsV2Command({ Bucket, Prefix: 'pages/', MaxKeys: 2 }),
      )
      expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2 })
      const rest = await s3().send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: 'pages/',
          MaxKeys: 2,
          ContinuationToken: first.NextContinuationToken,
        }),
      )
      expect([...(first.Contents ?? []), ...(rest.Contents ?? [])].map(({ Key }) => Key)).toEqual([
        'pages/1',
        'pages/2',
        'pages/3',
      ])
      await s3().send(new DeleteObjectCommand({ Bucket, Key: 'pages/1' }))
      expect(
        (await s3().send(new ListObjectsV2Command({ Bucket, Prefix: 'pages/' }))).KeyCount,
      ).toBe(2)
    })
    test('puts together what came in parts, and keeps what was begun until it is given up', async () => {
      const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }))
      const parts = []
      for (const [index, body] of [
        Buffer.alloc(5 * 1024 * 1024, 1),
        Buffer.from('end'),
      ].entries()) {
        const { ETag } = await s3().send(
          new UploadPartCommand({
            Bucket,
            Key: 'big',
            UploadId,
            PartNumber: index + 1,
            Body: body,
          }),
        )
        parts.push({ ETag, PartNumber: index + 1 })
      }
      expect(
        (await s3().send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map(
          ({ Key }) => Key,
        ),
      ).toEqual(['big'])
      const done = await s3().send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'big',
          UploadId,
          MultipartUpload: { Parts: parts },
        }),
      )
      expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
      expect((await s3().send(new HeadObjectCommand({ Bucket, Key: 'big' }))).ContentLength).toBe(
        5 * 1024 * 1024 + 3,
      )
      const left = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key: 'left' }))
      await s3().send(
        new AbortMultipartUploadCommand({ Bucket, Key: 'left', UploadId: left.UploadId }),
      )
      expect((await s3().send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual(
        [],
      )
    })
    test('tells whether a bucket keeps versions', async () => {
      expect(['Enabled', undefined]).toContain(
        (await s3().send(new GetBucketVersioningCommand({ Bucket }))).Status,
      )
    })
  })
}
