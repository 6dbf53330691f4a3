import { failure, type Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { redactText } from '../log'
import { whyTooLong } from '../network'

/** What was asked of AWS, so that a failure can name it. */
export interface AwsWhere {
  profile: string
  region: string
  service: string
  action: string
}
/** A failure on its way through the SDK, which knows only errors. */
export class AwsTrouble extends Error {
  readonly failure: Failure
  constructor(failed: Failure) {
    super(failed.code)
    this.failure = failed
  }
}

const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedException|ForbiddenException|NotAuthorized)$/
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/
const UNKNOWN_KEY =
  /^(UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|AuthFailure|InvalidSignatureException|InvalidAccessKeyId|MissingAuthenticationToken)$/
const NETWORK: Record<string, string> = {
  ENOTFOUND: 'its name is not known to DNS; the region may not exist',
  EAI_AGAIN: 'DNS did not answer',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'it took too long',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no network',
  EPIPE: 'the connection was closed',
  TimeoutError: 'it took too long',
}
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO)/
const text = (message: unknown) =>
  redactText(typeof message === 'string' ? message : '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 400)

type Means = (parts: Parts, key: string, where: AwsWhere) => Failure
const BY_NAME: [RegExp, Means][] = [
  [
    DENIED,
    ({ message }, _key, { profile, region, service, action }) =>
      failure('AWS_DENIED', { profile, region, service, action, says: text(message) }),
  ],
  [
    EXPIRED,
    (_parts, key, { profile }) =>
      failure('AWS_PROFILE_UNUSABLE', { profile, says: `its session is over (${key}).` }),
  ],
  [
    UNKNOWN_KEY,
    ({ message }, key, { profile }) =>
      failure('AWS_PROFILE_UNUSABLE', {
        profile,
        says: `AWS does not know its key (${key}): ${text(message)}`,
      }),
  ],
  [
    /Credentials?ProviderError/,
    ({ message }, _key, { profile }) =>
      failure('AWS_PROFILE_UNUSABLE', { profile, says: text(message) }),
  ],
]

/** Whether AWS does not take the keys, so that others have to be had; a right that is missing is not about keys. */
export const isRefusedKey = (error: unknown): boolean =>
  error instanceof Error && (EXPIRED.test(error.name) || UNKNOWN_KEY.test(error.name))

/** The failure that an error of the SDK means. */
export function awsFailure(error: unknown, where: AwsWhere): Failure {
  const tooLong = whyTooLong(error)
  return tooLong === undefined
    ? failureOfParts(error, where)
    : failure('AWS_FAILED', {
        profile: where.profile,
        region: where.region,
        service: where.service,
        error: 'an answer without an end',
        says: `${where.action}: ${tooLong}`,
      })
}
function failureOfParts(error: unknown, where: AwsWhere): Failure {
  const { profile, region, service, action } = where
  const parts = partsOf(error)
  const trouble = [error, parts.cause].find((one) => one instanceof AwsTrouble)
  if (trouble) return trouble.failure
  const { name, message, code, status } = parts
  const key = name === 'Error' || name === '' ? code : name
  const named = BY_NAME.find(([pattern]) => pattern.test(key))
  if (named) return named[1](parts, key, where)
  const network =
    NETWORK[code] ??
    NETWORK[key] ??
    (TLS.test(code) ? `its certificate is not trusted: ${text(message)}` : undefined)
  if (network !== undefined)
    return failure('AWS_UNREACHABLE', { profile, region, service, cause: network })
  return failure('AWS_FAILED', {
    profile,
    region,
    service,
    ...(status !== undefined && { status }),
    ...(isPage(key, message)
      ? {
          error: 'a page instead of data',
          says: `${action} is not answered there${reasonOf(error)}`,
        }
      : { error: key || 'an error', says: text(message) }),
  })
}

/** What whoever sent a page called it in the first line of the answer, in brackets. */
function reasonOf(error: unknown): string {
  const said = text((error as { $response?: { reason?: unknown } } | undefined)?.$response?.reason)
  return said === '' ? '' : ` (${said})`
}
// A proxy or a service that is not there answers with a page, which the SDK cannot parse.
const isPage = (key: string, message: string) =>
  key === 'SyntaxError' || /Unexpected token|Deserialization|not valid JSON/i.test(message)
interface Parts {
  name: string
  message: string
  code: string
  status: number | undefined
  cause: unknown
}
function partsOf(error: unknown): Parts {
  if (!(error instanceof Error))
    return { name: '', message: String(error), code: '', status: undefined, cause: undefined }
  const { $metadata, $response, code, cause } = error as {
    $metadata?: { httpStatusCode?: number }
    $response?: { statusCode?: number }
    code?: string
    cause?: unknown
  }
  // Several addresses of one name fail together: the first says why.
  const inner =
    error instanceof AggregateError ? (error.errors[0] as Error & { code?: string }) : undefined
  return {
    name: error.name,
    message: error.message || (inner?.message ?? ''),
    code: code ?? inner?.code ?? '',
    status: $metadata?.httpStatusCode ?? $response?.statusCode,
    cause,
  }
}

/** Asks, and answers a failure in place of what the SDK throws; an abort of the caller is thrown on. */
export async function askAws<T>(
  ask: () => Promise<T>,
  where: AwsWhere,
  signal?: AbortSignal,
): Promise<Outcome<T>> {
  try {
    return succeed(await ask())
  } catch (error) {
    signal?.throwIfAborted()
    return fail(awsFailure(error, where))
  }
}
