import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { isRecord, numberAt, textAt, type Cluster, type User } from '../cluster'

/** A person the simulated cluster knows, with the bearer token that proves it is them. */
export interface Person {
  token: string
  user: string
  groups: string[]
}
export interface IssuedFor {
  namespace: string
  name: string
  uid: string
  audiences: string[]
  expirationSeconds: number
}

/** Says which user a token of another authority stands for, as a token webhook does; undefined for a token it does not know. */
export type Vouch = (token: string) => string | undefined

const ISSUER = 'https://kubernetes.default.svc'
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  } catch {
    return undefined
  }
}

/** Who a bearer token stands for: the people named at the start, service accounts by tokens signed here, and people that another authority vouches for. */
export class Tokens {
  readonly #people: Map<string, User>
  readonly #byName: Map<string, User>
  readonly #cluster: Cluster
  readonly #key: string
  readonly #vouch: Vouch
  constructor(
    cluster: Cluster,
    people: readonly Person[],
    { key, vouch }: { key: string; vouch: Vouch },
  ) {
    this.#cluster = cluster
    this.#key = key
    this.#vouch = vouch
    this.#people = new Map(
      people.map(({ token, user, groups }) => [
        digest(token),
        { name: user, uid: digest(user).slice(0, 8), groups: [...groups, 'system:authenticated'] },
      ]),
    )
    this.#byName = new Map([...this.#people.values()].map((user) => [user.name, user]))
  }
  userOf(token: string): User | undefined {
    return (
      this.#people.get(digest(token)) ??
      this.#serviceAccountOf(token) ??
      this.#byName.get(this.#vouch(token) ?? '')
    )
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
  issue(to: IssuedFor): { token: string; expirationTimestamp: number } {
    const now = Math.floor(this.#cluster.clock.now() / 1000)
    const expiry = now + to.expirationSeconds
    const claims = {
      aud: to.audiences.length > 0 ? to.audiences : [ISSUER],
      exp: expiry,
      iat: now,
      nbf: now,
      iss: ISSUER,
      sub: `system:serviceaccount:${to.namespace}:${to.name}`,
      'kubernetes.io': { namespace: to.namespace, serviceaccount: { name: to.name, uid: to.uid } },
    }
    const unsigned = `${encode({ alg: 'HS256', kid: 'plant' })}.${encode(claims)}`
    return { token: `${unsigned}.${this.#sign(unsigned)}`, expirationTimestamp: expiry * 1000 }
  }
  /** What a token says, where it was signed here. */
  #claimsOf(token: string): unknown {
    const [head = '', body = '', signature = ''] = token.split('.')
    const expected = Buffer.from(this.#sign(`${head}.${body}`))
    const given = Buffer.from(signature)
    return expected.length === given.length && timingSafeEqual(expected, given)
      ? decode(body)
      : undefined
  }
  #serviceAccountOf(token: string): User | undefined {
    const claims = this.#claimsOf(token)
    const account = isRecord(claims) ? claims['kubernetes.io'] : undefined
    const namespace = textAt(account, 'namespace') ?? ''
    const name = textAt(account, 'serviceaccount', 'name') ?? ''
    const uid = textAt(account, 'serviceaccount', 'uid') ?? ''
    const expired = (numberAt(claims, 'exp') ?? 0) * 1000 <= this.#cluster.clock.now()
    const current = this.#cluster.store.get('/serviceaccounts', name, namespace)?.object
    if (expired || current?.metadata.uid !== uid) return undefined
    return {
      name: `system:serviceaccount:${namespace}:${name}`,
      uid,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
    }
  }
}
