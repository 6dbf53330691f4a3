import type { Identity, Target } from '../../contract/conformance/target'
import type { Client } from './client'
import type { Plane } from './plane'

/** A real API server as a target of the suites: everybody by a certificate of their own. */
export function planeTarget(plane: Plane): Target {
  const known = new Map<string, Promise<Client>>()
  const clientOf = (identity: Identity): Promise<Client> | Client => {
    if (identity === 'admin') return plane.admin
    if (identity === 'anonymous' || identity === 'badToken') return plane.anonymous()
    const key = JSON.stringify(identity)
    const client = known.get(key) ?? plane.clientFor(identity.user, identity.groups)
    known.set(key, client)
    return client
  }
  return {
    async request(identity, { method, path, headers = {}, body }) {
      const client = await clientOf(identity)
      const token = identity === 'badToken' ? { authorization: 'Bearer never-issued' } : {}
      return client.call(path, {
        method,
        headers: { ...headers, ...token },
        ...(body !== undefined && { body }),
      })
    },
    async *lines(identity, path, { signal, headers }) {
      yield* (await clientOf(identity)).lines(path, signal, headers)
    },
    forget: () => plane.forgetHistory(),
  }
}
