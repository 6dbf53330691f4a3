import { ANNOTATION, LABEL } from '../../kernel/manifest'
import { RUN_SECONDS } from '../controllers/kubelet/durations'
import { GPU_USE } from '../controllers/gpu-use'
import { QUEUE_LABEL } from '../controllers/kueue/admission'
import { WORKED_IN } from '../controllers/gpu-use'
import type { KubeObject } from '../types'
import { A100, L40S } from './hardware'
import { imageOf, toolOf } from './tools'
import { at, DAY, record } from './words'

const GPU = 'nvidia.com/gpu'
const SLICE = 'nvidia.com/mig-1g.10gb'
export const MODELS = { a100: A100, l40s: L40S, slice: A100 } as const
type Kind = keyof typeof MODELS | 'cpu'
const COST: Record<Kind, { cores: number; memoryGi: number }> = {
  a100: { cores: 16, memoryGi: 192 },
  l40s: { cores: 12, memoryGi: 96 },
  slice: { cores: 2, memoryGi: 24 },
  cpu: { cores: 4, memoryGi: 16 },
}

/** A machine as people pick it: so many of a kind. */
export interface Share {
  kind: Kind
  count: number
}
const resourceOf = (kind: Kind) => (kind === 'slice' ? SLICE : GPU)
export function resources({ kind, count }: Share): Record<string, string> {
  const { cores, memoryGi } = COST[kind]
  return {
    cpu: String(cores * count),
    memory: `${String(memoryGi * count)}Gi`,
    ...(kind !== 'cpu' && { [resourceOf(kind)]: String(count) }),
  }
}
const selectorOf = ({ kind }: Share) =>
  kind === 'cpu'
    ? {}
    : {
        nodeSelector: { 'nvidia.com/gpu.product': MODELS[kind] },
        tolerations: [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }],
      }

export interface JobOutline {
  project: string
  name: string
  by: string
  gpus: Share
  seconds: number
  priority?: string
  fails?: string
  expectedSeconds?: number
  image?: string
  dueAt?: number
}
// What training reads, where its project has said so; what writes checkpoints says where.
const READS: Record<string, string> = {
  'parcel-ocr': 'lakefs://parcels/main/',
  'demand-14d': 's3://acme-store-sales/receipts/',
  'call-intent': 's3://calls-2026-11/',
}
const CHECKPOINTS = new Set(['parcel-ocr', 'defect-cam', 'call-intent'])
/** A run feeds its GPUs from fewer cores than a person who works with them. */
const RUN_COST = { a100: { cores: 11, memoryGi: 120 } } as const
const runResources = (gpus: Share): Record<string, string> =>
  gpus.kind === 'a100'
    ? {
        ...resources(gpus),
        cpu: String(RUN_COST.a100.cores * gpus.count),
        memory: `${String(RUN_COST.a100.memoryGi * gpus.count)}Gi`,
      }
    : resources(gpus)
export const TRAINING_IMAGE = 'registry.oslo.example/train/pytorch:2.11-cuda13'

/** A training run in its project's queue. */
export const jobObject = ({
  project,
  name,
  by,
  gpus,
  seconds,
  priority = 'batch',
  fails,
  expectedSeconds = seconds,
  image = TRAINING_IMAGE,
  dueAt,
}: JobOutline): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name,
    namespace: project,
    annotations: {
      [ANNOTATION.expectedSeconds]: String(Math.round(expectedSeconds)),
      ...(CHECKPOINTS.has(project) && {
        'takt.dev/checkpoint-path': `s3://checkpoints/${project}/${name}`,
      }),
      ...(dueAt !== undefined && { 'takt.dev/due': at(dueAt) }),
    },
    labels: {
      ...(gpus.kind !== 'cpu' && {
        [QUEUE_LABEL]: 'training',
        'kueue.x-k8s.io/priority-class': priority,
      }),
      [LABEL.project]: project,
      [LABEL.owner]: by,
    },
  },
  spec: {
    suspend: gpus.kind !== 'cpu',
    parallelism: 1,
    completions: 1,
    backoffLimit: 1,
    ttlSecondsAfterFinished: 2 * 86_400,
    template: {
      metadata: {
        labels: { [LABEL.project]: project, [LABEL.owner]: by },
        annotations: {
          [RUN_SECONDS]: String(Math.round(seconds)),
          ...(fails && { 'plant.takt.dev/fails': fails }),
        },
      },
      spec: {
        restartPolicy: 'Never',
        priorityClassName: priority,
        ...selectorOf(gpus),
        containers: [
          {
            name: 'train',
            image,
            resources: { requests: runResources(gpus), limits: runResources(gpus) },
            env: [
              { name: 'RUN_NAME', value: name },
              ...(READS[project] === undefined
                ? []
                : [{ name: 'DATA_URI', value: READS[project] }]),
            ],
          },
        ],
      },
    },
  },
})

export interface ServerOutline {
  project: string
  name: string
  gpus: Share
  replicas?: number
  image: string
  port?: number
}
/** A model that answers requests. */
export const serverObjects = ({
  project,
  name,
  gpus,
  replicas = 1,
  image,
  port = 8080,
}: ServerOutline): KubeObject[] => {
  const labels = { app: name, [LABEL.project]: project }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: project, labels },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels, annotations: { [GPU_USE]: 'serve' } },
          spec: {
            ...selectorOf(gpus),
            containers: [
              {
                name: 'server',
                image,
                ports: [{ name: 'http', containerPort: port }],
                resources: { requests: resources(gpus), limits: resources(gpus) },
                readinessProbe: { httpGet: { path: '/health', port }, periodSeconds: 5 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: project, labels },
      spec: {
        type: 'ClusterIP',
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: port, protocol: 'TCP' }],
      },
    },
  ]
}

export interface EnvironmentOutline {
  project: string
  name: string
  owner: string
  item: string
  gpus: Share
  tool: string
  data: string
  idle?: boolean
  paused?: boolean
}
const sizeOf = ({ kind, count }: Share) => {
  const { cores, memoryGi } = COST[kind]
  const names = {
    a100: `${String(count)} × A100`,
    l40s: `${String(count)} × L40S`,
    slice: '1/7 A100',
    cpu: 'CPU small',
  }
  return {
    name: names[kind],
    cpuCores: cores * count,
    memoryGi: memoryGi * count,
    ...(kind !== 'cpu' && { gpu: { resource: resourceOf(kind), count, model: MODELS[kind] } }),
  }
}
const labelsOf = (outline: EnvironmentOutline) => ({
  [LABEL.managedBy]: 'takt',
  [LABEL.project]: outline.project,
  [LABEL.environment]: outline.name,
  [LABEL.owner]: outline.owner,
  [LABEL.tool]: outline.tool,
  [LABEL.workItem]: outline.item,
})

export function environmentRecord(outline: EnvironmentOutline, now: number): KubeObject {
  const tool = toolOf(outline.tool)
  return record(
    'Environment',
    { name: outline.name, namespace: outline.project, labels: labelsOf(outline) },
    {
      project: outline.project,
      workItem: outline.item,
      owner: outline.owner,
      site: 'oslo',
      size: sizeOf(outline.gpus),
      availability: 'single',
      replicas: 1,
      tool: { name: outline.tool, image: imageOf(tool), port: tool.port, probePath: tool.probe },
      data: [{ source: outline.data, mount: 'pointer' }],
      workspace: { gi: 200, storageClass: 'fast-ssd' },
      expiresAt: at(now + 15 * DAY),
      idle: { pauseAfterMinutes: 45, protectedHours: 'Mon to Fri 08:00 to 18:00' },
      state: outline.paused ? 'paused' : 'running',
    },
  )
}

/** The volume and the Notebook of an environment, owned by its record. */
export function environmentObjects(outline: EnvironmentOutline, owner: KubeObject): KubeObject[] {
  const { name, project, gpus } = outline
  const tool = toolOf(outline.tool)
  const metadata = {
    namespace: project,
    labels: labelsOf(outline),
    ownerReferences: [
      {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        name,
        uid: owner.metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  }
  const files = {
    'notes.md': `# ${project}\n\nWhat we tried, newest first.\n`,
    'explore.ipynb': '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
    [`${project}/.git/HEAD`]: '4f0c2a9be1d87735a6f1c0de5b21a9440c7e6d18\n',
    [`${project}/train.py`]: 'print("train")\n',
  }
  const probe = { httpGet: { path: tool.probe, port: tool.port }, periodSeconds: 2 }
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...metadata,
        name: `${name}-work`,
        annotations: { 'plant.takt.dev/files': JSON.stringify(files) },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast-ssd',
        resources: { requests: { storage: '200Gi' } },
      },
    },
    {
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: {
        ...metadata,
        name,
        annotations: {
          [GPU_USE]: outline.idle ? 'idle' : 'notebook',
          ...(!outline.idle && { [WORKED_IN]: 'all-day' }),
          ...(outline.paused && { 'kubeflow-resource-stopped': at(0) }),
        },
      },
      spec: {
        template: {
          spec: {
            ...selectorOf(gpus),
            securityContext: { fsGroup: 100 },
            volumes: [{ name: 'work', persistentVolumeClaim: { claimName: `${name}-work` } }],
            containers: [
              {
                name,
                image: imageOf(tool),
                ports: [{ name: 'http', containerPort: tool.port, protocol: 'TCP' }],
                resources: { requests: resources(gpus), limits: resources(gpus) },
                volumeMounts: [{ name: 'work', mountPath: '/home/jovyan' }],
                env: [
                  {
                    name: `TAKT_DATA_${outline.data.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`,
                    value: outline.data,
                  },
                ],
                readinessProbe: { ...probe, failureThreshold: 3 },
                startupProbe: { ...probe, failureThreshold: 150 },
              },
            ],
          },
        },
      },
    },
  ]
}
