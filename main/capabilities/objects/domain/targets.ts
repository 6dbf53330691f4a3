import { at, groupKind, isTrue, listAt, plainAt, textAt, type Raw } from './raw'

/** Labels that name one very pod or one version of its template: its replacement bears others. */
const PASSING = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
])
const selector = (labels: [string, unknown][]) =>
  labels
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')

/** Which pods may serve a forward; undefined where only this very pod can. */
export function selectorFor(target: Raw): string | undefined {
  if (groupKind(target) === '/Service')
    return selector(Object.entries(plainAt(target, 'spec', 'selector'))) || undefined
  const labels = Object.entries(target.metadata.labels ?? {}).filter(([key]) => !PASSING.has(key))
  return (target.metadata.ownerReferences ?? []).length > 0
    ? selector(labels) || undefined
    : undefined
}
/** Whether a pod could take the place of the one a forward began with. */
export const replaces = (pod: Raw, first: Raw): boolean => {
  const kinds = (raw: Raw) =>
    (raw.metadata.ownerReferences ?? [])
      .map(({ kind }) => kind)
      .sort()
      .join()
  return kinds(pod) === kinds(first)
}
export const canServe = (pod: Raw): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  textAt(pod, 'status', 'phase') === 'Running' &&
  isTrue(pod, 'Ready')

/** The port of a pod that a port of a service leads to; undefined where the pod has none of that name. */
export function podPort(service: Raw, port: number, pod: Raw): number | undefined {
  const entry = listAt(service, 'spec', 'ports').find((one) => one['port'] === port)
  if (!entry) return undefined
  const target = entry['targetPort'] ?? port
  if (typeof target === 'number') return target
  const named = listAt(pod, 'spec', 'containers')
    .flatMap((container) => listAt(container, 'ports'))
    .find((one) => one['name'] === target)
  const found = at(named, 'containerPort')
  return typeof found === 'number' ? found : undefined
}

const METHODS = [
  'GET ',
  'HEAD ',
  'POST ',
  'PUT ',
  'PATCH ',
  'DELETE ',
  'OPTIONS ',
  'CONNECT ',
  'TRACE ',
  'PRI ',
]
/** What the first bytes of a connection are: HTTP with its whole head, not HTTP, or too few to tell. */
export function firstBytes(text: string, limit: number): 'http' | 'other' | 'more' {
  if (METHODS.some((method) => text.startsWith(method)))
    return text.includes('\r\n\r\n') || text.length >= limit ? 'http' : 'more'
  return METHODS.some((method) => method.startsWith(text)) ? 'more' : 'other'
}
