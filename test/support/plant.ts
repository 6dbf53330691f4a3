import { createPlantApi } from '../../main/plant/api'
import { startControllers, type AddOns } from '../../main/plant/controllers'
import { EVENT, POD } from '../../main/plant/controllers/kinds'
import type { Pod } from '../../main/plant/controllers/objects'
import { A100, FOUNDATION, L40S, makeNode } from '../../main/plant/world/hardware'
import { seeded } from '../../main/kernel/random'
import type { GroupKind, KubeObject } from '../../main/plant/types'
import { HandClock } from './clock'

export const IMAGE = 'registry.example/tools/jupyter-gpu:1'
const PRODUCTS = {
  a100: { product: A100, memoryMib: 81_920 },
  l40s: { product: L40S, memoryMib: 46_068 },
}

/** A simulated cluster with the namespace "team" and running controllers, on a clock that is moved by hand. */
export function aSite(options: { addOns?: AddOns } = {}) {
  const clock = new HandClock()
  const errors: string[] = []
  const api = createPlantApi({ clock, random: seeded(7) })
  const controllers = startControllers(api, {
    ...options,
    onError: (error, where) => errors.push(`${where}: ${(error as Error).stack ?? ''}`),
  })
  const withSnapshots = options.addOns?.snapshots !== false
  for (const object of FOUNDATION)
    if (withSnapshots || object.kind !== 'VolumeSnapshotClass') api.create(object)
  api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  controllers.engine.settle()
  return {
    ...controllers,
    api,
    clock,
    errors,
    /** Works off what was written, then moves time on. */
    async pass(seconds: number) {
      controllers.engine.settle()
      await clock.advance(seconds * 1000)
    },
    addNode: (
      name: string,
      gpus: number,
      more: {
        kind?: keyof typeof PRODUCTS
        cores?: number
        images?: string[]
        split?: string[]
      } = {},
    ) =>
      makeNode(api, {
        name,
        cores: more.cores ?? 96,
        memoryGi: 800,
        address: '10.0.0.1',
        instanceType: 'x',
        region: 'lab',
        images: more.images ?? [],
        ...(gpus > 0 && {
          gpus: {
            ...PRODUCTS[more.kind ?? 'l40s'],
            count: gpus,
            ...(more.split && { split: more.split }),
          },
        }),
      }),
    get: <T extends KubeObject>(kind: GroupKind, name: string) =>
      api.get(kind, name, 'team') as T | undefined,
    pod: (name: string) => api.get(POD, name, 'team') as Pod | undefined,
    pods: () => api.list(POD, { namespace: 'team' }) as Pod[],
    events: (about: string) =>
      api
        .list(EVENT, { namespace: 'team' })
        .filter((event) => (event['involvedObject'] as { name: string }).name === about)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map((event) => ({ reason: String(event['reason']), message: String(event['message']) })),
  }
}

type Amounts = Record<string, string>
export const container = (
  more: {
    limits?: Amounts
    image?: string
    port?: number
    mount?: string
    readinessProbe?: object
    env?: object[]
  } = {},
) => ({
  name: 'main',
  image: more.image ?? IMAGE,
  ...(more.limits && { resources: { limits: more.limits, requests: more.limits } }),
  ...(more.port && { ports: [{ name: 'http', containerPort: more.port }] }),
  ...(more.mount && { volumeMounts: [{ name: 'work', mountPath: more.mount }] }),
  ...(more.readinessProbe && { readinessProbe: more.readinessProbe }),
  ...(more.env && { env: more.env }),
})
export const aPod = (
  name: string,
  spec: object = {},
  annotations: Record<string, string> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'team', annotations },
  spec: { containers: [container()], ...spec },
})
export const aClaim = (
  name: string,
  spec: object = {},
  annotations: Record<string, string> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'team', annotations },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'fast-ssd',
    resources: { requests: { storage: '10Gi' } },
    ...spec,
  },
})
export const aNotebook = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'Notebook',
  metadata: { name, namespace: 'team', labels: { app: name } },
  spec: { template: { spec: { containers: [{ ...container({ port: 8888 }), name }], ...spec } } },
})
