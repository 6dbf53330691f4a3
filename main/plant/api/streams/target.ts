import type { KubeObject } from '../../types'
import { judgeConnect } from '../admission/chain'
import { isRecord, listAt, textAt } from '../cluster'
import { badRequest, notFound } from '../errors'
import type { ResourceExchange } from '../http/exchange'
import { howOf } from '../http/how'

const PODS = { group: '', plural: 'pods' }
export const podOf = ({ server, info }: ResourceExchange): KubeObject => {
  const found = server.cluster.store.get('/pods', info.name ?? '', info.namespace)
  if (!found) throw notFound(PODS, info.name ?? '')
  return found.object
}
/** The pod that a request enters, where nothing forbids it. Throws 404, or 403. */
export function enteredPod(exchange: ResourceExchange): KubeObject {
  const { server, resource } = exchange
  const pod = podOf(exchange)
  judgeConnect({ cluster: server.cluster, resource, before: pod, how: howOf(exchange) })
  return pod
}
/** The container a request means: the named one, the annotated default, or the only one. Throws 400 where that is none. */
export function containerOf(pod: KubeObject, asked: string | null): string {
  const names = listAt(pod, 'spec', 'containers').map(
    (container) => textAt(container, 'name') ?? '',
  )
  const every = [
    ...names,
    ...listAt(pod, 'spec', 'initContainers').map((container) => textAt(container, 'name') ?? ''),
  ]
  const wanted =
    asked ||
    pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'] ||
    (every.length === 1 ? every[0] : undefined)
  if (wanted === undefined)
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    )
  if (!every.includes(wanted))
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`)
  return wanted
}
export function requireNode(pod: KubeObject): void {
  if (!textAt(pod, 'spec', 'nodeName'))
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
}
export const statusOf = (pod: KubeObject, container: string): Record<string, unknown> | undefined =>
  [...listAt(pod, 'status', 'containerStatuses'), ...listAt(pod, 'status', 'initContainerStatuses')]
    .filter(isRecord)
    .find((status) => status['name'] === container)
