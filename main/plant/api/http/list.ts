import { keyOf } from '../resource'
import { badRequest, expired, invalidObject, KubeError, type FieldFault } from '../errors'
import { matcherOf } from '../selectors'
import type { Stored } from '../stored'
import type { Answer, ResourceExchange } from './exchange'
import { listText } from './present'

interface Token {
  version: number
  start: string
}
const encodeToken = ({ version, start }: Token): string =>
  Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${start}\u0000` }),
  ).toString('base64url')
function decodeToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      v?: string
      rv?: number
      start?: string
    }
    if (token.v === 'meta.k8s.io/v1' && typeof token.rv === 'number' && token.start)
      return { version: token.rv, start: token.start.replace(/\u0000$/, '') }
  } catch {
    /* Told below, like every other token the server did not write. */
  }
  throw badRequest('continue key is not valid: illegal base64 data at input byte 0')
}
/** The version in a query; undefined where none is said. Throws 400 for anything but a whole number. */
export function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') return undefined
  if (!/^\d+$/.test(text))
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  return Number(text)
}
const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

function checkMatch(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch')
  if (!match) return
  const version = query.get('resourceVersion') ?? ''
  const fault = (reason: FieldFault['reason'], message: string): KubeError =>
    invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      { reason, field: 'resourceVersionMatch', message },
    ])
  if (query.get('continue'))
    throw fault(
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch is forbidden when continue is provided',
    )
  if (version === '')
    throw fault(
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    )
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw fault(
      'FieldValueNotSupported',
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
    )
  if (match === 'Exact' && version === '0')
    throw fault(
      'FieldValueForbidden',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    )
}
const keyOfStored = ({ object: { metadata } }: Stored): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`

/** Says that a version has not come to pass here. */
export const tooLarge = (version: number, current: number): KubeError =>
  new KubeError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${version}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
interface Source {
  items: Iterable<Stored>
  version: number
  after: string | undefined
}
/** Which objects at which version a list starts from. Throws 410 for what is no longer remembered. */
function sourceOf({
  server: {
    cluster: { store },
  },
  resource,
  info,
  query,
}: ResourceExchange): Source {
  const key = keyOf(resource)
  const asked = versionOf(query)
  const token = query.get('continue')
  if (token) {
    if (asked !== undefined && asked !== 0)
      throw badRequest('specifying resource version is not allowed when using continue')
    const { version, start } = decodeToken(token)
    if (version < 0)
      return { items: store.sorted(key, info.namespace), version: store.version, after: start }
    try {
      return { items: store.asOf(key, version, info.namespace), version, after: start }
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      throw Object.assign(expired(TOO_OLD), { continueToken: encodeToken({ version: -1, start }) })
    }
  }
  if (asked !== undefined && asked > store.version) throw tooLarge(asked, store.version)
  const exact = asked !== undefined && asked > 0 && query.get('resourceVersionMatch') === 'Exact'
  return exact
    ? { items: store.asOf(key, asked, info.namespace), version: asked, after: undefined }
    : { items: store.sorted(key, info.namespace), version: store.version, after: undefined }
}
const limitOf = (query: URLSearchParams): number => {
  const limit = Number(query.get('limit') ?? 0)
  return Number.isInteger(limit) && limit > 0 ? limit : Infinity
}
/** The objects of one page, with what the list says about itself. */
export function page(exchange: ResourceExchange): {
  items: Stored[]
  listMeta: Record<string, unknown>
} {
  const { query, resource } = exchange
  checkMatch(query)
  const matches = matcherOf(resource, query)
  // Any version is served from memory, whole.
  const limit = query.get('resourceVersion') === '0' ? Infinity : limitOf(query)
  const { items: all, version, after } = sourceOf(exchange)
  const items: Stored[] = []
  let left = 0
  for (const stored of all) {
    if (after !== undefined && keyOfStored(stored) <= after) continue
    if (matches && !matches(stored.object)) continue
    if (items.length < limit) items.push(stored)
    else left += 1
  }
  const last = items.at(-1)
  const more =
    left > 0 && last
      ? {
          continue: encodeToken({ version, start: keyOfStored(last) }),
          ...(!matches && { remainingItemCount: left }),
        }
      : {}
  return { items, listMeta: { resourceVersion: String(version), ...more } }
}
export function list(exchange: ResourceExchange): Answer {
  const { items, listMeta } = page(exchange)
  return { code: 200, text: `${listText(exchange, items, listMeta)}\n` }
}
