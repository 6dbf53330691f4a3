import { parseExact } from '../../../kernel/exact-json'
import { readYaml } from '../../../platform/yaml'
import type { KubeObject } from '../../types'
import { isRecord } from '../cluster'
import { duplicateFields } from './duplicates'
import { badRequest, KubeError } from '../errors'
import { apiVersionOf, type Resource } from '../resource'
import type { Exchange, ResourceExchange } from './exchange'

/** The media type of the body without its parameters. */
export const mediaType = (exchange: Exchange): string =>
  (exchange.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
const UNREADABLE = "couldn't get version/kind; json parse error: "

function parse(text: string, type: string): unknown {
  if (type.includes('yaml')) {
    const [document = { value: null }] = readYaml(text, { repeatedKeys: 'last counts' })
    if ('value' in document) return document.value
    throw badRequest(`error converting YAML to JSON: ${document.says}`)
  }
  try {
    return parseExact(text)
  } catch (error) {
    throw badRequest(`${UNREADABLE}${(error as Error).message}`)
  }
}
export const unsupportedMedia = (accepted: string[]): KubeError =>
  new KubeError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  })

/** Any JSON or YAML value of a body. Throws 400 or 415. */
export async function readValue(exchange: Exchange): Promise<unknown> {
  const type = mediaType(exchange)
  if (
    type !== '' &&
    !['application/json', 'application/yaml', 'application/x-www-form-urlencoded'].includes(type)
  ) {
    throw unsupportedMedia([
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'application/cbor',
    ])
  }
  return parse(await exchange.body(), type)
}
/** Reads a patch that is written as an object, in JSON or YAML. */
export function parsePatch(text: string, type: string): unknown {
  return parse(text, type)
}

/** Throws 400 for a member said twice where strictness was asked for, and warns of it where nothing was. */
async function refuseDuplicates(exchange: ResourceExchange): Promise<void> {
  const how = exchange.query.get('fieldValidation') ?? 'Warn'
  if (how === 'Ignore' || !mediaType(exchange).includes('json')) return
  const told = duplicateFields(await exchange.body()).map((path) => `duplicate field "${path}"`)
  if (told.length > 0 && how === 'Strict')
    throw badRequest(
      `${exchange.resource.kind} in version ${JSON.stringify(exchange.resource.version)} cannot be handled as a ${exchange.resource.kind}: strict decoding error: ${told.join(', ')}`,
    )
  exchange.warnings.push(...told)
}
/** The object a request carries, with the kind it may leave unsaid. Throws 400. */
export async function readObject(
  exchange: ResourceExchange,
  as: { group: string; version: string; kind: string } = exchange.resource,
): Promise<KubeObject> {
  const value = await readValue(exchange)
  await refuseDuplicates(exchange)
  if (!isRecord(value))
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  return asObject(value, as)
}
const typeError = (resource: { kind: string }, field: string, found: unknown): KubeError =>
  badRequest(
    `${resource.kind} in version "v1" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${typeof found} into Go struct field ObjectMeta.${field}`,
  )

/** Gives a value its kind and metadata where they may be left unsaid. Throws 400 where they are of the wrong type. */
export function asObject(
  value: Record<string, unknown>,
  resource: { group: string; version: string; kind: string },
): KubeObject {
  const {
    apiVersion = apiVersionOf(resource),
    kind = resource.kind,
    metadata = {},
    ...rest
  } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw badRequest("Object 'Kind' is missing")
  if (!isRecord(metadata)) throw typeError(resource, 'metadata', metadata)
  for (const field of ['name', 'namespace', 'generateName'] as const) {
    if (
      metadata[field] !== undefined &&
      metadata[field] !== null &&
      typeof metadata[field] !== 'string'
    )
      throw typeError(resource, `metadata.${field}`, metadata[field])
  }
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : ''
  return { kind, apiVersion, metadata: { ...metadata, name }, ...rest }
}
export const expectKind = (object: KubeObject, resource: Resource): void => {
  if (object.apiVersion !== apiVersionOf(resource) || object.kind !== resource.kind) {
    const version = object.apiVersion.split('/').at(-1) ?? ''
    const inside = resource.group === '' ? 'core' : (resource.group.split('.')[0] ?? '')
    throw badRequest(
      `${object.kind} in version ${JSON.stringify(version)} cannot be handled as a ${resource.kind}: converting (${version}.${object.kind}) to (${inside}.${resource.kind}): unknown conversion`,
    )
  }
}
