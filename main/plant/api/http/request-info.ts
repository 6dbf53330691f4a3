import { noSuchPath } from '../errors'
import type { Registry } from '../registry'
import type { Resource } from '../resource'

export type Verb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
/** What a request asks for, read from its method and path alone. */
export interface RequestInfo {
  verb: Verb
  group: string
  version: string
  plural: string
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
}

const VERBS: Record<string, [one: Verb, many: Verb]> = {
  GET: ['get', 'list'],
  HEAD: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'deletecollection'],
}
const isWatch = (query: URLSearchParams): boolean =>
  ['true', '1'].includes(query.get('watch') ?? '')

function verbOf(method: string, named: boolean, query: URLSearchParams): Verb {
  const [one, many] = VERBS[method] ?? VERBS['GET'] ?? ['get', 'list']
  const verb = named ? one : many
  return verb === 'list' && isWatch(query) ? 'watch' : verb
}

/** Reads a resource request; undefined where the path names no resource (discovery, health, version). */
export function requestInfo(method: string, url: URL): RequestInfo | undefined {
  const parts = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const [root] = parts.splice(0, 1)
  if (root !== 'api' && root !== 'apis') return undefined
  const [group = '', version, ...rest] = root === 'api' ? ['', ...parts] : parts
  if (!version || rest.length === 0) return undefined
  let namespace: string | undefined
  if (
    rest[0] === 'namespaces' &&
    rest.length > 2 &&
    !['status', 'finalize'].includes(rest[2] ?? '')
  ) {
    namespace = rest[1]
    rest.splice(0, 2)
  }
  const [plural = '', name, subresource] = rest
  return {
    verb: verbOf(method, name !== undefined, url.searchParams),
    group,
    version,
    plural,
    namespace,
    name,
    subresource,
  }
}

/** The kind a request speaks of. Throws 404 where the server does not serve it there. */
export function resourceFor(registry: Registry, info: RequestInfo): Resource {
  const resource = registry.at(info.group, info.version, info.plural)
  if (!resource || (!resource.namespaced && info.namespace !== undefined)) throw noSuchPath()
  return resource
}
