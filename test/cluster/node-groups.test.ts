import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks'
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCapacity } from '../../main/capabilities/capacity'
import { makeCloud, type CloudPorts } from '../../main/capabilities/cloud'
import { makeOperations } from '../../main/capabilities/operations'
import { makeMeans } from '../../main/capabilities/sites'
import { targetOf } from '../../main/capabilities/sites/adapters/credentials'
import { readKubeconfigs } from '../../main/capabilities/sites/adapters/kubeconfig'
import { succeed, type Outcome } from '../../main/kernel/outcome'
import { seeded } from '../../main/kernel/random'
import { makeAws } from '../../main/platform/aws'
import { systemClock } from '../../main/platform/clock/system'
import { makeKubeClient } from '../../main/platform/kubernetes/client'
import { silentLog } from '../../main/platform/log'
import { makeNetwork } from '../../main/platform/network'
import { openStore } from '../../main/platform/store'
import { lacking } from './stack/found'
import { startAws, type Aws } from './stack/moto'
import { playNodeGroups, type NodeGlue } from './stack/node-groups'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

const lacks = lacking('moto')
const CLUSTER = 'aws-burst'
const SITE = 'burst'
const keys = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret-of-the-test' }
const telling = () => ({ signal: new AbortController().signal, progress: () => undefined })
function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure))
  return outcome.value
}

describe.skipIf(lacks !== undefined)(
  `node groups over a real control plane${lacks ? ` (${lacks})` : ''}`,
  () => {
    let plane: Plane
    let aws: Aws
    let glue: NodeGlue
    let folder: string
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'takt-node-groups-'))
      ;[plane, aws] = await Promise.all([startPlane(), startAws()])
      const config = { endpoint: aws.endpoint, region: aws.region, credentials: keys }
      const { Subnets = [] } = await new EC2Client(config).send(new DescribeSubnetsCommand({}))
      const subnets = Subnets.flatMap(({ SubnetId }) => SubnetId ?? [])
      const eks = new EKSClient(config)
      await eks.send(
        new CreateClusterCommand({
          name: CLUSTER,
          roleArn: 'arn:aws:iam::123456789012:role/eks',
          resourcesVpcConfig: { subnetIds: subnets },
        }),
      )
      aws.proxy.groups.clusters.set(CLUSTER, { endpoint: plane.server, ca: plane.authority })
      await eks.send(
        new CreateNodegroupCommand({
          clusterName: CLUSTER,
          nodegroupName: 'first',
          nodeRole: 'arn:aws:iam::123456789012:role/nodes',
          subnets: subnets.slice(0, 1),
          instanceTypes: ['g6e.12xlarge'],
          scalingConfig: { minSize: 0, maxSize: 4, desiredSize: 0 },
        }),
      )
      glue = playNodeGroups({ aws, plane, cluster: CLUSTER })
    })
    afterAll(async () => {
      await glue?.stop()
      await Promise.all([plane?.stop(), aws?.stop()])
      rmSync(folder, { recursive: true, force: true })
    })

    let end = () => {}
    /** A core's part that rents machines, on a store that outlives it. */
    function begin() {
      end()
      const store = value(openStore(folder, { pid: process.pid, now: () => Date.now() }))
      const path = join(folder, 'kubeconfig')
      writeFileSync(path, plane.adminKubeconfig)
      const means = makeMeans({ clock: systemClock, env: {}, settings: store.settings })
      const [context] = readKubeconfigs([{ path, asked: true }]).contexts
      if (!context) throw new Error('no context was found')
      const client = makeKubeClient(value(targetOf(() => succeed(context), means)), {
        clock: systemClock,
        random: seeded(1),
      })
      const sites = {
        states: () => [
          {
            id: SITE,
            name: SITE,
            place: 'cloud' as const,
            meta: aws.region,
            simulated: false,
            state: 'live' as const,
            home: false,
            prepared: 'no' as const,
            offers: [],
          },
        ],
        client: () => succeed(client),
        home: () => succeed(client),
        onChange: () => () => undefined,
        clockOf: () => client.clock,
        review: (
          _site: string,
          asks: { says: string; verb: string; group: string; resource: string }[],
        ) =>
          Promise.resolve(
            succeed(asks.map((ask) => ({ ...ask, allowed: 'yes' as const, grantedBy: [] }))),
          ),
      } as unknown as CloudPorts['sites']
      const sdk = makeAws({
        env: { HOME: folder },
        clock: systemClock,
        network: makeNetwork({
          env: {},
          settings: () => ({ caFiles: [], proxy: '', noProxy: '' }),
        }),
        processes: { run: () => Promise.reject(new Error('nothing runs')) },
        local: () => [{ profile: 'test', region: aws.region, endpoint: aws.endpoint, ...keys }],
      })
      const operations = makeOperations({
        journal: store.operations,
        clock: systemClock,
        random: seeded(3),
        log: silentLog,
        clockOf: () => systemClock,
        client: () => succeed(client),
        onSites: () => () => undefined,
      })
      const cloud = makeCloud({
        sites,
        operations,
        capacity: makeCapacity({ sites }),
        accounts: () => [
          { site: SITE, profile: 'test', region: aws.region, cluster: CLUSTER, simulated: false },
        ],
        clients: ({ profile, region }) => sdk.clients({ profile, region }),
        mayLead: () => Promise.resolve('yes' as const),
        spend: () => Promise.resolve(succeed({ blockedBy: [] })),
        shipped: () => [],
        store,
        clock: systemClock,
        random: seeded(4),
        log: silentLog,
      })
      return {
        cloud,
        operations,
        async run(asking: Promise<Outcome<{ id: string; blockedBy: unknown[] }>>) {
          const plan = value(await asking)
          expect(plan.blockedBy).toEqual([])
          const { operationId } = value(await operations.start({ planId: plan.id }))
          await operations.settled()
          const ended = value(operations.get(operationId))
          return ended.failure ? JSON.stringify(ended.failure) : ended.state
        },
        end: (end = () => {
          end = () => undefined
          operations.close()
          client.close()
          store.close()
        }),
      }
    }
    const machines = (group: string) =>
      [...glue.machines.values()].filter((machine) => machine.group === group)
    const nodes = async (group: string) =>
      (
        await plane.admin.ask<{ items: unknown[] }>(
          `/api/v1/nodes?labelSelector=${encodeURIComponent(`eks.amazonaws.com/nodegroup=${group}`)}`,
        )
      ).items.length
    const template = {
      name: 'made',
      provisioner: 'node-group' as const,
      instanceTypes: ['g6e.12xlarge'],
      capacityType: 'spot' as const,
      zones: [],
      maxNodes: 3,
      diskGi: 100,
      labels: {},
      taints: [],
    }

    test('a group is made, filled, and emptied: none, two, none, while AWS throttles', async () => {
      const core = begin()
      expect(await core.run(core.cloud.planCreatePool({ site: SITE, template }))).toBe('done')
      aws.proxy.faults.add({ service: 'eks', times: 3, fault: { kind: 'throttle' } })
      aws.proxy.faults.add({
        service: 'eks',
        action: /update-config/,
        times: 1,
        fault: { kind: 'lose-answer' },
      })
      expect(
        await core.run(core.cloud.planScale({ site: SITE, nodeGroup: 'made', desired: 2 })),
      ).toBe('done')
      expect([machines('made').length, await nodes('made')]).toEqual([2, 2])
      const { pools } = await core.cloud.pools(SITE)
      expect(pools.find(({ name }) => name === 'made')).toMatchObject({
        gpu: { count: 4, model: 'NVIDIA-L40S' },
        capacityType: 'spot',
        price: { source: 'aws-spot-history', stale: false },
      })
      expect(
        (await core.cloud.orphans()).orphans.filter(({ kind }) => kind === 'instance'),
      ).toEqual([])
      expect(
        await core.run(core.cloud.planScale({ site: SITE, nodeGroup: 'made', desired: 0 })),
      ).toBe('done')
      await until(async () => (await nodes('made')) === 0, {
        seconds: 60,
        why: () => 'machines stayed',
      })
      core.end()
    })

    test('one machine of two goes by name, the other stays, and a drained one is closed first', async () => {
      const core = begin()
      expect(
        await core.run(core.cloud.planScale({ site: SITE, nodeGroup: 'made', desired: 2 })),
      ).toBe('done')
      const [gone] = machines('made')
      expect(
        await core.run(
          core.cloud.planDrain({
            site: SITE,
            nodeGroup: 'made',
            node: gone?.node,
            then: 'scale-to-zero',
          }),
        ),
      ).toBe('done')
      expect(machines('made').map(({ node }) => node)).not.toContain(gone?.node)
      expect(await nodes('made')).toBe(1)
      expect(
        await core.run(core.cloud.planScale({ site: SITE, nodeGroup: 'made', desired: 0 })),
      ).toBe('done')
      core.end()
    })

    test('a claim outlives the core that made it: the next one asks for no second machine, and gives it up', async () => {
      const first = begin()
      const stop = new AbortController()
      const ask = { site: SITE, pool: 'made', nodes: 1, claim: 'move-1' }
      const cut = first.cloud.market
        .ensureNodes(ask, {
          signal: stop.signal,
          progress: (says) => {
            if (/^0 of 1/.test(says)) stop.abort(new Error('killed'))
          },
        })
        .catch(() => undefined)
      await cut
      first.end()
      const next = begin()
      expect(await next.cloud.market.ensureNodes(ask, telling())).toEqual({
        ok: true,
        value: { pool: 'made' },
      })
      expect(machines('made')).toHaveLength(1)
      expect(await next.cloud.market.releaseNodes(ask, telling())).toMatchObject({ ok: true })
      await until(async () => (await nodes('made')) === 0 && machines('made').length === 0, {
        seconds: 60,
        why: () => 'a machine stayed and is billed',
      })
      expect((await next.cloud.orphans()).orphans).toEqual([])
      next.end()
    })

    test('a zone without machines refuses in words, and the wish is taken back', async () => {
      const core = begin()
      for (const zone of aws.proxy.catalogue.zones) glue.short.add(zone)
      const refused = await core.cloud.market.ensureNodes(
        { site: SITE, pool: 'made', nodes: 1, claim: 'move-2' },
        telling(),
      )
      expect(refused).toMatchObject({
        ok: false,
        failure: { code: 'CLOUD_CAPACITY_SHORT', data: { nodeGroup: 'made' } },
      })
      glue.short.clear()
      expect(
        (await core.cloud.pools(SITE)).pools.find(({ name }) => name === 'made'),
      ).toMatchObject({ nodesLeft: 0, capacity: 'short' })
      await until(() => Promise.resolve(machines('made').length === 0), {
        seconds: 20,
        why: () => 'a machine came although nobody waits for it',
      })
      core.end()
    })
  },
)
