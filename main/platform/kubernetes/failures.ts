import { z } from 'zod'
import { failure, type Failure } from '../../../preload/contract/failures'
import { parseExact } from '../../kernel/exact-json'
import { redactText } from '../log/redact'
import { AnswerTooLong } from '../network'
import type { Resource } from './types'

/** What a server answered, read to its end. */
export interface Answer {
  status: number
  contentType: string
  retryAfter: string | undefined
  text: string
}
/** What was asked, so that a failure can name it. */
export interface Asked {
  verb: string
  resource?: Resource | undefined
  namespace?: string | undefined
  name?: string | undefined
}
/** Who was asked. */
export interface Whom {
  site: string
  server: string
  proxy?: string
}

export const Status = z.object({
  kind: z.literal('Status'),
  status: z.string().optional(),
  message: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().optional(),
  details: z
    .object({
      name: z.string().optional(),
      group: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(
          z.object({
            reason: z.string().optional(),
            message: z.string().default(''),
            field: z.string().default(''),
          }),
        )
        .optional(),
    })
    .nullish(),
})
export type Status = z.infer<typeof Status>

const unlessBroken = (parse: (text: string) => unknown) => (text: string) => {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
/** What a JSON text says, for what is only shown and counted; undefined where it is none. */
export const parseJson = unlessBroken((text) => JSON.parse(text) as unknown)
/** The same for objects that may be written again: whole numbers that no double holds are bigints. */
export const parseObject = unlessBroken(parseExact)

const BEGINNING = 80
export const unreadable = (
  { site, server }: Whom,
  { contentType, text }: Pick<Answer, 'contentType' | 'text'>,
): Failure =>
  failure('CLUSTER_ANSWER_UNREADABLE', {
    site,
    server,
    contentType: contentType.split(';')[0]?.trim() || 'no content type',
    beginning: redactText(text.slice(0, 400)).replace(/\s+/g, ' ').trim().slice(0, BEGINNING),
  })

/** The seconds a Retry-After header asks for; 1 where it says nothing readable. */
export function retryAfterSeconds(header: string | undefined): number {
  const seconds = Number(header)
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : 1
}

const nameOf = (resource: Resource | undefined) =>
  resource
    ? resource.group
      ? `${resource.plural}.${resource.group}`
      : resource.plural
    : 'resource'

/** Turns any answer that is not a success into the failure it means. */
export function failureOfAnswer(answer: Answer, asked: Asked, whom: Whom): Failure {
  const parsed = Status.safeParse(parseJson(answer.text))
  if (!parsed.success) return withoutStatus(answer, asked, whom)
  return failureOfStatus({ ...parsed.data, code: answer.status }, asked, whom)
}

// The API server itself answers plain text for a path it does not know, and some authenticators for a refused sign-in.
function withoutStatus(answer: Answer, asked: Asked, whom: Whom): Failure {
  const { site } = whom
  const plain = !/html/i.test(answer.contentType)
  if (answer.status === 401) return failure('CREDENTIAL_REFUSED', { site, says: 'Unauthorized' })
  if (answer.status === 429)
    return failure('CLUSTER_BUSY', {
      site,
      retryAfterSeconds: retryAfterSeconds(answer.retryAfter),
    })
  if (answer.status === 404 && plain && /^404 page not found/.test(answer.text))
    return failure('NOT_FOUND', { kind: 'resource', name: nameOf(asked.resource) })
  return unreadable(whom, answer)
}

type Means = (about: {
  status: Status & { code: number }
  asked: Asked
  site: string
  says: string
  kind: string
  name: string
}) => Failure
const refused: Means = ({ status, site, says }) =>
  failure('REFUSED_BY_CLUSTER', { site, status: status.code, says, causes: causesOf(status) })
const conflict: Means = ({ says, kind, name }) =>
  failure('CONFLICT', {
    kind,
    name,
    theirs: managerOf(says),
    resourceVersion: '',
    fields: [],
  })
const MEANS: Record<number, Means> = {
  400: refused,
  405: refused,
  406: refused,
  410: refused,
  413: refused,
  415: refused,
  401: ({ site, says }) => failure('CREDENTIAL_REFUSED', { site, says }),
  403: ({ status, asked, site }) => forbidden(status, asked, site),
  404: ({ status, asked, kind, name }) =>
    status.details?.name
      ? failure('NOT_FOUND', { kind, name })
      : failure('NOT_FOUND', { kind: 'resource', name: nameOf(asked.resource) }),
  // A write that names another uid than that of what stands there: it was made anew since it was read.
  422: (about) =>
    about.status.details?.causes?.some(({ field }) => field === 'metadata.uid')
      ? conflict(about)
      : refused(about),
  409: (about) =>
    about.status.reason === 'AlreadyExists'
      ? failure('ALREADY_EXISTS', { kind: about.kind, name: about.name })
      : conflict(about),
  429: ({ status, site }) =>
    failure('CLUSTER_BUSY', { site, retryAfterSeconds: status.details?.retryAfterSeconds ?? 1 }),
}

export function failureOfStatus(
  status: Status & { code: number },
  asked: Asked,
  { site }: Whom,
): Failure {
  const says = redactText(status.message || status.reason || `status ${status.code}`)
  const { kind = nameOf(asked.resource), name = asked.name ?? '' } = status.details ?? {}
  const means = MEANS[status.code]
  return means
    ? means({ status, asked, site, says, kind, name })
    : failure('CLUSTER_FAILED', { site, status: status.code, says })
}

const causesOf = (status: Status) =>
  (status.details?.causes ?? []).map(({ field, message }) => ({ field, says: redactText(message) }))
// Server-side apply names whoever owns the fields: conflict with "kubectl-edit" using v1.
const managerOf = (says: string) => /conflicts? with "([^"]+)"/.exec(says)?.[1] ?? 'somebody else'

const RIGHT =
  /cannot (\S+) resource "([^"]+)"(?: in API group "([^"]*)")?(?:.* in the namespace "([^"]+)")?/

function forbidden(status: Status & { code: number }, asked: Asked, site: string): Failure {
  const says = redactText(status.message)
  if (/exceeded quota/.test(says))
    return failure('QUOTA_EXCEEDED', { site, says: says.replace(/^.*?exceeded quota:\s*/, '') })
  // Admission also answers 403 (limit ranges, pod security, a namespace that is going away): that is not about rights.
  if (says !== '' && !/cannot/.test(says))
    return failure('REFUSED_BY_CLUSTER', { site, status: 403, says, causes: causesOf(status) })
  const [, verb = asked.verb, plural, group, namespace = asked.namespace] = RIGHT.exec(says) ?? []
  const resource =
    plural === undefined ? asked.resource : { group: group ?? '', version: '', plural }
  return failure('FORBIDDEN', {
    site,
    verb,
    resource: nameOf(resource),
    ...(namespace && { namespace }),
    says,
    grantedBy: [],
  })
}

const TIMED_OUT = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
])
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the name is not known to DNS',
  EAI_AGAIN: 'DNS did not answer',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no network',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
}
const CREDENTIAL_ALERT =
  /ALERT_(BAD_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN|REQUIRED)|ACCESS_DENIED)/
const UNREADABLE_KEY = /^ERR_OSSL_(PEM|X509|ASN1|UNSUPPORTED)/
const UNTRUSTED =
  /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|ERR_OSSL|HOSTNAME_MISMATCH|INVALID_CA)/

/** Turns an error of the network below HTTP into the failure it means. */
export function failureOfError(error: unknown, whom: Whom, afterSeconds: number): Failure {
  const { site, server } = whom
  if (error instanceof AnswerTooLong)
    return failure('CLUSTER_FAILED', { site, status: 200, says: error.message })
  const found = deepest(error)
  const { code, message } = found
  const proxied =
    whom.proxy === undefined ? undefined : proxyFailure(found, { ...whom, proxy: whom.proxy })
  if (proxied) return proxied
  if (TIMED_OUT.has(code)) return failure('CLUSTER_TIMED_OUT', { site, server, afterSeconds })
  if (CREDENTIAL_ALERT.test(code))
    return failure('CREDENTIAL_REFUSED', { site, says: 'the client certificate was not accepted' })
  if (UNREADABLE_KEY.test(code))
    return failure('CREDENTIAL_REFUSED', {
      site,
      says: 'the client certificate, its key or an authority cannot be read',
    })
  if (UNTRUSTED.test(code))
    return failure('CLUSTER_UNTRUSTED', { site, server, cause: redactText(message) })
  if (code === 'ENOTFOUND')
    return failure('NAME_UNRESOLVED', {
      site,
      server,
      host: found.hostname ?? new URL(server).hostname,
    })
  return failure('CLUSTER_UNREACHABLE', {
    site,
    server,
    cause: WORDS[code] ?? redactText(code || message).slice(0, 200),
  })
}

/** What a proxy answered, or that it did not; undefined where the trouble lies beyond it. */
function proxyFailure(
  { code, message, hostname, address, port }: Deepest,
  { site, server, proxy }: Whom & { proxy: string },
): Failure | undefined {
  const url = new URL(proxy)
  const told = (cause: string, status?: number) =>
    failure('PROXY_FAILED', {
      site,
      server,
      proxy: `${url.protocol}//${url.host}`,
      cause,
      ...(status !== undefined && { status }),
    })
  const [, status] =
    /(?:Proxy response|status code|Proxy CONNECT)[^0-9]*\(?(\d{3})\)?/i.exec(message) ?? []
  if (status !== undefined)
    return told(
      status === '407' ? 'it wants to know who asks' : `it answered ${status}`,
      Number(status),
    )
  const bySocks = socksCause({ code, message }, url)
  if (bySocks !== undefined) return told(bySocks)
  const same =
    hostname === url.hostname ||
    (port !== undefined &&
      String(port) === url.port &&
      (address === undefined || !server.includes(`${address}:${port}`)))
  return same && code in WORDS ? told(WORDS[code] ?? code) : undefined
}

// What has no code of the network was said by the SOCKS client, which is all that speaks to such a proxy and puts such a code into its sentence.
function socksCause(
  { code, message }: Pick<Deepest, 'code' | 'message'>,
  { protocol }: URL,
): string | undefined {
  if (!/^socks/i.test(protocol) || (code !== '' && !/socks/i.test(message))) return undefined
  return WORDS[/\b(E[A-Z_]{4,})\b/.exec(message)?.[1] ?? ''] ?? redactText(message).slice(0, 200)
}
interface Deepest {
  code: string
  message: string
  hostname?: string
  address?: string
  port?: number
}
function deepest(error: unknown): Deepest {
  let found: Deepest = { code: '', message: String(error) }
  for (
    let at = error, depth = 0;
    at instanceof Error && depth < 5;
    at = at instanceof AggregateError ? at.errors[0] : at.cause, depth++
  ) {
    const { code, hostname, address, port } = at as NodeJS.ErrnoException & {
      hostname?: string
      address?: string
      port?: number
    }
    if (typeof code === 'string' && code !== '')
      found = {
        code,
        message: at.message,
        ...(hostname !== undefined && { hostname }),
        ...(address !== undefined && { address }),
        ...(port !== undefined && { port }),
      }
    else if (found.code === '') found = { code: '', message: at.message }
  }
  return found
}
