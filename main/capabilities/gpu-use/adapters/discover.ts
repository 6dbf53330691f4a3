import { z } from 'zod'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { KUBE } from '../../plans'
import { Prometheus, type Place } from './prometheus'

const Service = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z
    .object({
      ports: z.array(z.object({ name: z.string().optional(), port: z.number() })).default([]),
    })
    .prefault({}),
})
type Service = z.infer<typeof Service>
/** How the usual ways of installing it label its service. */
const LABELS = [
  'app.kubernetes.io/name=prometheus',
  'app=prometheus',
  'app=kube-prometheus-stack-prometheus',
  'operated-prometheus=true',
  'app.kubernetes.io/name in (thanos-query,thanos-querier,vmsingle,mimir)',
]
/** Where it usually is, for whoever may not list services. */
const USUAL = [
  ['monitoring', 'prometheus', 9090],
  ['monitoring', 'prometheus-k8s', 9090],
  ['monitoring', 'prometheus-operated', 9090],
  ['monitoring', 'kube-prometheus-stack-prometheus', 9090],
  ['prometheus', 'prometheus-server', 80],
] as const
const MOST_TRIED = 8

export interface Found {
  place: Place
  metrics: string[]
}

/** The first Prometheus of a cluster that has DCGM series; one without any where no other is there; undefined where none answers. */
export async function discover(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<Outcome<Found | undefined>> {
  const places = await candidates(client, signal)
  let bare: Found | undefined
  for (const place of places.slice(0, MOST_TRIED)) {
    const metrics = await new Prometheus(client, place).metrics(signal)
    if (!metrics.ok) continue
    if (metrics.value.length > 0) return succeed({ place, metrics: metrics.value })
    bare ??= { place, metrics: [] }
  }
  return succeed(bare)
}

async function candidates(client: KubeClient, signal?: AbortSignal): Promise<Place[]> {
  const lists = await Promise.all(
    LABELS.map((labelSelector) => client.list(KUBE.services, { labelSelector }, Service, signal)),
  )
  const found = lists.flatMap((listed) => (listed.ok ? listed.value : []))
  const places = [
    ...new Map(
      found.map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
    ).values(),
  ].flatMap(placeOf)
  return lists.some(({ ok }) => ok)
    ? places
    : USUAL.map(([namespace, name, port]) => ({ service: { namespace, name, port } }))
}
function placeOf({ metadata: { namespace, name }, spec: { ports } }: Service): Place[] {
  const port =
    ports.find(
      (one) =>
        one.name === 'web' || one.name === 'http-web' || one.name === 'http' || one.port === 9090,
    ) ?? ports[0]
  return port ? [{ service: { namespace, name, port: port.port } }] : []
}
