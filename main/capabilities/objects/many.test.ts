import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { FakeKube } from '../../../test/support/fakes/kube'
import { fakeRecords, fakeSites } from '../../../test/support/fakes/ports'
import { failure } from '../../../preload/contract/failures'
import type { ManyAction, ObjectRef } from '../../../preload/contract/objects'
import type { Plan } from '../../../preload/contract/operations'
import { seeded } from '../../kernel/random'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import type { KubeObject } from '../../platform/kubernetes/types'
import { makeCapacity } from '../capacity'
import { makeNeeds } from '../needs'
import { makeOperations, type OperationsService } from '../operations'
import { makeObjects, type Objects } from './service'

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' },
  PODS = { group: '', version: 'v1', plural: 'pods' },
  SETS = { group: 'apps', version: 'v1', plural: 'statefulsets' }
type Ref = Omit<ObjectRef, 'site'>
let folder: string, store: Store, kube: FakeKube, operations: OperationsService, objects: Objects

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-many-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  const clock = new HandClock()
  kube = new FakeKube({ clock })
  operations = makeOperations({
    journal: store.operations,
    clock,
    random: seeded(3),
    log: silentLog,
    clockOf: () => clock,
    client: () => ({ ok: true, value: kube }),
    onSites: () => () => undefined,
  })
  objects = makeObjects({
    sites: fakeSites(kube),
    operations,
    capacity: { known: () => [] },
    needs: makeNeeds({
      sites: fakeSites(kube),
      capacity: makeCapacity({
        sites: { ...fakeSites(kube), onChange: () => () => undefined } as never,
      }),
      records: fakeRecords(kube),
    }),
    store: { ...store, folder },
    clock,
    random: seeded(4),
    log: silentLog,
  })
  for (const name of ['team', 'other'])
    kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
})
afterEach(() => {
  objects.close()
  operations.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const job = (
  name: string,
  {
    suspend = false,
    namespace = 'team',
    ...more
  }: { suspend?: boolean; namespace?: string } & Partial<KubeObject['metadata']> = {},
): Ref => {
  kube.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, ...more },
    spec: { suspend },
  })
  return { resource: JOBS, namespace, name }
}
const isSuspended = (...names: string[]) =>
  names.map((name) => (kube.one('Job', name)?.['spec'] as { suspend: boolean }).suspend)
const planned = async (what: ManyAction, refs: Ref[]): Promise<Plan> => {
  const plan = await objects.planMany({ site: 'oslo', what, refs })
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure))
  return plan.value
}
const ended = async (id: string) => {
  await operations.settled()
  const found = operations.get(id)
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}
async function run(plan: Plan) {
  const begun = await operations.start({ planId: plan.id, typedName: plan.losses?.typeName })
  if (!begun.ok) throw new Error(JSON.stringify(begun.failure))
  return ended(begun.value.operationId)
}

test('many are suspended in one plan, each a step, and taken back together', async () => {
  const plan = await planned('suspend', [job('a'), job('b'), job('c')])
  expect(plan).toMatchObject({
    title: 'Suspend 3 Jobs',
    verb: 'Suspend',
    subject: { name: '3 Jobs', namespace: 'team' },
    dryRun: { result: 'passed', says: [] },
    blockedBy: [],
    changes: [
      {
        op: 'change',
        name: 'a',
        lines: [
          { op: '-', text: 'spec.suspend: false' },
          { op: '+', text: 'spec.suspend: true' },
        ],
      },
      { name: 'b' },
      { name: 'c' },
    ],
  })
  expect(plan.steps.map(({ title }) => title)).toEqual([
    'Suspend Job team/a',
    'Suspend Job team/b',
    'Suspend Job team/c',
  ])
  expect(plan.permissions).toHaveLength(1)
  expect(isSuspended('a', 'b', 'c')).toEqual([false, false, false])
  const done = await run(plan)
  expect([done.state, done.canUndo, ...isSuspended('a', 'b', 'c')]).toEqual([
    'done',
    true,
    true,
    true,
    true,
  ])
  operations.undo(done.id)
  expect((await ended(done.id)).state).toBe('undone')
  expect(isSuspended('a', 'b', 'c')).toEqual([false, false, false])
})

test('what cannot be is left out by name with the reason, and the rest stays possible', async () => {
  const owner = {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    name: 'big',
    uid: 'u',
    controller: true,
  }
  kube.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'team' } })
  const plan = await planned('suspend', [
    job('a'),
    job('paused', { suspend: true }),
    job('inner', { ownerReferences: [owner] }),
    { resource: PODS, namespace: 'team', name: 'p' },
    { resource: JOBS, namespace: 'team', name: 'nowhere' },
    { resource: JOBS, namespace: 'team', name: 'a' },
  ])
  expect(plan.title).toBe('Suspend Job a, 4 of 5 left out')
  expect(plan.dryRun.says).toEqual([
    '4 of 5 are left out:',
    'Job team/paused: It is suspended already.',
    'Job team/inner: TrainJob big owns it and decides when it runs.',
    'Pod team/p: A Pod cannot be suspended.',
    'jobs team/nowhere: It is gone.',
  ])
  expect((await run(plan)).state).toBe('done')
})

test('where nothing remains it says why and what to do, and plans nothing', async () => {
  expect(
    await objects.planMany({ site: 'oslo', what: 'resume', refs: [job('a'), job('b')] }),
  ).toEqual({
    ok: false,
    failure: failure('NOT_SUPPORTED_HERE', {
      says: 'None of the 2 can be resumed. Job team/a: It is not suspended. Job team/b: It is not suspended.',
      remedy: 'Choose work that is suspended.',
    }),
  })
  kube.forbidden.add('patch jobs')
  expect(await objects.planMany({ site: 'oslo', what: 'suspend', refs: [job('a')] })).toEqual({
    ok: false,
    failure: failure('NOT_SUPPORTED_HERE', {
      says: 'Job team/a cannot be suspended: You may not change jobs in team.',
      remedy: 'mara.lind can grant it.',
    }),
  })
})

test('a right that is missing leaves out those who need it, and says who can grant it', async () => {
  kube.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'team' } })
  kube.forbidden.add('delete jobs')
  const plan = await planned('delete', [
    job('a'),
    job('b'),
    { resource: PODS, namespace: 'team', name: 'p' },
  ])
  expect(plan.title).toBe('Delete Pod p, 2 of 3 left out')
  expect(plan.permissions).toMatchObject([
    {
      resource: 'jobs',
      allowed: 'no',
      grantedBy: ['mara.lind'],
      without: '2 of them are left out',
    },
    { resource: 'pods', allowed: 'yes' },
  ])
  expect(plan.blockedBy).toEqual([])
})

test('one that fails does not stop the others, is named, and retry does only that one', async () => {
  const plan = await planned('suspend', [job('a'), job('b'), job('c')])
  const writes: string[] = []
  let refusing = true
  kube.onWrite = (_verb, { name }) => {
    writes.push(name)
    return refusing && name === 'b'
      ? failure('REFUSED_BY_CLUSTER', {
          site: 'oslo',
          status: 422,
          says: 'a policy forbids it',
          causes: [],
        })
      : undefined
  }
  const partly = await run(plan)
  expect(partly).toMatchObject({
    state: 'failed',
    failure: {
      code: 'SOME_STEPS_FAILED',
      data: {
        steps: 3,
        failed: [{ step: 'Suspend Job team/b', says: 'oslo refused it: a policy forbids it' }],
      },
    },
    steps: [{ state: 'done' }, { state: 'failed' }, { state: 'done' }],
  })
  expect(isSuspended('a', 'b', 'c')).toEqual([true, false, true])
  refusing = false
  writes.length = 0
  operations.retry(partly.id)
  expect((await ended(partly.id)).state).toBe('done')
  expect(writes).toEqual(['b'])
  expect(isSuspended('a', 'b', 'c')).toEqual([true, true, true])
})

test('cancelling what went in part sets back only what it did', async () => {
  const plan = await planned('suspend', [job('a'), job('b')])
  kube.onWrite = (_verb, { name }) =>
    name === 'b' ? failure('NOT_FOUND', { kind: 'jobs', name }) : undefined
  const partly = await run(plan)
  expect(partly.state).toBe('failed')
  operations.cancel(partly.id)
  expect((await ended(partly.id)).state).toBe('cancelled')
  expect(isSuspended('a', 'b')).toEqual([false, false])
})

test('undo leaves alone what somebody else changed since, says so, and sets back the others', async () => {
  const done = await run(await planned('suspend', [job('a'), job('b')]))
  kube.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'b', namespace: 'team', uid: 'another' },
    spec: { suspend: true },
  })
  operations.undo(done.id)
  expect(await ended(done.id)).toMatchObject({
    state: 'failed',
    failure: { code: 'SOME_STEPS_FAILED', data: { failed: [{ step: 'Suspend Job team/b' }] } },
  })
  expect(isSuspended('a', 'b')).toEqual([false, true])
})

test('what moved between plan and confirmation makes the plan stale', async () => {
  const plan = await planned('suspend', [job('a'), job('b')])
  job('b', { suspend: true })
  expect(await operations.start({ planId: plan.id })).toMatchObject({
    ok: false,
    failure: { code: 'PLAN_IS_STALE' },
  })
  expect(isSuspended('a', 'b')).toEqual([false, true])
})

test('jobs in a queue are suspended through their Workloads, read once', async () => {
  const workload = (name: string, uid: string) =>
    kube.put({
      apiVersion: 'kueue.x-k8s.io/v1beta1',
      kind: 'Workload',
      metadata: {
        name,
        namespace: 'team',
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }],
      },
      spec: { active: true },
    })
  const refs = ['a', 'b'].map((name) => {
    const ref = job(name, { labels: { 'kueue.x-k8s.io/queue-name': 'lq' } })
    workload(`job-${name}`, kube.one('Job', name)?.metadata.uid ?? '')
    return ref
  })
  const plan = await planned('suspend', refs)
  expect(plan.changes.map(({ kind, name, note }) => [kind, name, note])).toEqual([
    ['Workload', 'job-a', 'of Job a'],
    ['Workload', 'job-b', 'of Job b'],
  ])
  expect(plan.permissions.map(({ resource }) => resource)).toEqual(['workloads'])
  expect((await run(plan)).state).toBe('done')
  expect(kube.all('Workload').map((one) => (one['spec'] as { active: boolean }).active)).toEqual([
    false,
    false,
  ])
})

test('restarting marks every template, and going back takes the marks away', async () => {
  const refs = ['a', 'b'].map((name) => {
    kube.put({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace: 'team' },
      spec: { template: { metadata: {} } },
    })
    return { resource: SETS, namespace: 'team', name }
  })
  const marks = () => JSON.stringify(kube.all('StatefulSet')).match(/restartedAt/g)?.length ?? 0
  const done = await run(await planned('restart', refs))
  expect([done.state, marks()]).toEqual(['done', 2])
  operations.undo(done.id)
  expect((await ended(done.id)).state).toBe('undone')
  expect(marks()).toBe(0)
})

test('deleting many wants their number typed, and tells what comes back by itself', async () => {
  const refs = ['p-1', 'p-2'].map((name) => {
    kube.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'team',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true },
        ],
      },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    return { resource: PODS, namespace: 'team', name }
  })
  const plan = await planned('delete', [...refs, job('a')])
  expect(plan).toMatchObject({
    title: 'Delete 3 objects',
    losses: {
      lost: ['Job team/a', 'what they own', 'what 2 pods had not saved'],
      kept: ['ReplicaSet web, which makes its pods anew'],
      typeName: 'delete 3',
    },
  })
  expect(plan.undo).toBeUndefined()
  expect(plan.risks).toEqual([
    '2 of them are made anew by what owns them.',
    '2 running pods end; what they had not saved is lost.',
    'Deleting cannot be undone.',
  ])
  expect(await operations.start({ planId: plan.id, typedName: 'delete 2' })).toMatchObject({
    ok: false,
    failure: { code: 'NAME_NOT_TYPED' },
  })
  const done = await run(plan)
  expect([done.state, done.canUndo]).toEqual(['done', false])
  expect([kube.all('Pod'), kube.all('Job')]).toEqual([[], []])
})

test('a site that does not answer fails the plan as a whole', async () => {
  const refs = [job('a')]
  kube.get = () =>
    Promise.resolve({
      ok: false,
      failure: failure('CLUSTER_UNREACHABLE', {
        site: 'oslo',
        server: 'https://oslo',
        cause: 'gone',
      }),
    })
  expect(await objects.planMany({ site: 'oslo', what: 'suspend', refs })).toMatchObject({
    ok: false,
    failure: { code: 'CLUSTER_UNREACHABLE' },
  })
})

test('what is offered for many is what some of them allow', async () => {
  const offers = async (...of: { resource: Ref['resource']; namespace?: string }[]) => {
    const found = await objects.manyOffers({ site: 'oslo', of })
    return found.ok ? found.value : []
  }
  expect(
    (
      await offers({ resource: PODS, namespace: 'team' }, { resource: JOBS, namespace: 'team' })
    ).map(({ action, allowed }) => [action, allowed]),
  ).toEqual([
    ['suspend', 'yes'],
    ['resume', 'yes'],
    ['delete', 'yes'],
  ])
  kube.forbidden.add('patch jobs').add('delete pods')
  // Who may switch the Workload of a job in a queue may suspend that.
  expect(await offers({ resource: JOBS, namespace: 'team' })).toMatchObject([
    { action: 'suspend', allowed: 'yes' },
    { action: 'resume', allowed: 'yes' },
    { action: 'delete', allowed: 'yes' },
  ])
  kube.forbidden.add('patch workloads')
  expect((await offers({ resource: JOBS, namespace: 'team' }))[0]).toEqual({
    action: 'suspend',
    allowed: 'no',
    says: 'needs patch on jobs in team',
    remedy: 'ask mara.lind',
  })
  expect(await offers({ resource: PODS, namespace: 'team' })).toEqual([
    {
      action: 'delete',
      allowed: 'no',
      says: 'needs delete on pods in team',
      remedy: 'ask mara.lind',
    },
  ])
})

test('what others hang on is left out of a deletion of many, and deleted by itself', async () => {
  const [full, empty] = ['team', 'bare'].map((name): Ref => ({
    resource: { group: '', version: 'v1', plural: 'namespaces' },
    name,
  }))
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bare' } })
  job('keeps')
  if (!full || !empty) throw new Error('no namespaces')
  const planned = await objects.planMany({ site: 'oslo', what: 'delete', refs: [full, empty] })
  if (!planned.ok) throw new Error(planned.failure.code)
  expect(planned.value.changes.map(({ name }) => name)).toEqual(['bare'])
  expect(JSON.stringify(planned.value)).toContain('Others hang on it: of others: 1 Job: keeps')
})
