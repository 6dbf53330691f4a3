import { createHash } from 'node:crypto'
import { noSuchPath } from '../errors'
import type { Registry } from '../registry'
import { apiVersionOf, type Resource } from '../resource'
import { allBuiltinSchemas, builtinSchemaName } from '../schema/builtin'
import type { Schema } from '../schema/schema'

const pathOf = (groupVersion: string): string =>
  groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`
const hashes = new Map<string, string>()

/** Schemas as OpenAPI writes them: references to components, single references wrapped where a default stands beside them. */
function published(schema: Schema): unknown {
  const { $ref, properties, items, additionalProperties, ...rest } = schema
  const reference = $ref === undefined ? {} : { allOf: [{ $ref: `#/components/schemas/${$ref}` }] }
  return {
    ...rest,
    ...reference,
    ...(items && { items: published(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, published(property)]),
      ),
    }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: published(additionalProperties) }
      : additionalProperties !== undefined && { additionalProperties }),
  }
}
/** A type and every type it refers to. */
function reach(name: string, into: Set<string>): void {
  const schema = allBuiltinSchemas[name]
  if (!schema || into.has(name)) return
  into.add(name)
  const visit = (part: Schema): void => {
    if (part.$ref) reach(part.$ref, into)
    for (const inner of Object.values(part.properties ?? {})) visit(inner)
    if (part.items) visit(part.items)
    if (typeof part.additionalProperties === 'object') visit(part.additionalProperties)
  }
  visit(schema)
}
const query = (...names: string[]) => ({
  parameters: names.map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  })),
})
const WRITTEN = query('dryRun', 'fieldManager', 'fieldValidation')
const PATCHED = query('dryRun', 'fieldManager', 'fieldValidation', 'force')
const customName = ({ group, version, kind }: Resource): string =>
  `${group.split('.').toReversed().join('.')}.${version}.${kind}`
function operations(resource: Resource, schemaName: string): [string, unknown][] {
  const base = `/${pathOf(apiVersionOf(resource))}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`
  const gvk = { group: resource.group, version: resource.version, kind: resource.kind }
  const body = {
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName}` } } },
  }
  const responses = { 200: { description: 'OK', ...body } }
  const operation = (action: string, more: object = {}) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    responses,
    ...more,
  })
  if (resource.virtual) return [[base, { post: operation('post', { requestBody: body }) }]]
  return [
    [
      base,
      {
        get: operation('list'),
        post: operation('post', { requestBody: body, ...WRITTEN }),
        delete: operation('deletecollection', query('dryRun')),
      },
    ],
    [
      `${base}/{name}`,
      {
        get: operation('get'),
        put: operation('put', { requestBody: body, ...WRITTEN }),
        patch: operation('patch', { requestBody: body, ...PATCHED }),
        delete: operation('delete', query('dryRun')),
      },
    ],
  ]
}
function documentOf(resources: Resource[]): unknown {
  const schemas: Record<string, unknown> = {}
  const names = new Set<string>()
  const paths: [string, unknown][] = []
  for (const resource of resources) {
    const gvk = [{ group: resource.group, version: resource.version, kind: resource.kind }]
    const name = resource.custom
      ? customName(resource)
      : (builtinSchemaName(resource.group, resource.version, resource.kind) ?? customName(resource))
    if (!resource.custom) reach(name, names)
    schemas[name] = {
      ...(published(resource.schema ?? { type: 'object' }) as object),
      'x-kubernetes-group-version-kind': gvk,
    }
    paths.push(...operations(resource, name))
  }
  for (const name of names) schemas[name] ??= published(allBuiltinSchemas[name] ?? {})
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.4' },
    paths: Object.fromEntries(paths),
    components: { schemas },
  }
}
const inVersion = (registry: Registry, groupVersion: string): Resource[] =>
  registry.all().filter((resource) => apiVersionOf(resource) === groupVersion)

const VERSION_TEXT = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: 'v1.34.4' },
  paths: {
    '/version/': {
      get: {
        description: 'get the version information for this server',
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
        },
      },
    },
  },
})
/** The document of one group and version. Throws 404. */
export function openapiText(registry: Registry, path: string): string {
  if (path === 'version') return VERSION_TEXT
  const groupVersion = registry.groupVersions().find((known) => pathOf(known) === path)
  if (groupVersion === undefined) throw noSuchPath()
  return JSON.stringify(documentOf(inVersion(registry, groupVersion)))
}
/** Where the documents are; each address carries the hash of what it says, so that it may be kept. */
export function openapiIndex(registry: Registry): unknown {
  const paths = registry.groupVersions().map((groupVersion) => {
    const key = `${registry.generation} ${groupVersion}`
    const hash =
      hashes.get(key) ??
      createHash('sha256')
        .update(openapiText(registry, pathOf(groupVersion)))
        .digest('hex')
        .slice(0, 32)
        .toUpperCase()
    hashes.set(key, hash)
    return [
      pathOf(groupVersion),
      { serverRelativeURL: `/openapi/v3/${pathOf(groupVersion)}?hash=${hash}` },
    ] as const
  })
  return {
    paths: {
      ...Object.fromEntries(paths),
      version: {
        serverRelativeURL: `/openapi/v3/version?hash=${createHash('sha256').update(VERSION_TEXT).digest('hex').slice(0, 32).toUpperCase()}`,
      },
    },
  }
}
