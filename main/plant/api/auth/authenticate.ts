import type { IncomingMessage } from 'node:http'
import type { User } from '../cluster'
import { KubeError, unauthorized } from '../errors'
import type { Authorizer } from '../rbac/authorizer'
import type { Tokens } from './tokens'

const BEARER_PROTOCOL = 'base64url.bearer.authorization.k8s.io.'

function bearerOf(request: IncomingMessage): string | undefined {
  const header = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (header) return header.trim()
  const protocol = (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .find((part) => part.startsWith(BEARER_PROTOCOL))
  return protocol
    ? Buffer.from(protocol.slice(BEARER_PROTOCOL.length), 'base64url').toString()
    : undefined
}
const listed = (request: IncomingMessage, name: string): string[] => {
  const value = request.headers[name]
  // Node joins repeated headers of its own accord, so a group name that holds a comma cannot be told from two groups.
  return (Array.isArray(value) ? value : (value?.split(',') ?? []))
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
function impersonated(request: IncomingMessage, user: User, authorizer: Authorizer): User {
  const name = listed(request, 'impersonate-user')[0]
  const groups = listed(request, 'impersonate-group')
  if (name === undefined) {
    if (groups.length > 0)
      throw new KubeError({
        code: 500,
        reason: 'InternalError',
        message:
          'Internal error occurred: requested [{Group  ' +
          groups.join(' ') +
          '  }] without impersonating a user',
      })
    return user
  }
  if (!authorizer.allows(user, { verb: 'impersonate', group: '', resource: 'users', name })) {
    throw new KubeError({
      code: 403,
      reason: 'Forbidden',
      message: `users ${JSON.stringify(name)} is forbidden: User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`,
      details: { name, kind: 'users' },
    })
  }
  return { name, groups: [...new Set([...groups, 'system:authenticated'])] }
}

/** Who is asking; undefined for somebody without a token. Throws 401 for a token nobody holds and 403 for an impersonation nobody allowed. */
export function authenticate(
  request: IncomingMessage,
  by: { tokens: Tokens; authorizer: Authorizer },
): User | undefined {
  const token = bearerOf(request)
  if (token === undefined) return undefined
  const user = by.tokens.userOf(token)
  if (!user) throw unauthorized()
  return impersonated(request, user, by.authorizer)
}
