import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forPrograms } from '../support/forwarded'
import { awaited, sitDown, type Person } from './discovery/person'
import { draftOf, moveIn } from './discovery/team'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

const PAGE = '<h1>The notebook answers</h1>'
type Definition = 'snapshot' | 'notebook'
const clusters: [which: string, definitions: Definition[], expected: Record<string, string>][] = [
  [
    'with snapshots and Kubeflow Notebooks',
    ['snapshot', 'notebook'],
    { workload: 'Notebook', mount: 'clone', method: 'volume-snapshot', code: 'workspace' },
  ],
  [
    'of plain Kubernetes',
    [],
    { workload: 'StatefulSet', mount: 'pointer', method: 'as-is', code: 'none' },
  ],
]

describe.each(clusters)(
  'the discovery line on a real cluster %s',
  (_which, definitions, expected) => {
    let plane: Plane
    let admin: Person
    let lead: Person
    const ref = { namespace: 'wear', name: 'wear-nb' }
    const item = async () => {
      const [found] = await lead.takt.records.list({ kind: 'WorkItem', namespace: 'wear' })
      if (found?.kind !== 'WorkItem') throw new Error('the project has no work item')
      return found
    }
    const status = async (path: string): Promise<number> => (await plane.admin.call(path)).status

    beforeAll(async () => {
      plane = await startPlane({ definitions, page: PAGE })
      await plane.addGpuNodes({ count: 2, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
      admin = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
      lead = await sitDown(plane, { user: 'lea', groups: ['leads'] })
    })
    afterAll(async () => {
      await lead?.leave()
      await admin?.leave()
      await plane?.stop()
    })

    test('somebody without rights sees what preparing needs, and gets it as a file for who has them', async () => {
      const plan = await lead.takt.sites.planPrepare({ site: lead.site })
      expect(plan.blockedBy.map(({ says }) => says).join(' ')).toContain(
        'customresourcedefinitions',
      )
      expect(
        plan.permissions.filter(({ allowed }) => allowed === 'no').map(({ resource }) => resource),
      ).toContain('customresourcedefinitions')
      expect(plan.yaml).toContain('kind: CustomResourceDefinition')
      await expect(lead.takt.operations.start({ planId: plan.id })).rejects.toMatchObject({
        code: 'PLAN_IS_BLOCKED',
      })
    })

    test('an administrator prepares the cluster, and preparing it again changes nothing', async () => {
      expect(await admin.state()).toMatchObject({
        state: 'live',
        prepared: 'no',
        version: 'v1.34.4',
        user: 'root',
      })
      await admin.run(await admin.takt.sites.planPrepare({ site: admin.site }))
      expect((await admin.state()).prepared).toBe('yes')
      const again = await admin.takt.sites.planPrepare({ site: admin.site })
      expect(again.changes.filter(({ op }) => op !== 'same')).toEqual([])
      await moveIn(plane, admin.site)
    })

    test('who was connected before sees the records without connecting again', async () => {
      await awaited(
        await lead.takt.records.watch({
          kinds: ['Budget', 'Tool', 'DataSource', 'Project', 'WorkItem'],
        }),
        ({ live }) => live,
      )
      await awaited(await lead.takt.sites.watch(), (sites) =>
        sites.some(({ id, prepared }) => id === lead.site && prepared === 'yes'),
      )
    })

    test('the schemas of the definitions refuse on the server what the contract refuses', async () => {
      const spec = { ...draftOf('x', { site: lead.site }).project, question: '' }
      const answer = await plane.admin.call('/apis/takt.dev/v1alpha1/projects?dryRun=All', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          apiVersion: 'takt.dev/v1alpha1',
          kind: 'Project',
          metadata: { name: 'x' },
          spec,
        }),
      })
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('spec.question')])
    })

    test('sizes are what the nodes really have', async () => {
      const { offers } = await lead.takt.environments.offers({})
      const one = offers.find(({ size }) => size.gpu?.count === 1)
      expect(one).toMatchObject({
        freeSays: '16 of 16 free',
        fitsNow: true,
        size: { gpu: { model: 'NVIDIA-A100-SXM4-80GB' } },
      })
      expect(one?.usdPerHour).toBeGreaterThan(0)
    })

    test('the plan says all of it and changes nothing', async () => {
      const plan = await lead.takt.environments.planProvision({
        draft: draftOf('wear', { site: lead.site }),
      })
      expect(plan.blockedBy).toEqual([])
      expect(plan.dryRun.result).toBe('passed')
      expect(plan.permissions.filter(({ allowed }) => allowed !== 'yes')).toEqual([])
      expect(plan.changes.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining([
          'Project',
          'Namespace',
          'ResourceQuota',
          'RoleBinding',
          'WorkItem',
          'Environment',
          expected.workload,
        ]),
      )
      expect(await status('/api/v1/namespaces/wear')).toBe(404)
    })

    test('the button makes a place to work, from project to open notebook', async () => {
      await lead.run(
        await lead.takt.environments.planProvision({ draft: draftOf('wear', { site: lead.site }) }),
      )
      await awaited(await lead.takt.environments.watch(ref), ({ canOpen }) => canOpen)
      const environment = await lead.read('Environment', ref.name, ref.namespace)
      expect(environment.status.workload).toBe(`${expected.workload}/${ref.name}`)
      expect(environment.spec.data.find(({ source }) => source === 'images')?.mount).toBe(
        expected.mount,
      )
      const snapshots = await lead.takt.records.list({ kind: 'DataSnapshot', namespace: 'wear' })
      expect(
        snapshots.map(
          (each) =>
            each.kind === 'DataSnapshot' && [each.spec.source, each.spec.method, each.status.ready],
        ),
      ).toEqual(
        expect.arrayContaining([
          ['images', expected.method, true],
          ['archive', 'as-is', true],
        ]),
      )
      expect((await item()).status.station).toBe('work')
      const { url } = await lead.takt.environments.open(ref)
      expect(await (await fetch(forPrograms(url))).text()).toBe(PAGE)
      await lead.takt.environments.close(ref)
    })

    test('the quota was raised by just what was asked for, and the real scheduler placed it', async () => {
      interface Quota {
        status: { hard: Record<string, string>; used: Record<string, string> }
      }
      const path = '/api/v1/namespaces/wear/resourcequotas/takt-quota'
      const { status: seen } = await plane.admin.ask<Quota>(path)
      expect([seen.hard['requests.nvidia.com/gpu'], seen.used['requests.nvidia.com/gpu']]).toEqual([
        '1',
        '1',
      ])
      const node = async () =>
        (await lead.read('Environment', ref.name, ref.namespace)).status.node ?? ''
      await until(async () => /^gpu-\d$/.test(await node()), {
        seconds: 30,
        why: () => 'the environment does not say its node',
      })
    })

    test('it stops, resumes and is extended', async () => {
      const pod = '/api/v1/namespaces/wear/pods/wear-nb-0'
      await lead.run(await lead.takt.environments.planChange({ ...ref, change: { to: 'stop' } }))
      await until(async () => (await status(pod)) === 404, {
        seconds: 60,
        why: () => 'the pod outlived the stop',
      })
      await lead.run(await lead.takt.environments.planChange({ ...ref, change: { to: 'resume' } }))
      await awaited(await lead.takt.environments.watch(ref), ({ canOpen }) => canOpen)
      const later = new Date(Date.now() + 3 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z')
      await lead.run(
        await lead.takt.environments.planChange({
          ...ref,
          change: { to: 'extend', expiresAt: later },
        }),
      )
      expect((await lead.read('Environment', ref.name, ref.namespace)).spec.expiresAt).toBe(later)
    })

    test('a revision binds what there is and says what is missing', async () => {
      const preview = await lead.takt.revisions.preview(ref)
      const has = Object.fromEntries(preview.bindings.map((each) => [each.part, each.has]))
      // The archive is an address that can change, so the data as a whole is not bound.
      expect(has).toMatchObject({ images: true, machine: true, data: false })
      const { meta } = await item()
      await lead.run(
        await lead.takt.revisions.planSave({
          ...ref,
          workItem: meta.name,
          note: 'first',
          parameters: { seed: '1' },
          metrics: { auc: 0.91 },
        }),
      )
      const [revision] = await lead.takt.records.list({ kind: 'Revision', namespace: 'wear' })
      if (revision?.kind !== 'Revision') throw new Error('no revision was saved')
      expect(revision.spec).toMatchObject({
        number: 1,
        savedBy: 'lea',
        code: { kind: expected.code },
        metrics: { auc: 0.91 },
      })
      expect(revision.status.reproducibility?.score).toBeGreaterThan(0)
    })

    test('it is handed over once its gates are passed, and not before', async () => {
      const { meta } = await item()
      const work = { namespace: 'wear', name: meta.name }
      const blocked = await lead.takt.backlog.planHandOver(work)
      await expect(lead.takt.operations.start({ planId: blocked.id })).rejects.toMatchObject({
        code: 'PLAN_IS_BLOCKED',
      })
      const [revision] = await lead.takt.records.list({ kind: 'Revision', namespace: 'wear' })
      await lead.takt.backlog.recordDrift({
        namespace: 'wear',
        name: revision?.meta.name ?? '',
        result: 'none',
      })
      await lead.takt.backlog.describe({
        ...work,
        resourceVersion: (await item()).meta.resourceVersion,
        description: 'Says which parts wear out first, a week ahead.',
      })
      const open = async () =>
        (await lead.takt.backlog.gates(work)).gates.filter(({ state }) => state === 'open')
      for (const { gate } of await open())
        await lead.takt.backlog.waive({
          ...work,
          gate,
          reason: 'Nothing stands behind this cluster to bind it to.',
        })
      await until(async () => (await open()).length === 0, {
        seconds: 30,
        why: () => 'a gate stayed open',
      })
      await lead.run(await lead.takt.backlog.planHandOver(work))
      expect((await item()).status.station).toBe('backlog')
    })

    test('deleting the environment collects everything it made here', async () => {
      await lead.run(
        await lead.takt.environments.planChange({
          ...ref,
          change: { to: 'delete', keepWorkspace: false },
        }),
      )
      for (const path of [
        'pods/wear-nb-0',
        'persistentvolumeclaims/wear-nb-work',
        'services/wear-nb',
      ]) {
        await until(async () => (await status(`/api/v1/namespaces/wear/${path}`)) === 404, {
          seconds: 60,
          why: () => `${path} was not collected`,
        })
      }
      await expect(lead.read('Environment', ref.name, ref.namespace)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })

    test('deleting the project takes its namespace and leaves the data where it was', async () => {
      await lead.run(await lead.takt.projects.planDelete({ name: 'wear' }))
      await until(async () => (await status('/api/v1/namespaces/wear')) === 404, {
        seconds: 60,
        why: () => 'the namespace stayed',
      })
      expect(await status('/api/v1/namespaces/shared-data/persistentvolumeclaims/images')).toBe(200)
      await expect(lead.read('Project', 'wear')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('undo takes back all that the button made, the new project included, and nothing else', async () => {
      const operation = await lead.run(
        await lead.takt.environments.planProvision({
          draft: draftOf('twice', { site: lead.site }),
        }),
      )
      expect((await lead.undo(operation)).state).toBe('undone')
      await until(async () => (await status('/api/v1/namespaces/twice')) === 404, {
        seconds: 60,
        why: () => 'the namespace stayed',
      })
      await expect(lead.read('Project', 'twice')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const snapshots = '/apis/snapshot.storage.k8s.io/v1/namespaces/shared-data/volumesnapshots'
      const left =
        expected.mount === 'clone'
          ? (await plane.admin.ask<{ items: { metadata: { name: string } }[] }>(snapshots)).items
          : []
      expect(left.filter(({ metadata }) => metadata.name.startsWith('twice'))).toEqual([])
      expect(await status('/api/v1/namespaces/shared-data/persistentvolumeclaims/images')).toBe(200)
    })
  },
)
