import {
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  ResultCodeError,
  SizeLimitExceededError,
  TimeLimitExceededError,
  AdminLimitExceededError,
  InsufficientAccessError,
} from 'ldapts'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { whyRefused } from '../domain/account'

const UNTRUSTED = /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO)/
const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'names cannot be resolved now',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that network',
  ENETUNREACH: 'there is no way to that network',
}

/** What went wrong while talking to the directory, with its remedy; never with a password in it. */
export function ldapFailure(
  error: unknown,
  { server, as, base }: { server: string; as: string; base: string },
): Failure {
  if (error instanceof InvalidCredentialsError)
    return failure('DIRECTORY_SIGN_IN_REFUSED', { server, as, says: whyRefused(error.message) })
  if (error instanceof InvalidDNSyntaxError)
    return failure('DIRECTORY_BASE_UNKNOWN', { server, base })
  if (error instanceof NoSuchObjectError) return failure('DIRECTORY_BASE_UNKNOWN', { server, base })
  if (error instanceof SizeLimitExceededError || error instanceof AdminLimitExceededError)
    return failure('DIRECTORY_LIMIT', { server, says: 'it shows only so many at once' })
  if (error instanceof TimeLimitExceededError)
    return failure('DIRECTORY_LIMIT', { server, says: 'it searches only so long' })
  if (error instanceof InsufficientAccessError)
    return failure('DIRECTORY_FAILED', { server, says: `${as} may not read there` })
  if (error instanceof ResultCodeError)
    return failure('DIRECTORY_FAILED', { server, says: error.message.slice(0, 300) })
  return connectionFailure(error, server)
}

function connectionFailure(error: unknown, server: string): Failure {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '')
  const says = error instanceof Error ? error.message.slice(0, 300) : String(error)
  if (UNTRUSTED.test(code)) return failure('DIRECTORY_UNTRUSTED', { server, cause: says })
  const known = UNREACHABLE[code]
  if (known !== undefined) return failure('DIRECTORY_UNREACHABLE', { server, cause: known })
  return failure('DIRECTORY_UNREACHABLE', {
    server,
    cause: /timeout|timed out/i.test(says) ? 'no answer in time' : says,
  })
}
