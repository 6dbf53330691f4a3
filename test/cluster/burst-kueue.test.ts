import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burstStackLacks, startBurstStack, type BurstStack } from './burst-stack'
import { openDesk, POOL, type Desk } from './burst/desk'
import { isThere, job, jobAt, marksOf, runs, watchRuns } from './burst/jobs'
import { awaited } from './discovery/person'
import { soon } from './discovery/watching'
import type { Manifest } from './stack/manifests'
import type { Plane } from './stack/plane'

const lacks = burstStackLacks()

describe.skipIf(lacks !== undefined)(
  `moving jobs that Kueue queues${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let desk: Desk
    beforeAll(async () => {
      stack = await startBurstStack()
      await stack.addNodeGroup({ name: POOL, instanceType: 'p4d.24xlarge' })
      // The queue at home has room for one job of eight.
      await stack.onPrem.applyManifests([
        flavor,
        clusterQueue('on-prem', 8),
        local('gpu', 'on-prem'),
      ])
      desk = await openDesk(stack, { steward: true })
    })
    afterAll(async () => {
      await desk?.close()
      await stack?.stop()
    })

    test('the queues for bursting are laid out: flavors, a cluster queue and local queues, as Kueue itself accepts them', async () => {
      const plan = await desk.core().burst.planLayout({ to: desk.away(), namespaces: ['default'] })
      expect(plan.dryRun).toEqual({ result: 'passed', says: [] })
      await desk.run(plan)
      await soon(
        async () =>
          (
            await conditionOf(
              stack.cloud,
              '/apis/kueue.x-k8s.io/v1beta2/clusterqueues/burst',
              'Active',
            )
          )?.status === 'True',
        'the cluster queue is not active',
      )
      const queue = await stack.cloud.admin.ask<{ spec: { clusterQueue: string } }>(
        '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/localqueues/gpu-burst',
      )
      expect(queue.spec.clusterQueue).toBe('burst')
      // Laid out once, there is nothing left to make.
      expect(
        (
          await desk.core().burst.planLayout({ to: desk.away(), namespaces: ['default'] })
        ).changes.filter(({ op }) => op === 'create'),
      ).toEqual([])
    })

    test('a job that its queue holds back says why, moves as a copy into the burst queue, is admitted there, and comes back to its place', async () => {
      await stack.onPrem.applyManifests([job('holder', { seconds: 7200 })])
      await soon(() => runs(stack.onPrem, 'holder'), 'the first job does not run')
      const seen = await watchRuns(stack, 'queued')
      await stack.onPrem.applyManifests([job('queued')])
      const queue = await awaited(await desk.core().burst.watch({}), ({ workloads }) =>
        workloads.some(
          ({ ref, whyWaiting }) =>
            ref.name === 'queued' && whyWaiting?.includes('insufficient') === true,
        ),
      )
      expect(queue.queueing).toBe('kueue')
      const plan = await desk.core().burst.planMove({ ...desk.refOf('queued'), to: desk.to() })
      expect(
        plan.changes
          .flatMap(({ lines }) => lines ?? [])
          .filter(({ op }) => op !== ' ')
          .map(({ op, text }) => `${op}${text.trim()}`),
      ).toEqual(['-kueue.x-k8s.io/queue-name: gpu', '+kueue.x-k8s.io/queue-name: gpu-burst'])
      await desk.run(plan)
      await soon(() => runs(stack.cloud, 'queued'), 'the copy does not run')
      expect((await workloadOf(stack.cloud, 'queued'))?.status).toMatchObject({
        admission: { clusterQueue: 'burst' },
      })
      expect((await workloadOf(stack.onPrem, 'queued'))?.spec.active).toBe(false)
      // Room at home does not start the original: it is held by Kueue's own word.
      await stack.onPrem.admin.call(
        '/apis/batch/v1/namespaces/default/jobs/holder?propagationPolicy=Foreground',
        { method: 'DELETE' },
      )
      await soon(async () => !(await isThere(stack.onPrem, 'holder')), 'the first job does not go')
      expect((await jobAt(stack.onPrem, 'queued')).spec.suspend).toBe(true)

      await desk.run(await desk.core().burst.planReturn(desk.refOf('queued')))
      await soon(() => runs(stack.onPrem, 'queued'), 'it does not run at home')
      expect([
        marksOf(await jobAt(stack.onPrem, 'queued')),
        (await workloadOf(stack.onPrem, 'queued'))?.spec.active,
        await isThere(stack.cloud, 'queued'),
      ]).toEqual([[], true, false])
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 1 })
      await remove('queued')
    })

    test('where MultiKueue dispatches the burst queue, a move hands the job to it, and its course comes back', async () => {
      await stack.onPrem.applyManifests([
        clusterQueue('dispatched', 800, {
          admissionChecksStrategy: { admissionChecks: [{ name: 'multikueue' }] },
        }),
      ])
      await soon(
        async () =>
          (
            await conditionOf(
              stack.onPrem,
              '/apis/kueue.x-k8s.io/v1beta2/clusterqueues/dispatched',
              'Active',
            )
          )?.status === 'True',
        'the dispatching queue is not active',
      )
      const layout = await desk
        .core()
        .burst.planLayout({ to: desk.away(), namespaces: ['default'] })
      expect(layout.choices[0]).toMatch(/^MultiKueue is set up at home/)
      await desk.run(layout)
      expect(
        (
          await stack.onPrem.admin.ask<{ spec: { clusterQueue: string } }>(
            '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/localqueues/gpu-burst',
          )
        ).spec.clusterQueue,
      ).toBe('dispatched')

      await stack.onPrem.applyManifests([job('holder', { seconds: 7200 }), job('handed')])
      await soon(() => runs(stack.onPrem, 'holder'), 'the first job does not run')
      const seen = await watchRuns(stack, 'handed-burst')
      const plan = await desk.core().burst.planMove({ ...desk.refOf('handed'), to: desk.to() })
      expect(plan.choices).toEqual(
        expect.arrayContaining([expect.stringMatching(/^MultiKueue dispatches handed-burst/)]),
      )
      await desk.run(plan)
      await soon(
        () => runs(stack.cloud, 'handed-burst'),
        'the copy does not run on the other cluster',
      )
      expect(desk.machines()).toHaveLength(1)
      await soon(
        async () => ((await jobAt(stack.onPrem, 'handed-burst')).status?.active ?? 0) === 1,
        'its status does not come back',
      )
      const handed = await jobAt(stack.onPrem, 'handed-burst')
      expect(handed.spec.managedBy).toBe('kueue.x-k8s.io/multikueue')

      await desk.run(await desk.core().burst.planReturn(desk.refOf('handed')))
      expect([
        await isThere(stack.onPrem, 'handed-burst'),
        marksOf(await jobAt(stack.onPrem, 'handed')),
      ]).toEqual([false, []])
      await soon(
        async () => !(await isThere(stack.cloud, 'handed-burst')),
        'the dispatched copy stays',
      )
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
      await remove('handed')
      await remove('holder')
    })

    test('a hard cap that is used up stops the burst queue on real Kueue, and more money lets it go again', async () => {
      const { core, home } = desk
      const prepare = async () => desk.run(await core().sites.planPrepare({ site: home() }))
      // The steward makes its namespace when its turn comes: a plan that met it half way is made anew, as a person would.
      await prepare().catch(prepare)
      await awaited(await core().sites.watch(), (all) =>
        all.some(({ id, prepared }) => id === home() && prepared === 'yes'),
      )
      const before = await core().burst.policy()
      await stack.onPrem.applyManifests([
        job('capped', {
          annotations: {
            'takt.dev/moved-to': JSON.stringify({
              site: desk.away(),
              namespace: 'default',
              name: 'capped',
              kind: 'Job',
              pool: POOL,
              usd: 20,
              at: new Date(0).toISOString(),
              by: 'mara',
              run: 'earlier',
            }),
          },
        }),
      ])
      const cap = async (capUsd: number) => {
        const { spec, resourceVersion } = await core().burst.policy()
        await desk.run(
          await core().burst.planPolicy({
            spec: {
              ...spec,
              caps: [{ scope: 'project', name: 'default', period: 'month', capUsd, hard: true }],
            },
            ...(resourceVersion !== undefined && { resourceVersion }),
          }),
        )
      }
      const stopped = async () =>
        (
          await stack.cloud.admin.ask<{ spec: { stopPolicy?: string } }>(
            '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/localqueues/gpu-burst',
          )
        ).spec.stopPolicy
      await cap(5)
      await soon(async () => (await stopped()) === 'Hold', 'the burst queue is not stopped')
      await soon(
        async () =>
          (
            await conditionOf(
              stack.cloud,
              '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/localqueues/gpu-burst',
              'Active',
            )
          )?.status === 'False',
        'Kueue does not hold it',
      )
      await cap(500)
      await soon(async () => (await stopped()) === 'None', 'the burst queue stays stopped')
      expect(before.mayChange).toBe('yes')
      await remove('capped')
    })

    async function remove(name: string): Promise<void> {
      await stack.onPrem.admin.call(
        `/apis/batch/v1/namespaces/default/jobs/${name}?propagationPolicy=Background`,
        { method: 'DELETE' },
      )
      await soon(async () => !(await isThere(stack.onPrem, name)), `${name} does not go`)
    }
  },
)

interface Conditioned {
  status?: { conditions?: { type: string; status: string; message: string }[] }
}
const conditionOf = async (plane: Plane, path: string, type: string) =>
  (await plane.admin.ask<Conditioned>(path)).status?.conditions?.find((one) => one.type === type)
interface Workload {
  metadata: { ownerReferences?: { name: string }[] }
  spec: { active?: boolean }
  status?: { admission?: { clusterQueue: string } }
}
async function workloadOf(plane: Plane, owner: string): Promise<Workload | undefined> {
  const { items } = await plane.admin.ask<{ items: Workload[] }>(
    '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/workloads',
  )
  return items.find(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === owner))
}
const kueue = (kind: string, name: string, spec: object): Manifest => ({
  apiVersion: 'kueue.x-k8s.io/v1beta2',
  kind,
  metadata: { name },
  spec,
})
const flavor = kueue('ResourceFlavor', 'any', {})
const clusterQueue = (name: string, gpus: number, more: object = {}): Manifest =>
  kueue('ClusterQueue', name, {
    namespaceSelector: {},
    ...more,
    resourceGroups: [
      {
        coveredResources: ['cpu', 'nvidia.com/gpu'],
        flavors: [
          {
            name: 'any',
            resources: [
              { name: 'cpu', nominalQuota: '800' },
              { name: 'nvidia.com/gpu', nominalQuota: String(gpus) },
            ],
          },
        ],
      },
    ],
  })
const local = (name: string, queue: string): Manifest => ({
  ...kueue('LocalQueue', name, { clusterQueue: queue }),
  metadata: { name, namespace: 'default' },
})
