import { makeCapacity } from '../../../main/capabilities/capacity'
import { makeEnvironments, type EnvironmentPorts } from '../../../main/capabilities/environments'
import { makeWorklog } from '../../../main/capabilities/flow'
import { makeDrafts, makeProjects } from '../../../main/capabilities/projects'
import { makeSnapshots } from '../../../main/capabilities/snapshots'
import { succeed } from '../../../main/kernel/outcome'
import { silentLog } from '../../../main/platform/log'
import type { KubeObject } from '../../../main/platform/kubernetes/types'
import type { TaktRecord } from '../../../preload/contract/records'
import { HandClock } from '../clock'
import { FakeKube } from './kube'
import { fakeRecords, fakeSites, FakeOperations, random } from './ports'

const objectOf = ({ kind, meta, spec, status }: TaktRecord): KubeObject => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind,
  metadata: { name: meta.name, ...(meta.namespace !== undefined && { namespace: meta.namespace }) },
  spec,
  status,
})
const node = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S', 'nvidia.com/gpu.count': '8' },
  },
  status: {
    capacity: { cpu: '128', memory: '1024Gi', 'nvidia.com/gpu': '8' },
    allocatable: { cpu: '128', memory: '1024Gi', 'nvidia.com/gpu': '8' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

/** The services of the discovery line over one in-memory cluster, with a node and a default storage class. */
export function aLine(given: TaktRecord[] = [], options: { snapshots?: boolean } = {}) {
  const clock = new HandClock()
  const kube = new FakeKube({ clock })
  kube.put(node('l40s-1'))
  kube.put({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'fast',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'csi.example',
  })
  if (options.snapshots !== false)
    kube.put({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'fast-snapshots' },
      driver: 'csi.example',
    })
  else kube.absent.add('volumesnapshotclasses')
  for (const record of given) kube.put(objectOf(record))
  const sites = fakeSites(kube)
  const records = fakeRecords(kube)
  const operations = new FakeOperations(kube)
  const base = { sites, records, operations, clock, random: random() }
  const capacity = makeCapacity({ sites })
  const worklog = makeWorklog(base)
  const kept = new Map<string, unknown>()
  const saved = new Map<string, { id: string; value: unknown; savedAt: number }>()
  const done = { ok: true as const, value: undefined }
  const savedDrafts = {
    list: () => [...saved.values()],
    put: (draft: { id: string; value: unknown; savedAt: number }) => {
      saved.set(draft.id, draft)
      return done
    },
    remove: (id: string) => {
      saved.delete(id)
      return done
    },
  }
  const projectPorts = {
    ...base,
    worklog,
    capacity,
    drafts: makeDrafts({ kept: savedDrafts, clock }),
  }
  const projects = makeProjects(projectPorts)
  const snapshots = makeSnapshots({ ...base, versions: {} })
  const settings = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => {
      kept.set(key, value)
      return done
    },
    remove: (key: string) => {
      kept.delete(key)
      return done
    },
  }
  const ports: EnvironmentPorts = {
    ...base,
    worklog,
    capacity,
    snapshots,
    projects: projectPorts,
    settings,
    load: () =>
      Promise.resolve(
        succeed({
          gpuShare: { known: true, value: 0 },
          cpuCores: { known: true, value: 0 },
        }),
      ),
    log: silentLog,
  }
  return {
    ...base,
    clock,
    kube,
    operations,
    worklog,
    projects,
    savedDrafts,
    snapshots,
    environments: makeEnvironments(ports),
    ports,
  }
}

/** Plays the cluster's controllers for one environment: its pod, ready on a node, and its claims bound. */
export function playPod(
  kube: FakeKube,
  { namespace, name, ready = true }: { namespace: string; name: string; ready?: boolean },
) {
  for (const claim of kube.all('PersistentVolumeClaim'))
    if (claim.metadata.namespace === namespace) kube.put({ ...claim, status: { phase: 'Bound' } })
  const on = '2026-11-18T14:32:00Z'
  const owner = kube.one('Notebook', name) ?? kube.one('StatefulSet', name)
  const ownerReferences = owner
    ? [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid: owner.metadata.uid ?? '' }]
    : []
  const conditions = [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: on },
    ...(ready ? [{ type: 'Ready', status: 'True', lastTransitionTime: on }] : []),
  ]
  kube.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-0`,
      namespace,
      labels: { 'takt.dev/environment': name },
      ownerReferences,
    },
    spec: { nodeName: 'l40s-1', containers: [{ name, image: 'x' }] },
    status: {
      phase: 'Running',
      startTime: on,
      conditions,
      containerStatuses: [{ name, restartCount: 0, state: { running: { startedAt: on } } }],
    },
  })
}
