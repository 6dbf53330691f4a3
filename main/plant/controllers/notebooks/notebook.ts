import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import { NOTEBOOK, POD, SERVICE, STATEFUL_SET } from '../kinds'
import { controllerRef, isReady, same, type Container, type Pod, type PodSpec } from '../objects'

interface Notebook extends KubeObject {
  spec: { template: { spec: PodSpec } }
  status?: unknown
}

const NAME = 'notebook-controller'
const STOPPED = 'kubeflow-resource-stopped'
const DEFAULT_PORT = 8888

/** Runs a Kubeflow Notebook as a StatefulSet of one with a Service before it; the stop annotation scales it to nothing. */
export function notebooks(engine: Engine): Controller {
  return {
    name: 'notebooks',
    watches: [
      {
        kinds: [NOTEBOOK],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      {
        kinds: [STATEFUL_SET],
        wakes: ({ object }) =>
          object.metadata.ownerReferences?.some(({ kind }) => kind === 'Notebook')
            ? [keyOf(object)]
            : [],
      },
      {
        kinds: [POD],
        wakes: ({ object }) =>
          object.metadata.labels?.['notebook-name']
            ? [`${object.metadata.namespace ?? ''}/${object.metadata.labels['notebook-name']}`]
            : [],
      },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const notebook = engine.api.get(NOTEBOOK, name, namespace) as Notebook | undefined
      if (!notebook || notebook.metadata.deletionTimestamp) return
      ensure(engine, statefulSetOf(notebook), STATEFUL_SET)
      ensure(engine, serviceOf(notebook), SERVICE)
      report(engine, notebook)
    },
  }
}

const portOf = (container: Container | undefined) =>
  container?.ports?.[0]?.containerPort ?? DEFAULT_PORT

function statefulSetOf(notebook: Notebook): KubeObject {
  const { name, namespace = 'default', annotations = {} } = notebook.metadata
  const { containers, ...podSpec } = notebook.spec.template.spec
  const [first = { name }, ...others] = containers
  // The real controller passes the annotations of the notebook on, except those of kubectl, notebooks and culling.
  const passed = Object.fromEntries(
    Object.entries(annotations).filter(([key]) => !/kubectl|notebook/.test(key) && key !== STOPPED),
  )
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace, ownerReferences: [controllerRef(notebook)] },
    spec: {
      replicas: annotations[STOPPED] === undefined ? 1 : 0,
      serviceName: '',
      selector: { matchLabels: { statefulset: name } },
      template: {
        metadata: {
          labels: { ...notebook.metadata.labels, statefulset: name, 'notebook-name': name },
          ...(Object.keys(passed).length > 0 && { annotations: passed }),
        },
        spec: {
          securityContext: { fsGroup: 100 },
          ...podSpec,
          containers: [completed(first, `/notebook/${namespace}/${name}`), ...others],
        },
      },
    },
  }
}

/** The first container with what the real controller fills in. */
const completed = (container: Container, prefix: string): Container => ({
  ...container,
  workingDir: container.workingDir ?? '/home/jovyan',
  ports: container.ports ?? [
    { name: 'notebook-port', containerPort: DEFAULT_PORT, protocol: 'TCP' },
  ],
  env: [
    ...(container.env ?? []).filter((each) => each.name !== 'NB_PREFIX'),
    { name: 'NB_PREFIX', value: prefix },
  ],
})

function serviceOf(notebook: Notebook): KubeObject {
  const { name, namespace = 'default' } = notebook.metadata
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, ownerReferences: [controllerRef(notebook)] },
    spec: {
      type: 'ClusterIP',
      selector: { statefulset: name },
      ports: [
        {
          name: `http-${name}`,
          port: 80,
          targetPort: portOf(notebook.spec.template.spec.containers[0]),
          protocol: 'TCP',
        },
      ],
    },
  }
}

/** Creates the object, or brings the fields this controller minds about to their value. */
function ensure(engine: Engine, wanted: KubeObject, kind: { group: string; kind: string }) {
  const there = engine.api.get(kind, wanted.metadata.name, wanted.metadata.namespace)
  if (!there) {
    engine.api.create(wanted, NAME)
    return
  }
  const hash = JSON.stringify(wanted['spec'])
  if (kind.kind === 'Service' || there.metadata.deletionTimestamp) return
  const spec = there['spec'] as { replicas?: number; template: { metadata?: object; spec: object } }
  const target = wanted['spec'] as {
    replicas: number
    template: { metadata: object; spec: object }
  }
  // The server fills defaults in, so only what was wanted is compared: field by field, below.
  if (spec.replicas === target.replicas && covers(spec.template, target.template)) return
  engine.api.update(
    { ...there, spec: { ...(there['spec'] as object), ...(JSON.parse(hash) as object) } },
    NAME,
  )
}

/** Whether every field of `part` stands in `whole` with the same value. */
export function covers(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part))
    return (
      Array.isArray(whole) &&
      whole.length === part.length &&
      part.every((each, index) => covers(whole[index], each))
    )
  if (typeof part !== 'object' || part === null) return whole === part
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(
    ([field, value]) =>
      value === undefined || covers((whole as Record<string, unknown>)[field], value),
  )
}

function report(engine: Engine, notebook: Notebook) {
  const { name, namespace } = notebook.metadata
  const latest = engine.api.get(NOTEBOOK, name, namespace)
  const status = statusOf(notebook, engine.api.get(POD, `${name}-0`, namespace) as Pod | undefined)
  if (latest && !same(latest['status'], status))
    engine.api.updateStatus({ ...latest, status }, NAME)
}

function statusOf(notebook: Notebook, pod: Pod | undefined) {
  if (!pod?.status || pod.metadata.deletionTimestamp)
    return { conditions: [], readyReplicas: 0, containerState: {} }
  const { containerStatuses = [], conditions = [] } = pod.status
  const main = notebook.spec.template.spec.containers[0]?.name
  const mirrored = conditions.map(({ type, status, reason, message, lastTransitionTime }) => ({
    type,
    status,
    ...(lastTransitionTime && { lastProbeTime: lastTransitionTime, lastTransitionTime }),
    ...(reason && { reason }),
    ...(message && { message }),
  }))
  return {
    conditions: mirrored,
    readyReplicas: isReady(pod) ? 1 : 0,
    containerState:
      (containerStatuses.find(({ name }) => name === main) ?? containerStatuses[0])?.state ?? {},
  }
}
