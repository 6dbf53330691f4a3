import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import { ENDPOINTS, ENDPOINT_SLICE, POD, SERVICE } from '../kinds'
import { controllerRef, hexOf, isFinished, isReady, same, type Pod } from '../objects'

interface ServicePort {
  name?: string
  port: number
  targetPort?: number | string
  protocol?: string
}
export interface Service extends KubeObject {
  spec: { selector?: Record<string, string>; ports?: ServicePort[] }
}

/** Lists the addresses behind each Service, as Endpoints and as an EndpointSlice. */
export function services(engine: Engine): Controller {
  return {
    name: 'services',
    sumsUp: true,
    watches: [
      {
        kinds: [SERVICE],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      {
        kinds: [POD],
        wakes: ({ object }) =>
          (
            engine.api.list(SERVICE, {
              ...(object.metadata.namespace && { namespace: object.metadata.namespace }),
            }) as Service[]
          )
            .filter((service) => backs(service, object as Pod))
            .map(keyOf),
      },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const service = engine.api.get(SERVICE, name, namespace) as Service | undefined
      if (!service?.spec.selector || service.metadata.deletionTimestamp) return
      const pods = podsBehind(engine, service)
      writeEndpoints(engine, service, pods)
      writeSlice(engine, service, pods)
    },
  }
}

const backs = (service: Service, pod: Pod) => {
  const selector = Object.entries(service.spec.selector ?? {})
  return (
    selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value)
  )
}
const podsBehind = (engine: Engine, service: Service) =>
  (
    engine.api.list(POD, {
      ...(service.metadata.namespace && { namespace: service.metadata.namespace }),
    }) as Pod[]
  ).filter(
    (pod) =>
      backs(service, pod) &&
      pod.status?.podIP &&
      !pod.metadata.deletionTimestamp &&
      !isFinished(pod),
  )

/** The number behind a Service port in one pod: given, looked up by its name, or the port itself. */
export function targetPortOf(port: ServicePort, pod: Pod | undefined): number {
  if (typeof port.targetPort === 'number') return port.targetPort
  const named = pod?.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find(({ name }) => name === port.targetPort)
  return named?.containerPort ?? port.port
}

const targetRef = (pod: Pod) => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace,
  name: pod.metadata.name,
  uid: pod.metadata.uid,
})
const portsOf = (service: Service, pod: Pod | undefined) =>
  (service.spec.ports ?? []).map((port) => ({
    ...(port.name && { name: port.name }),
    port: targetPortOf(port, pod),
    protocol: port.protocol ?? 'TCP',
  }))

function writeEndpoints(engine: Engine, service: Service, pods: Pod[]) {
  const address = (pod: Pod) => ({
    ip: pod.status?.podIP ?? '',
    nodeName: pod.spec.nodeName,
    targetRef: targetRef(pod),
  })
  const ready = pods.filter(isReady).map(address)
  const notReady = pods.filter((pod) => !isReady(pod)).map(address)
  const subsets =
    pods.length === 0
      ? []
      : [
          {
            ...(ready.length > 0 && { addresses: ready }),
            ...(notReady.length > 0 && { notReadyAddresses: notReady }),
            ports: portsOf(service, pods[0]),
          },
        ]
  const { name, namespace = 'default' } = service.metadata
  put(
    engine,
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name, namespace, ownerReferences: [controllerRef(service)] },
      ...(subsets.length > 0 && { subsets }),
    },
    ENDPOINTS,
  )
}

function writeSlice(engine: Engine, service: Service, pods: Pod[]) {
  const { name, namespace = 'default' } = service.metadata
  const endpoints = pods.map((pod) => ({
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
    nodeName: pod.spec.nodeName,
    targetRef: targetRef(pod),
  }))
  put(
    engine,
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      endpoints,
      ports: portsOf(service, pods[0]),
      metadata: {
        name: `${name}-${hexOf(service.metadata.uid ?? name, 5)}`,
        namespace,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [controllerRef(service)],
      },
    },
    ENDPOINT_SLICE,
  )
}

function put(engine: Engine, wanted: KubeObject, kind: { group: string; kind: string }) {
  const there = engine.api.get(kind, wanted.metadata.name, wanted.metadata.namespace)
  if (!there) engine.api.create(wanted, 'endpoint-controller')
  else if (
    !same(there['subsets'], wanted['subsets']) ||
    !same(there['endpoints'], wanted['endpoints'])
  ) {
    engine.api.update({ ...there, ...wanted, metadata: there.metadata }, 'endpoint-controller')
  }
}
