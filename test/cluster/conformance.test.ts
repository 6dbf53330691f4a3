import { afterAll, beforeAll } from 'vitest'
import { conformance } from '../contract/conformance/suite'
import type { Identity, Target } from '../contract/conformance/target'
import type { Client } from './stack/client'
import { startPlane, type Plane } from './stack/plane'

let plane: Plane
const known = new Map<string, Promise<Client>>()

beforeAll(async () => {
  plane = await startPlane({ nodes: false })
})
afterAll(() => plane?.stop())

function clientOf(identity: Identity): Promise<Client> | Client {
  if (identity === 'admin') return plane.admin
  if (identity === 'anonymous' || identity === 'badToken') return plane.anonymous()
  const key = JSON.stringify(identity)
  const client = known.get(key) ?? plane.clientFor(identity.user, identity.groups)
  known.set(key, client)
  return client
}

const target: Target = {
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

conformance({ target: () => target, patience: 30, record: process.env['TAKT_RECORD'] === '1' })
