import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import type { WorkloadRef } from '../../preload/contract/burst'
import type { Operation, Plan } from '../../preload/contract/operations'
import { burstStackLacks, CLUSTER, startBurstStack, type BurstStack } from './burst-stack'
import { awaited } from './discovery/person'
import { soon } from './discovery/watching'
import type { Manifest } from './stack/manifests'
import type { Plane } from './stack/plane'
import { RUNS_FOR } from './stack/stages'

const lacks = burstStackLacks()
const POOL = 'p4d'

describe.skipIf(lacks !== undefined)(`moving jobs between two real clusters${lacks ? ` (${lacks})` : ''}`, () => {
  let stack: BurstStack
  let folder: string
  let takt: CoreClient
  let close = () => Promise.resolve()
  let [home, away] = ['', '']

  /** A core on the store of this machine; a second one goes on where the first was closed. */
  async function begin(): Promise<void> {
    const core = await compose({
      storeDir: join(folder, 'store'), host: 'test', version: '0.0.0', clock: systemClock, random: seeded(5), plant: false,
      env: { HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), PATH: process.env['PATH'] ?? '', ...stack.env },
    })
    takt = createRouterClient(core.router)
    close = async () => { close = () => Promise.resolve(); await core.close() }
    await core.started
  }
  beforeAll(async () => {
    stack = await startBurstStack({ kueue: false })
    await stack.addNodeGroup({ name: POOL, instanceType: 'p4d.24xlarge' })
    folder = mkdtempSync(join(tmpdir(), 'takt-burst-'))
    writeFileSync(join(folder, 'kubeconfig'), await stack.onPrem.kubeconfigFor('mara', ['system:masters']), { mode: 0o600 })
    await begin()
    const [context] = (await takt.sites.contexts()).contexts
    home = context?.id ?? ''
    await takt.sites.connect({ site: home })
    await takt.sites.makeHome({ site: home })
    const { profiles } = await takt.sites.awsProfiles()
    const { site } = await takt.sites.addEks({ profile: profiles.find(({ kind }) => kind === 'environment')?.name ?? '', region: stack.aws.region, cluster: CLUSTER })
    away = site
    await takt.sites.connect({ site })
    await bothLive()
  })
  afterAll(async () => {
    await close()
    await stack?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const bothLive = async () => awaited(await takt.sites.watch(), (all) => [home, away].every((id) => all.some((one) => one.id === id && one.state === 'live')))
  const refOf = (name: string): WorkloadRef => ({ site: home, kind: 'Job', namespace: 'default', name })
  const to = () => ({ site: away, pool: POOL })
  const start = async (plan: Plan): Promise<string> => {
    expect(plan.blockedBy).toEqual([])
    return (await takt.operations.start({ planId: plan.id })).operationId
  }
  async function ended(operationId: string): Promise<Operation> {
    let seen: Operation | undefined
    await soon(async () => !['running', 'cancelling', 'undoing'].includes((seen = await takt.operations.get({ operationId })).state), 'the operation did not end', 120)
    if (!seen) throw new Error('no operation was seen')
    return seen
  }
  async function done(operationId: string): Promise<void> {
    const operation = await ended(operationId)
    if (operation.state !== 'done') throw new Error(JSON.stringify({ failure: operation.failure, journal: operation.journal }, undefined, 1))
  }
  const machines = () => [...stack.glue.machines.values()].filter(({ group }) => group === POOL)
  /** Nothing is rented that nobody accounts for, and what was rented for moves is gone. */
  async function nothingRented(): Promise<void> {
    await soon(() => Promise.resolve(machines().length === 0), 'a machine stayed and is billed', 120)
    expect((await takt.cloud.orphans()).orphans.filter(({ kind }) => kind === 'instance')).toEqual([])
  }

  test('a suspended job is quoted, moves, runs there once, and comes back', async () => {
    const runs = watchRuns(stack, 'first')
    await stack.onPrem.applyManifests([job('first')])
    const quote = await takt.burst.quote({ ...refOf('first'), to: to() })
    expect([quote.cannotMove, quote.act.verb]).toEqual([[], 'go'])
    const plan = await takt.burst.planMove({ ...refOf('first'), to: to() })
    expect(plan.price?.usdInAll).toBeGreaterThan(1)
    await done(await start(plan))
    await soon(async () => (await podsOf(stack.cloud, 'first')).some(({ phase }) => phase === 'Running'), 'the copy does not run')
    const [pod] = await podsOf(stack.cloud, 'first')
    expect(machines().map(({ node }) => node)).toEqual([pod?.node])
    const original = await jobAt(stack.onPrem, 'first')
    expect(original.spec.suspend).toBe(true)
    expect(JSON.parse(original.metadata.annotations?.['takt.dev/moved-to'] ?? '{}')).toMatchObject({ site: away, name: 'first', pool: POOL })
    const queue = await awaited(await takt.burst.watch({}), ({ workloads }) => workloads.some(({ ref, state }) => ref.name === 'first' && state === 'away'))
    expect(queue).toMatchObject({ queueing: 'none' })

    await done(await start(await takt.burst.planReturn(refOf('first'))))
    const back = await jobAt(stack.onPrem, 'first')
    expect(back.spec.suspend).toBe(true)
    expect(back.metadata.uid).toBe(original.metadata.uid)
    expect(Object.keys(back.metadata.annotations ?? {}).filter((name) => /moved-to|held/.test(name))).toEqual([])
    expect((await stack.cloud.admin.call(jobPath('first'))).status).toBe(404)
    await nothingRented()
    expect(await runs.end()).toEqual({ most: 1, there: 1, here: 0 })
  })

  test('a move is taken back by its undo', async () => {
    const runs = watchRuns(stack, 'second')
    await stack.onPrem.applyManifests([job('second')])
    const id = await start(await takt.burst.planMove({ ...refOf('second'), to: to() }))
    await done(id)
    await takt.operations.undo({ operationId: id })
    expect((await ended(id)).state).toBe('undone')
    expect((await stack.cloud.admin.call(jobPath('second'))).status).toBe(404)
    expect(Object.keys((await jobAt(stack.onPrem, 'second')).metadata.annotations ?? {}).filter((name) => /moved-to|held/.test(name))).toEqual([])
    await nothingRented()
    expect(await runs.end()).toEqual({ most: 1, there: 1, here: 0 })
  })
})

const jobPath = (name: string) => `/apis/batch/v1/namespaces/default/jobs/${name}`
interface JobObject { metadata: { uid: string; annotations?: Record<string, string> }; spec: { suspend?: boolean } }
const jobAt = (plane: Plane, name: string) => plane.admin.ask<JobObject>(jobPath(name))
async function podsOf(plane: Plane, name: string): Promise<{ uid: string; node: string | undefined; phase: string | undefined }[]> {
  const { items } = await plane.admin.ask<{ items: { metadata: { uid: string }; spec: { nodeName?: string }; status: { phase?: string } }[] }>(`/api/v1/namespaces/default/pods?labelSelector=batch.kubernetes.io%2Fjob-name%3D${name}`)
  return items.map(({ metadata, spec, status }) => ({ uid: metadata.uid, node: spec.nodeName, phase: status.phase }))
}
/** Looks at both clusters again and again until it is ended: the most pods at one time, and how many there ever were on each side. */
function watchRuns({ onPrem, cloud }: BurstStack, name: string) {
  const ending = new AbortController()
  const [here, there] = [new Set<string>(), new Set<string>()]
  let most = 0
  const looking = (async () => {
    while (!ending.signal.aborted) {
      const [own, theirs] = await Promise.all([podsOf(onPrem, name), podsOf(cloud, name)])
      for (const { uid } of own) here.add(uid)
      for (const { uid } of theirs) there.add(uid)
      most = Math.max(most, own.length + theirs.length)
      await pause(50)
    }
  })()
  // A test that failed before asks no more; whoever asks is still told.
  looking.catch(() => undefined)
  return { end: async () => { ending.abort(); await looking; return { most, there: there.size, here: here.size } } }
}
const job = (name: string): Manifest => ({
  apiVersion: 'batch/v1', kind: 'Job',
  metadata: { name, namespace: 'default', labels: { 'kueue.x-k8s.io/queue-name': 'gpu' }, annotations: { 'takt.dev/expected-seconds': '3600' } },
  spec: {
    suspend: true,
    template: {
      metadata: { annotations: { [RUNS_FOR]: '3600s' } },
      spec: {
        restartPolicy: 'Never', tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
        containers: [{ name: 'main', image: 'registry.example/train:1', resources: { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': '8' } } }],
      },
    },
  },
})
