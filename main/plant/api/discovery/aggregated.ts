import type { Registry } from '../registry'
import type { Resource } from '../resource'
import { entriesOf, groupNames, verbsOf, type ResourceEntry } from './legacy'

const scopeOf = (resource: Resource): string => (resource.namespaced ? 'Namespaced' : 'Cluster')
// The real server leaves the group unsaid where a built-in kind stands in its own; custom kinds say it.
const kindOf = (entry: ResourceEntry, resource: Resource) =>
  resource.custom
    ? { group: resource.group, version: resource.version, kind: entry.kind, ...own(entry) }
    : { group: '', version: '', kind: entry.kind, ...own(entry) }
const own = ({ group, version }: ResourceEntry) => ({
  ...(group !== undefined && { group }),
  ...(version !== undefined && { version }),
})

function resourceOf(resource: Resource): unknown {
  const [main, ...subs] = entriesOf(resource)
  const subresources = subs
    .map((entry) => ({
      subresource: entry.name.split('/')[1],
      responseKind: kindOf(entry, resource),
      verbs: entry.verbs,
    }))
    .sort((a, b) => (String(a.subresource) < String(b.subresource) ? -1 : 1))
  return {
    resource: resource.plural,
    responseKind: main && kindOf(main, resource),
    scope: scopeOf(resource),
    singularResource: resource.singular,
    verbs: verbsOf(resource),
    ...(resource.shortNames && { shortNames: resource.shortNames }),
    ...(resource.categories && { categories: resource.categories }),
    ...(subresources.length > 0 && { subresources }),
  }
}
function groupOf(registry: Registry, group: string): unknown {
  const resources = registry.all().filter((resource) => resource.group === group)
  const versions = [...new Set(resources.map((resource) => resource.version))].map((version) => ({
    version,
    freshness: 'Current',
    resources: resources
      .filter((resource) => resource.version === version)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1))
      .map(resourceOf),
  }))
  return { metadata: { ...(group && { name: group }), creationTimestamp: null }, versions }
}
/** Everything the server knows in one document. */
export const aggregated = (registry: Registry, core: boolean): unknown => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: (core ? [''] : groupNames(registry)).map((group) => groupOf(registry, group)),
})
export const AGGREGATED_TYPE =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
/** Whether the caller would rather have the one document. */
export const wantsAggregated = (accept: string | undefined): boolean =>
  (accept ?? '')
    .split(',')
    .some(
      (clause) =>
        /as=APIGroupDiscoveryList/.test(clause) &&
        /g=apidiscovery\.k8s\.io/.test(clause) &&
        /v=v2(;|$|\s)/.test(clause),
    )
