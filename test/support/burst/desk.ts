import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation } from '../../../preload/contract/operations'
import type { BurstPolicySpec } from '../../../preload/contract/records/burst'
import { makeBurst, makePolicy, type CloudPorts } from '../../../main/capabilities/burst'
import { DEFAULT_POLICY } from '../../../main/capabilities/burst/live/policy'
import type { CloudMarket, CloudPool } from '../../../main/capabilities/burst/ports'
import { makeCapacity } from '../../../main/capabilities/capacity'
import { makeNeeds } from '../../../main/capabilities/needs'
import { makeOperations } from '../../../main/capabilities/operations'
import { failure } from '../../../preload/contract/failures'
import { timestamp } from '../../../main/kernel/clock'
import { fail, succeed } from '../../../main/kernel/outcome'
import { seeded } from '../../../main/kernel/random'
import { silentLog } from '../../../main/platform/log'
import type { KubeObject } from '../../../main/platform/kubernetes/types'
import { openStore } from '../../../main/platform/store'
import { HandClock } from '../clock'
import { FakeKube } from '../fakes/kube'
import { fakeRecords, fakeSites, siteState } from '../fakes/ports'

export const HOUR = 3600
const A100 = 'NVIDIA-A100-SXM4-80GB'
const ABSENT = ['workloads', 'localqueues', 'trainjobs', 'pytorchjobs', 'workflows']
type Marks = Record<string, string>

/** A suspended run that wants eight GPUs together for two hours. */
export const aRun = (
  name: string,
  {
    annotations = {},
    namespace = 'vision',
    gpus = 8,
  }: { annotations?: Marks; namespace?: string; gpus?: number } = {},
): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name,
    namespace,
    labels: { 'kueue.x-k8s.io/queue-name': 'training', 'takt.dev/owner': 'mia' },
    annotations: { 'takt.dev/expected-seconds': String(2 * HOUR), ...annotations },
  },
  spec: {
    suspend: true,
    template: {
      spec: {
        nodeSelector: { 'nvidia.com/gpu.product': A100 },
        containers: [
          {
            name: 'train',
            image: 'registry.example/train:1',
            resources: { limits: { 'nvidia.com/gpu': String(gpus) } },
          },
        ],
      },
    },
  },
})
/** Machines with eight A100 that can be had by the hour. */
export const aPool = (
  site: string,
  clock: HandClock,
  more: Partial<CloudPool> = {},
): CloudPool => ({
  name: 'p4d',
  site,
  instanceType: 'p4d.24xlarge',
  zone: 'eu-north-1a',
  spot: false,
  gpuProduct: 'NVIDIA-A100-SXM4-40GB',
  gpusPerNode: 8,
  gpuMemoryGib: 40,
  cpuCores: 96,
  memoryGi: 1152,
  usdPerNodeHour: 22,
  priceAsOf: clock.now(),
  priceSource: 'aws-pricing',
  bootSeconds: 360,
  nodesLeft: 4,
  limitSays: '',
  nodes: [],
  ...more,
})

interface Outline {
  clouds?: string[]
  policy?: Partial<BurstPolicySpec>
  /** Who asks; the first person may do everything. */ user?: string
  forbidden?: string[]
  records?: KubeObject[]
}
/** A full building with one node, cloud sites whose markets are told by hand, and everything that decides and moves over them, on a clock that is moved by hand. */
export function aDesk({
  clouds = ['aws'],
  policy = {},
  user = 'mara',
  forbidden = [],
  records = [],
}: Outline = {}) {
  const clock = new HandClock()
  const folder = mkdtempSync(join(tmpdir(), 'takt-desk-'))
  const opened = openStore(folder, { pid: process.pid, now: () => clock.now() })
  if (!opened.ok) throw new Error(opened.failure.code)
  const store = opened.value
  const { kubes, kubeOf, home } = clusters(clock, { clouds, policy, user, forbidden, records })
  const states = [
    siteState(),
    ...clouds.map((id) => siteState({ id, name: id, place: 'cloud', home: false })),
  ]
  const base = fakeSites(home, states)
  const sites = {
    ...base,
    client: (site: string) => {
      const kube = kubes.get(site)
      return kube ? succeed(kube) : fail(failure('SITE_UNKNOWN', { site }))
    },
    homeId: () => 'oslo',
    clockOf: () => clock,
  }
  const reviewOf = (site: string) => fakeSites(kubeOf(site), states)
  const everywhere = {
    ...sites,
    review: ((site, asks, signal) =>
      reviewOf(site).review(site, asks, signal)) as typeof base.review,
  }
  const operations = makeOperations({
    journal: store.operations,
    clock,
    random: seeded(3),
    log: silentLog,
    clockOf: () => clock,
    client: everywhere.client,
    onSites: () => () => undefined,
  })
  const capacity = makeCapacity({ sites: everywhere })
  const shared = fakeRecords(home)
  const cloud = theCloud(clock, clouds)
  const service = makeBurst({
    sites: everywhere,
    records: shared,
    operations,
    capacity,
    needs: makeNeeds({ sites: everywhere, capacity, records: shared }),
    cloud: cloud.ports,
    store,
    clock,
    random: seeded(5),
    log: silentLog,
    money: { budgets: () => Promise.resolve(succeed([])) },
    stopwatch: () => 0,
  })
  const rules = makePolicy({
    sites: everywhere,
    records: shared,
    operations,
    clock,
    steward: () => ({ state: 'none', says: '' }),
    planWith: service.planWith,
    plan: (signal) => service.plan(undefined, signal),
  })
  return {
    clock,
    home,
    kubeOf,
    service,
    rules,
    operations,
    cloud,
    store,
    /** Puts a suspended run into the queue. */
    queue: (name: string, more?: Parameters<typeof aRun>[1]) => home.put(aRun(name, more)),
    ref: (name: string, namespace = 'vision') => ({
      site: 'oslo',
      kind: 'Job' as const,
      namespace,
      name,
    }),
    /** Lives on until an operation has come to rest, as the Job controllers let it. */
    async settled(id: string): Promise<Operation> {
      for (let step = 0; step < 400; step += 1) {
        play(kubes.values(), clock)
        const found = operations.get(id)
        if (found.ok && !['running', 'cancelling', 'undoing'].includes(found.value.state))
          return found.value
        await clock.advance(1000)
      }
      throw new Error(`It never came to rest: ${JSON.stringify(operations.get(id))}`)
    },
    close() {
      operations.close()
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Desk = ReturnType<typeof aDesk>

/** The clusters as they begin: one busy node at home, nothing elsewhere. */
function clusters(
  clock: HandClock,
  { clouds, policy, user, forbidden, records }: Required<Outline>,
) {
  const kubes = new Map(['oslo', ...clouds].map((site) => [site, new FakeKube({ site, clock })]))
  const kubeOf = (site: string) => {
    const kube = kubes.get(site)
    if (!kube) throw new Error(site)
    return kube
  }
  for (const kube of kubes.values()) {
    for (const plural of ABSENT) kube.absent.add(plural)
    kube.user = user
    for (const name of ['vision', 'voice'])
      kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  const home = kubeOf('oslo')
  for (const right of forbidden) home.forbidden.add(right)
  const begun = clock.now()
  home.put(nodeObject('a100-1'))
  home.put({
    ...aRun('long'),
    status: { active: 1, startTime: timestamp(begun) },
    spec: { ...(aRun('long')['spec'] as object), suspend: false },
  })
  home.put(podObject('long', 'a100-1', begun))
  home.put({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'BurstPolicy',
    metadata: { name: 'default' },
    spec: {
      ...DEFAULT_POLICY,
      title: 'test',
      waiting: [{ team: '', usdPerHour: 10_000 }],
      ...policy,
    },
  })
  for (const record of records) home.put(record)
  return { kubes, kubeOf, home }
}
function nodeObject(name: string): KubeObject {
  const capacity = { cpu: '128', memory: '1024Gi', 'nvidia.com/gpu': '8', pods: '110' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'nvidia.com/gpu.product': A100 } },
    status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] },
  }
}
const podObject = (job: string, node: string, since: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${job}-0`,
    namespace: 'vision',
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: job, uid: `uid-of-${job}` }],
  },
  spec: {
    nodeName: node,
    containers: [{ name: 'train', image: 'x', resources: { requests: { 'nvidia.com/gpu': '8' } } }],
  },
  status: { phase: 'Running', startTime: timestamp(since) },
})
/** Plays the Job controllers: what is not suspended works. */
function play(kubes: Iterable<FakeKube>, clock: HandClock) {
  for (const kube of kubes) {
    for (const job of kube.all('Job')) {
      const suspended = (job['spec'] as { suspend?: boolean }).suspend === true
      const before = job['status'] as
        { active?: number; conditions?: unknown[]; startTime?: string } | undefined
      if (before?.conditions || (before?.active ?? 0) === (suspended ? 0 : 1)) continue
      kube.put({
        ...job,
        status: suspended ? { active: 0 } : { active: 1, startTime: timestamp(clock.now()) },
      })
    }
  }
}

/** Cloud sites whose machines, prices and refusals are told by hand. */
function theCloud(clock: HandClock, clouds: string[]) {
  const markets = new Map(clouds.map((site) => [site, [aPool(site, clock)]]))
  const refused = new Set<string>()
  const asked: string[] = []
  const claims = new Map<string, string>()
  const ports: CloudPorts = {
    market: (site) =>
      Promise.resolve(
        succeed({
          site,
          asOf: clock.now(),
          pools: markets.get(site) ?? [],
          usdPerGbBack: 0.09,
          left: [],
        } satisfies CloudMarket),
      ),
    onChange: () => () => undefined,
    ensureNodes: ({ site, pool, claim }) => {
      asked.push(`${site}/${pool}`)
      if (refused.has(`${site}/${pool}`)) {
        // As AWS does it: who was told once knows for a while that nothing is to be had there.
        markets.set(
          site,
          (markets.get(site) ?? []).map((one) =>
            one.name === pool
              ? {
                  ...one,
                  nodesLeft: 0,
                  limitSays: `AWS had none of ${one.instanceType} a moment ago.`,
                }
              : one,
          ),
        )
        return Promise.resolve(
          fail(
            failure('CLOUD_CAPACITY_SHORT', {
              site,
              nodeGroup: pool,
              says: 'InsufficientInstanceCapacity',
              instead: [],
            }),
          ),
        )
      }
      claims.set(claim, `${site}/${pool}`)
      return Promise.resolve(succeed({ pool }))
    },
    releaseNodes: ({ claim }) => {
      claims.delete(claim)
      return Promise.resolve(succeed(undefined))
    },
    shipment: ({ uri }) =>
      Promise.resolve(
        succeed({ from: uri, target: uri, bytes: 0, missingBytes: 0, says: 'It is there.' }),
      ),
    ship: ({ uri }) => Promise.resolve(succeed({ uri })),
    link: () => ({ bytesPerSecond: 125e6, measuredAt: clock.now(), queuedBytes: 0 }),
  }
  return {
    ports,
    asked,
    claims,
    markets,
    sells: (site: string, ...pools: Partial<CloudPool>[]) =>
      void markets.set(
        site,
        pools.map((more) => aPool(site, clock, more)),
      ),
    refuses: (...pools: string[]) => {
      for (const pool of pools) refused.add(pool)
    },
  }
}
