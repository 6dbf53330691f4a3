import type { MovableKind } from '../../../../preload/contract/burst'

/** Anything that was read from a manifest or a cluster. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }
/** Where a value stands in an object. */
export type Path = readonly (string | number)[]

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectAt = (value: Json | undefined, ...path: string[]): JsonObject => {
  let at = value
  for (const key of path) at = isObject(at) ? at[key] : undefined
  return isObject(at) ? at : {}
}
export const listAt = (value: Json | undefined, ...path: string[]): Json[] => {
  const at = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
  return Array.isArray(at) ? at : []
}
export const textAt = (value: Json | undefined, ...path: string[]): string | undefined => {
  const at = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
  return typeof at === 'string' ? at : undefined
}
export const numberAt = (value: Json | undefined, ...path: string[]): number | undefined => {
  const at = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
  return typeof at === 'number' ? at : undefined
}

/** What can move, and what only its manifest can be looked at: a template is run by something else, a compiled pipeline becomes a Workflow. */
export type ManifestKind = MovableKind | 'PodTemplate' | 'Pipeline'
export const APIS: Record<
  MovableKind,
  { apiVersion: string; group: string; version: string; plural: string }
> = {
  Job: { apiVersion: 'batch/v1', group: 'batch', version: 'v1', plural: 'jobs' },
  TrainJob: {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    group: 'trainer.kubeflow.org',
    version: 'v1alpha1',
    plural: 'trainjobs',
  },
  PyTorchJob: {
    apiVersion: 'kubeflow.org/v1',
    group: 'kubeflow.org',
    version: 'v1',
    plural: 'pytorchjobs',
  },
  Workflow: {
    apiVersion: 'argoproj.io/v1alpha1',
    group: 'argoproj.io',
    version: 'v1alpha1',
    plural: 'workflows',
  },
  Pod: { apiVersion: 'v1', group: '', version: 'v1', plural: 'pods' },
}
export const MOVABLE = Object.keys(APIS) as MovableKind[]

/** The kind of a manifest, by group and not by version; undefined where Takt cannot read it. */
export function kindOf(object: JsonObject): ManifestKind | undefined {
  const [apiVersion, kind] = [textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? '']
  if (isObject(object['pipelineInfo']) || isObject(object['platforms'])) return 'Pipeline'
  if (kind === 'PodTemplate' && apiVersion === 'v1') return 'PodTemplate'
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
  return MOVABLE.find((one) => one === kind && APIS[one].group === group)
}

/** One set of pods of a workload: where its template stands, and how many pods there are of it. */
export interface PodSet {
  path: Path
  spec: JsonObject
  count: number
}

const at = (object: JsonObject, path: string[], count: number): PodSet[] => {
  const spec = objectAt(object, ...path)
  return Object.keys(spec).length === 0 ? [] : [{ path, spec, count }]
}

export function podSetsOf(object: JsonObject, kind: ManifestKind): PodSet[] {
  switch (kind) {
    case 'Job':
      return at(
        object,
        ['spec', 'template', 'spec'],
        Math.min(
          numberAt(object, 'spec', 'parallelism') ?? 1,
          numberAt(object, 'spec', 'completions') ?? Infinity,
        ),
      )
    case 'Pod':
      return at(object, ['spec'], 1)
    case 'PodTemplate':
      return at(object, ['template', 'spec'], 1)
    case 'PyTorchJob':
      return Object.entries(objectAt(object, 'spec', 'pytorchReplicaSpecs')).flatMap(
        ([role, replica]) =>
          at(
            object,
            ['spec', 'pytorchReplicaSpecs', role, 'template', 'spec'],
            numberAt(replica, 'replicas') ?? 1,
          ),
      )
    case 'Workflow':
      return listAt(object, 'spec', 'templates').flatMap((template, index) =>
        isObject(template) && (isObject(template['container']) || isObject(template['script']))
          ? [
              {
                path: ['spec', 'templates', index],
                spec: {
                  ...template,
                  containers: [template['container'] ?? template['script'] ?? {}],
                },
                count: 1,
              },
            ]
          : [],
      )
    case 'TrainJob':
      return trainer(object)
    case 'Pipeline':
      return Object.entries(objectAt(object, 'deploymentSpec', 'executors')).flatMap(
        ([name, executor]) => [
          {
            path: ['deploymentSpec', 'executors', name],
            spec: { containers: [objectAt(executor, 'container')] },
            count: 1,
          },
        ],
      )
  }
}

/** A TrainJob names no pod template: its trainer stands for the container, its runtime for the rest. */
function trainer(object: JsonObject): PodSet[] {
  const own = objectAt(object, 'spec', 'trainer')
  return [
    {
      path: ['spec', 'trainer'],
      spec: { containers: [{ ...own, resources: objectAt(own, 'resourcesPerNode') }] },
      count: numberAt(own, 'numNodes') ?? 1,
    },
  ]
}

export const containersOf = (spec: JsonObject): JsonObject[] =>
  listAt(spec, 'containers').filter(isObject)
