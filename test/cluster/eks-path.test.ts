import {
  DescribeInstancesCommand,
  DescribeSpotPriceHistoryCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks'
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing'
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AWS_KEY, burstStackLacks, CLUSTER, startBurstStack, type BurstStack } from './burst-stack'
import { BentClock } from '../support/clock'
import { sitDown } from './discovery/person'
import { isState, live, siteIs, soon } from './discovery/watching'
import { Client } from './stack/client'

const lacks = burstStackLacks()

describe.skipIf(lacks !== undefined)(
  `an AWS account over two planes${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let eks: EKSClient
    let config: {
      endpoint: string
      region: string
      credentials: typeof AWS_KEY
      maxAttempts: number
    }
    beforeAll(async () => {
      stack = await startBurstStack({ kueue: false })
      config = {
        endpoint: stack.aws.endpoint,
        region: stack.aws.region,
        credentials: AWS_KEY,
        maxAttempts: 1,
      }
      eks = new EKSClient(config)
    })
    afterAll(async () => {
      eks?.destroy()
      await stack?.stop()
    })
    beforeEach(() => stack.aws.proxy.faults.clear())

    const scale = (name: string, desiredSize: number) =>
      eks.send(
        new UpdateNodegroupConfigCommand({
          clusterName: CLUSTER,
          nodegroupName: name,
          scalingConfig: { desiredSize },
        }),
      )
    const group = async (name: string) =>
      (await eks.send(new DescribeNodegroupCommand({ clusterName: CLUSTER, nodegroupName: name })))
        .nodegroup
    const nodes = async () =>
      (
        await stack.cloud.admin.ask<{
          items: {
            metadata: { name: string; labels: Record<string, string> }
            status: { conditions?: { type: string; status: string }[] }
          }[]
        }>('/api/v1/nodes')
      ).items
    const ready = async () =>
      (await nodes()).filter(({ status }) =>
        status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      ).length

    test("the cluster's address and authority are those of the second plane, and a presigned request opens it", async () => {
      const { cluster } = await eks.send(new DescribeClusterCommand({ name: CLUSTER }))
      expect(cluster).toMatchObject({ endpoint: stack.cloud.server, status: 'ACTIVE' })
      const client = new Client(
        cluster?.endpoint ?? '',
        Buffer.from(cluster?.certificateAuthority?.data ?? '', 'base64').toString(),
      )
      const nodesAs = async (token: string) =>
        (await client.call('/api/v1/nodes', { headers: { authorization: `Bearer ${token}` } }))
          .status
      expect(await nodesAs(await tokenFor(CLUSTER, AWS_KEY))).toBe(200)
      expect(await nodesAs(await tokenFor('another', AWS_KEY))).toBe(401)
      expect(
        await nodesAs(await tokenFor(CLUSTER, { ...AWS_KEY, secretAccessKey: 'guessed' })),
      ).toBe(401)
      expect(stack.cloud.refused.join('; ')).toMatch(/signature/i)
      await client.close()
    })

    test('Takt finds the cluster in the account, signs in to it by keys alone, and says what AWS says when it may not', async () => {
      const mara = await sitDown(
        stack.onPrem,
        { user: 'mara', groups: ['system:masters'] },
        { env: stack.env, clock: new BentClock({ speed: 20 }) },
      )
      try {
        const { profiles } = await mara.takt.sites.awsProfiles()
        const profile = profiles.find(({ kind }) => kind === 'environment')?.name ?? ''
        const where = { profile, region: stack.aws.region }
        stack.aws.proxy.faults.add({ service: 'eks', times: 1, fault: { kind: 'throttle' } })
        expect((await mara.takt.sites.eksClusters(where)).clusters.map(({ name }) => name)).toEqual(
          [CLUSTER],
        )
        const { site } = await mara.takt.sites.addEks({ ...where, cluster: CLUSTER })
        await mara.takt.sites.connect({ site })
        const cloud = { ...mara, site }
        expect(await siteIs(cloud, live)).toMatchObject({
          user: 'mara',
          source: 'eks',
          version: 'v1.34.4',
        })
        stack.aws.proxy.faults.add({ service: 'eks', fault: { kind: 'html' } })
        await expect(mara.takt.sites.eksClusters(where)).rejects.toMatchObject({
          code: expect.stringMatching(/^AWS_/) as string,
        })
        // The cluster is not AWS: what is connected stays so while AWS answers pages of HTML.
        expect((await siteIs(cloud, live)).state).toBe('live')
        stack.aws.proxy.faults.clear()
        const key = stack.cloud.keys.get(AWS_KEY.accessKeyId)
        if (key) stack.cloud.keys.set(AWS_KEY.accessKeyId, { ...key, revoked: true })
        expect((await siteIs(cloud, isState('failed'))).failure).toMatchObject({
          code: 'CREDENTIAL_REFUSED',
        })
        if (key) stack.cloud.keys.set(AWS_KEY.accessKeyId, key)
        await soon(
          () =>
            mara.takt.sites.connect({ site }).then(
              () => true,
              () => false,
            ),
          'the key that works again was not taken',
        )
        await siteIs(cloud, live)
      } finally {
        await mara.leave()
      }
    })

    test('a node group takes its time, brings machines with GPUs, and gives them back', async () => {
      await stack.addNodeGroup({
        name: 'l40s',
        instanceType: 'g6e.12xlarge',
        zone: 'us-east-1b',
        spot: true,
      })
      expect((await group('l40s'))?.status).toBe('CREATING')
      await soon(
        async () => (await group('l40s'))?.status === 'ACTIVE',
        'the group did not become active',
      )
      await scale('l40s', 2)
      expect((await group('l40s'))?.status).toBe('UPDATING')
      await soon(async () => (await ready()) === 2, 'two nodes did not come')
      expect((await nodes())[0]?.metadata.labels).toMatchObject({
        'eks.amazonaws.com/nodegroup': 'l40s',
        'topology.kubernetes.io/zone': 'us-east-1b',
        'nvidia.com/gpu.count': '4',
      })
      const ec2 = new EC2Client(config)
      const running = await ec2.send(
        new DescribeInstancesCommand({
          Filters: [
            { Name: 'tag:eks:nodegroup-name', Values: ['l40s'] },
            { Name: 'instance-state-name', Values: ['running'] },
          ],
        }),
      )
      expect(running.Reservations?.flatMap(({ Instances }) => Instances ?? [])).toHaveLength(2)
      ec2.destroy()
      await scale('l40s', 0)
      await soon(async () => (await nodes()).length === 0, 'the nodes did not go')
      await eks.send(new DeleteNodegroupCommand({ clusterName: CLUSTER, nodegroupName: 'l40s' }))
      expect((await group('l40s'))?.status).toBe('DELETING')
      await soon(
        () =>
          group('l40s').then(
            () => false,
            (error: Error) => error.name === 'ResourceNotFoundException',
          ),
        'the group did not go',
      )
    })

    test('a zone without machines shows as the health of the group, and the group recovers', async () => {
      await stack.addNodeGroup({ name: 'p5', instanceType: 'p5.48xlarge', zone: 'us-east-1c' })
      stack.glue.short.add('us-east-1c')
      await scale('p5', 1)
      await soon(
        async () => (await group('p5'))?.status === 'DEGRADED',
        'the group was not degraded',
      )
      expect((await group('p5'))?.health?.issues).toMatchObject([
        {
          code: 'AsgInstanceLaunchFailures',
          message: expect.stringContaining('InsufficientInstanceCapacity') as string,
        },
      ])
      stack.glue.short.clear()
      await soon(async () => (await ready()) === 1, 'the node did not come')
      expect((await group('p5'))?.health?.issues).toEqual([])
      const [taken] = [...stack.glue.machines]
      await stack.glue.interrupt(taken?.[1].node ?? '')
      await soon(
        async () => (await ready()) === 1 && !stack.glue.machines.has(taken?.[0] ?? ''),
        'no other machine came after the interruption',
      )
      await scale('p5', 0)
    })

    test('prices, spot prices and quotas are answered as AWS words them', async () => {
      const [pricing, ec2, quotas] = [
        new PricingClient(config),
        new EC2Client(config),
        new ServiceQuotasClient(config),
      ]
      const { PriceList = [] } = await pricing.send(
        new GetProductsCommand({
          ServiceCode: 'AmazonEC2',
          Filters: [
            { Type: 'TERM_MATCH', Field: 'instanceType', Value: 'p5.48xlarge' },
            { Type: 'TERM_MATCH', Field: 'regionCode', Value: 'us-east-1' },
          ],
        }),
      )
      expect(PriceList.map((text: unknown) => JSON.stringify(text))).toEqual([
        expect.stringContaining('55.04'),
      ])
      const { SpotPriceHistory = [] } = await ec2.send(
        new DescribeSpotPriceHistoryCommand({
          InstanceTypes: ['p5.48xlarge'],
          ProductDescriptions: ['Linux/UNIX'],
          StartTime: new Date(),
        }),
      )
      expect(SpotPriceHistory.map(({ AvailabilityZone }) => AvailabilityZone).toSorted()).toEqual([
        'us-east-1a',
        'us-east-1b',
        'us-east-1c',
      ])
      const { Quotas = [] } = await quotas.send(
        new ListServiceQuotasCommand({ ServiceCode: 'ec2' }),
      )
      expect(Quotas.find(({ QuotaCode }) => QuotaCode === 'L-417A185B')).toMatchObject({
        Value: 192,
      })
      for (const client of [pricing, ec2, quotas]) client.destroy()
    })

    test('every fault of the account reaches the client as AWS would have sent it', async () => {
      const { faults } = stack.aws.proxy
      const list = () => eks.send(new DescribeClusterCommand({ name: CLUSTER }))
      faults.add({ service: 'eks', times: 1, fault: { kind: 'throttle' } })
      await expect(list()).rejects.toMatchObject({
        name: 'TooManyRequestsException',
        $metadata: { httpStatusCode: 429 },
      })
      faults.add({ service: 'eks', times: 1, fault: { kind: 'html' } })
      await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } })
      faults.add({
        service: 'eks',
        times: 1,
        fault: {
          kind: 'refuse',
          status: 403,
          code: 'AccessDeniedException',
          message: 'not authorized to perform: eks:DescribeCluster',
        },
      })
      await expect(list()).rejects.toMatchObject({ name: 'AccessDeniedException' })
      faults.add({ service: 'eks', times: 1, fault: { kind: 'cut' } })
      await expect(list()).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect((await list()).cluster?.name).toBe(CLUSTER)
    })

    test('a clock that is wrong by an hour is refused once, and the SDK corrects itself by the answer', async () => {
      stack.aws.proxy.skewMs = 3_600_000
      const patient = new EKSClient({ ...config, maxAttempts: 3 })
      expect(
        (await patient.send(new DescribeClusterCommand({ name: CLUSTER }))).cluster?.name,
      ).toBe(CLUSTER)
      stack.aws.proxy.skewMs = 0
      patient.destroy()
    })
  },
)

/** A token as the AWS command line makes it, written down here so that the product is not tested by itself. */
async function tokenFor(cluster: string, credentials: typeof AWS_KEY): Promise<string> {
  const signer = new SignatureV4({
    credentials,
    region: 'us-east-1',
    service: 'sts',
    sha256: Sha256,
    applyChecksum: false,
  })
  const host = 'sts.us-east-1.amazonaws.com'
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      headers: { host, 'x-k8s-aws-id': cluster },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    },
    {
      expiresIn: 60,
      unhoistableHeaders: new Set(['x-k8s-aws-id']),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  )
  const query = new URLSearchParams(
    Object.entries(signed.query ?? {}).map(([name, value]) => [name, String(value)]),
  )
  return `k8s-aws-v1.${Buffer.from(`https://${host}/?${query.toString()}`).toString('base64url')}`
}
