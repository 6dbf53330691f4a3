import { expect, test } from 'vitest'
import { aClaim, aNotebook, aPod, aSite, container, IMAGE } from '../../../../test/support/plant'
import {
  CLAIM,
  ENDPOINTS,
  NOTEBOOK,
  SERVICE,
  SNAPSHOT,
  SNAPSHOT_CONTENT,
  STATEFUL_SET,
  VOLUME,
} from '../kinds'
import type { KubeObject } from '../../types'
import { CLONED_FROM, FILES } from '../volumes/claims'

const volumes = (claimName: string) => ({
  volumes: [{ name: 'work', persistentVolumeClaim: { claimName } }],
})
const status = (object: KubeObject | undefined) =>
  (object?.['status'] ?? {}) as Record<string, unknown>
const aSnapshot = (name: string, claim: string, namespace = 'team'): KubeObject => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name, namespace },
  spec: { source: { persistentVolumeClaimName: claim }, volumeSnapshotClassName: 'fast-ssd' },
})

test('a Notebook becomes a StatefulSet and a Service, runs, stops by annotation and starts again', async () => {
  const site = aSite()
  site.addNode('l40s-1', 4, { images: [IMAGE] })
  site.api.create(aClaim('nb-work'))
  site.api.create(aNotebook('nb', volumes('nb-work')))
  await site.pass(30)
  expect(site.get(STATEFUL_SET, 'nb')?.['spec']).toMatchObject({
    replicas: 1,
    template: { metadata: { labels: { 'notebook-name': 'nb', statefulset: 'nb', app: 'nb' } } },
  })
  expect(site.get(SERVICE, 'nb')?.['spec']).toMatchObject({
    selector: { statefulset: 'nb' },
    ports: [{ name: 'http-nb', port: 80, targetPort: 8888 }],
  })
  expect(site.get(ENDPOINTS, 'nb')?.['subsets']).toMatchObject([
    { addresses: [{ targetRef: { name: 'nb-0' } }], ports: [{ port: 8888 }] },
  ])
  expect(status(site.get(NOTEBOOK, 'nb'))).toMatchObject({
    readyReplicas: 1,
    containerState: { running: {} },
  })
  const running = site.get(NOTEBOOK, 'nb')
  if (!running) throw new Error('no notebook')
  const stopped = site.api.update({
    ...running,
    metadata: {
      ...running.metadata,
      annotations: { 'kubeflow-resource-stopped': '2026-11-18T14:33:00Z' },
    },
  })
  await site.pass(10)
  expect(site.pod('nb-0')).toBeUndefined()
  expect(status(site.get(NOTEBOOK, 'nb'))).toMatchObject({ readyReplicas: 0 })
  const { annotations: _stopped, ...metadata } =
    site.get(NOTEBOOK, 'nb')?.metadata ?? stopped.metadata
  site.api.update({ ...(site.get(NOTEBOOK, 'nb') ?? stopped), metadata })
  await site.pass(30)
  expect(status(site.get(NOTEBOOK, 'nb'))).toMatchObject({ readyReplicas: 1 })
  site.api.remove(NOTEBOOK, 'nb', { namespace: 'team' })
  await site.pass(60)
  expect(site.pods()).toEqual([])
  expect(site.get(CLAIM, 'nb-work')).toBeDefined()
  expect(site.errors).toEqual([])
})

test('a claim waits for its first consumer, and its volume goes with it', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(aClaim('work'))
  await site.pass(30)
  expect(status(site.get(CLAIM, 'work'))).toMatchObject({ phase: 'Pending' })
  expect(site.events('work')).toEqual([
    {
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    },
  ])
  site.api.create(aPod('p', volumes('work')))
  await site.pass(30)
  expect(status(site.get(CLAIM, 'work'))).toMatchObject({
    phase: 'Bound',
    capacity: { storage: '10Gi' },
  })
  expect(site.pod('p')?.status?.phase).toBe('Running')
  expect(site.api.list(VOLUME)).toHaveLength(1)
  site.api.remove({ group: '', kind: 'Pod' }, 'p', { namespace: 'team' })
  site.api.remove(CLAIM, 'work', { namespace: 'team' })
  await site.pass(30)
  expect(site.api.list(VOLUME)).toEqual([])
})

async function withSnapshot() {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(aClaim('work', {}, { [FILES]: '{"notes.md":"first"}' }))
  site.api.create(aPod('p', volumes('work')))
  await site.pass(30)
  site.api.create(aSnapshot('s1', 'work'))
  await site.pass(5)
  return site
}

test('a snapshot is ready in seconds, and a clone of it holds what was there then', async () => {
  const site = await withSnapshot()
  expect(status(site.get(SNAPSHOT, 's1'))).toMatchObject({ readyToUse: true, restoreSize: '10Gi' })
  const changed = site.get(CLAIM, 'work')
  if (changed)
    site.api.update({
      ...changed,
      metadata: {
        ...changed.metadata,
        annotations: { ...changed.metadata.annotations, [FILES]: '{"notes.md":"second"}' },
      },
    })
  site.api.create(
    aClaim('clone', {
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's1' },
    }),
  )
  site.api.create(aPod('q', volumes('clone')))
  await site.pass(30)
  const clone = site.get(CLAIM, 'clone')
  expect(clone?.metadata.annotations?.[FILES]).toBe('{"notes.md":"first"}')
  expect(
    site.api.list(VOLUME).map(({ metadata }) => metadata.annotations?.[CLONED_FROM]),
  ).toContain('VolumeSnapshot/team/s1')
})

test('a snapshot is brought into another namespace by a content for the same handle', async () => {
  const site = await withSnapshot()
  site.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
  const [content] = site.api.list(SNAPSHOT_CONTENT)
  const handle = String(status(content)['snapshotHandle'])
  site.api.create({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: 'brought' },
    spec: {
      deletionPolicy: 'Retain',
      driver: 'fast.csi.plant.takt.dev',
      source: { snapshotHandle: handle },
      volumeSnapshotRef: { name: 'local', namespace: 'other' },
    },
  })
  site.api.create({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name: 'local', namespace: 'other' },
    spec: { source: { volumeSnapshotContentName: 'brought' } },
  })
  site.api.create({
    ...aClaim('clone', {
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'local' },
    }),
    metadata: {
      name: 'clone',
      namespace: 'other',
      annotations: { 'volume.kubernetes.io/selected-node': 'cpu-1' },
    },
  })
  await site.pass(30)
  expect(status(site.api.get(SNAPSHOT, 'local', 'other'))).toMatchObject({
    readyToUse: true,
    restoreSize: '10Gi',
  })
  expect(site.api.get(CLAIM, 'clone', 'other')?.metadata.annotations?.[FILES]).toBe(
    '{"notes.md":"first"}',
  )
})

test.each<[why: string, claim: object, says: RegExp]>([
  [
    'the driver of bulk storage cannot clone',
    {
      storageClassName: 'bulk-hdd',
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's1' },
    },
    /driver bulk\.csi\.plant\.takt\.dev cannot restore a snapshot of driver fast\.csi/,
  ],
  [
    'a snapshot that is not there',
    { dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'gone' } },
    /volumesnapshots\.snapshot\.storage\.k8s\.io "gone" not found/,
  ],
  [
    'a clone smaller than its snapshot',
    {
      resources: { requests: { storage: '5Gi' } },
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's1' },
    },
    /requested volume size 5Gi is less than the size 10Gi/,
  ],
  [
    'a class nobody knows',
    { storageClassName: 'gold' },
    /storageclass\.storage\.k8s\.io "gold" not found/,
  ],
])('a clone is refused with its reason: %s', async (_why, claim, says) => {
  const site = await withSnapshot()
  site.api.create(aClaim('clone', claim, { 'volume.kubernetes.io/selected-node': 'cpu-1' }))
  await site.pass(5)
  expect(status(site.get(CLAIM, 'clone'))).not.toMatchObject({ phase: 'Bound' })
  expect(
    site.events('clone').find(({ reason }) => reason === 'ProvisioningFailed')?.message,
  ).toMatch(says)
})

test('a snapshot of a claim on bulk storage says that no class serves it', async () => {
  const site = aSite()
  site.api.create(
    aClaim(
      'bulk',
      { storageClassName: 'bulk-hdd' },
      { 'volume.kubernetes.io/selected-node': 'cpu-1' },
    ),
  )
  await site.pass(5)
  site.api.create(aSnapshot('s2', 'bulk'))
  await site.pass(5)
  expect(status(site.get(SNAPSHOT, 's2'))).toMatchObject({
    readyToUse: false,
    error: {
      message:
        'driver fast.csi.plant.takt.dev of class fast-ssd does not serve volumes of driver bulk.csi.plant.takt.dev',
    },
  })
})

test('without the add-ons the same work runs as a StatefulSet with its own claim template', async () => {
  const site = aSite({ addOns: { notebooks: false, snapshots: false, kueue: false } })
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'nb', namespace: 'team' },
    spec: {
      replicas: 2,
      serviceName: 'nb',
      selector: { matchLabels: { app: 'nb' } },
      template: {
        metadata: { labels: { app: 'nb' } },
        spec: { containers: [container({ mount: '/home/jovyan' })] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'work' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'fast-ssd',
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ],
    },
  })
  await site.pass(60)
  expect(site.pods().map(({ metadata, status: is }) => [metadata.name, is?.phase])).toEqual([
    ['nb-0', 'Running'],
    ['nb-1', 'Running'],
  ])
  expect(status(site.get(STATEFUL_SET, 'nb'))).toMatchObject({ readyReplicas: 2, replicas: 2 })
  expect(
    site.api
      .list(CLAIM, { namespace: 'team' })
      .map(({ metadata }) => metadata.name)
      .sort(),
  ).toEqual(['work-nb-0', 'work-nb-1'])
  expect(site.errors).toEqual([])
})
