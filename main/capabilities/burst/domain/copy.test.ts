import { expect, test } from 'vitest'
import type { MovableKind } from '../../../../preload/contract/burst'
import { copyOf } from './copy'
import type { JsonObject } from './movable'

const container = {
  name: 'main',
  image: 'registry.example/train:1',
  resources: { limits: { 'nvidia.com/gpu': '8' } },
}
const pods = { spec: { containers: [container] } }
const SPECS: Record<MovableKind, { apiVersion: string; spec: JsonObject; left: JsonObject }> = {
  Job: {
    apiVersion: 'batch/v1',
    left: {
      parallelism: 2,
      suspend: true,
      template: { metadata: { labels: { app: 'x' } }, ...pods },
    },
    spec: {
      parallelism: 2,
      managedBy: 'kueue.x-k8s.io/multikueue',
      manualSelector: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
      template: {
        metadata: {
          labels: { app: 'x', 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'x' },
          creationTimestamp: null,
        },
        ...pods,
      },
    },
  },
  TrainJob: {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    spec: {
      managedBy: 'kueue.x-k8s.io/multikueue',
      runtimeRef: { name: 'torch' },
      trainer: { numNodes: 2 },
    },
    left: { runtimeRef: { name: 'torch' }, trainer: { numNodes: 2 }, suspend: true },
  },
  PyTorchJob: {
    apiVersion: 'kubeflow.org/v1',
    spec: {
      runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue', backoffLimit: 3 },
      pytorchReplicaSpecs: { Worker: { replicas: 2, template: pods } },
    },
    left: {
      runPolicy: { backoffLimit: 3, suspend: true },
      pytorchReplicaSpecs: { Worker: { replicas: 2, template: pods } },
    },
  },
  Workflow: {
    apiVersion: 'argoproj.io/v1alpha1',
    spec: { entrypoint: 'a', templates: [{ name: 'a', container }] },
    left: { entrypoint: 'a', templates: [{ name: 'a', container }], suspend: true },
  },
  Pod: {
    apiVersion: 'v1',
    spec: {
      containers: [container],
      nodeName: 'n-1',
      schedulingGates: [{ name: 'kueue.x-k8s.io/admission' }],
      tolerations: [{ operator: 'Exists' }],
    },
    left: { containers: [container] },
  },
}

test.each(Object.entries(SPECS) as [MovableKind, (typeof SPECS)[MovableKind]][])(
  'a %s is made anew as its owner wrote it, held back, and tied to nothing of the first',
  (kind, { apiVersion, spec, left }) => {
    const object: JsonObject = {
      apiVersion,
      kind,
      status: { active: 1 },
      metadata: {
        name: 'x',
        namespace: 'vision',
        uid: 'u',
        resourceVersion: '7',
        ownerReferences: [{ kind: 'Y' }],
        labels: { 'kueue.x-k8s.io/queue-name': 'q-burst', 'job-name': 'x' },
        annotations: {
          mine: 'yes',
          'takt.dev/held': 'run',
          'takt.dev/moved-to': '{}',
          'takt.dev/checkpoint-path': 's3://c/x',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
      spec,
    }
    const before = structuredClone(object)
    const copy = copyOf(object, kind, {
      namespace: 'vision',
      name: 'x',
      annotations: { 'takt.dev/moved-from': '{}' },
      suspended: true,
    })
    expect(copy).toEqual({
      apiVersion,
      kind,
      spec: left,
      metadata: {
        name: 'x',
        namespace: 'vision',
        labels: { 'kueue.x-k8s.io/queue-name': 'q-burst' },
        annotations: {
          mine: 'yes',
          'takt.dev/checkpoint-path': 's3://c/x',
          'takt.dev/moved-from': '{}',
        },
      },
    })
    expect(object).toEqual(before)
  },
)
