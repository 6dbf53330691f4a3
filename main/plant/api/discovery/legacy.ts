import { noSuchPath } from '../errors'
import type { Registry } from '../registry'
import { apiVersionOf, type Resource } from '../resource'

export interface ResourceEntry {
  name: string
  singularName: string
  namespaced: boolean
  kind: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  group?: string
  version?: string
  storageVersionHash?: string
}
const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const CHANGES = ['get', 'patch', 'update']
export const verbsOf = (resource: Resource): string[] => {
  if (resource.virtual) return ['create']
  return resource.kind === 'Namespace' && resource.group === ''
    ? ALL.filter((verb) => verb !== 'deletecollection')
    : ALL
}

/** A kind and its subresources as discovery lists them. */
export function entriesOf(resource: Resource): ResourceEntry[] {
  const { plural, singular, namespaced, kind } = resource
  const sub = (
    name: string,
    more: Partial<ResourceEntry> & { kind: string; verbs: string[] },
  ): ResourceEntry => ({ name: `${plural}/${name}`, singularName: '', namespaced, ...more })
  const main: ResourceEntry = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOf(resource),
    ...(resource.shortNames && { shortNames: resource.shortNames }),
    ...(resource.categories && { categories: resource.categories }),
  }
  const extra = (resource.subresources ?? []).map(
    ({ name, kind: itsKind, group, version, verbs }) =>
      sub(name, { kind: itsKind, verbs, ...(group && { group }), ...(version && { version }) }),
  )
  return [
    main,
    ...(resource.hasStatus ? [sub('status', { kind, verbs: CHANGES })] : []),
    ...(resource.scale
      ? [sub('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: CHANGES })]
      : []),
    ...extra,
  ]
}
const inGroup = (registry: Registry, group: string, version: string): Resource[] =>
  registry.all().filter((resource) => resource.group === group && resource.version === version)

export function resourceList(registry: Registry, group: string, version: string): unknown {
  const resources = inGroup(registry, group, version)
  if (resources.length === 0) throw noSuchPath()
  const entries = resources.flatMap(entriesOf).sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: entries,
  }
}
function groupOf(
  registry: Registry,
  group: string,
): {
  name: string
  versions: { groupVersion: string; version: string }[]
  preferredVersion: { groupVersion: string; version: string } | undefined
} {
  const versions = [
    ...new Set(
      registry
        .all()
        .filter((resource) => resource.group === group)
        .map((resource) => resource.version),
    ),
  ].map((version) => ({ groupVersion: apiVersionOf({ group, version }), version }))
  return { name: group, versions, preferredVersion: versions[0] }
}
export const groupNames = (registry: Registry): string[] =>
  [...new Set(registry.all().map((resource) => resource.group))].filter((group) => group !== '')
export const groupList = (registry: Registry): unknown => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupNames(registry).map((name) => groupOf(registry, name)),
})
export function group(registry: Registry, name: string): unknown {
  const found = groupOf(registry, name)
  if (found.versions.length === 0) throw noSuchPath()
  return { kind: 'APIGroup', apiVersion: 'v1', ...found }
}
export const coreVersions = (host: string): unknown => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
})
