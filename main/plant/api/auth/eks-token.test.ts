import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import { eksToken } from '../../../platform/aws'
import { eksUser, type EksTokenRules } from './eks-token'

const NOW = Date.UTC(2026, 10, 23, 9)
const MINUTE = 60_000
const KEYS = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own-secret' }
const ROLE = {
  accessKeyId: 'ASIAROLE',
  secretAccessKey: 'role-secret',
  sessionToken: 'a/session+token=',
}
const known = new Map<string, { secretAccessKey: string; sessionToken?: string }>([
  [KEYS.accessKeyId, KEYS],
  [ROLE.accessKeyId, ROLE],
])
const users = new Map([
  [KEYS.accessKeyId, 'mara.lind'],
  [ROLE.accessKeyId, 'emil.novak'],
])

const userOf = (token: string, more: Partial<EksTokenRules> = {}) =>
  eksUser(token, {
    cluster: 'aws-burst',
    region: 'eu-north-1',
    now: () => NOW,
    keysOf: (id) => known.get(id),
    userOf: (id) => users.get(id),
    ...more,
  })
const make = (more: object = {}) =>
  eksToken({ cluster: 'aws-burst', region: 'eu-north-1', credentials: KEYS, now: NOW, ...more })
const urlIn = (token: string) =>
  new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString())
const tokenOf = (url: URL) => `k8s-aws-v1.${Buffer.from(url.href).toString('base64url')}`

interface Ask {
  host?: string
  scope?: string
  path?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  expiresIn?: number
}
/** A rightly signed request that is not quite the one that EKS wants. */
async function signed({
  host = 'sts.eu-north-1.amazonaws.com',
  scope = 'eu-north-1',
  path = '/',
  query = {},
  headers = { 'x-k8s-aws-id': 'aws-burst' },
  expiresIn = 60,
}: Ask = {}) {
  const signer = new SignatureV4({
    service: 'sts',
    region: scope,
    credentials: KEYS,
    sha256: Sha256,
    applyChecksum: false,
  })
  const request = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path,
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...query },
      headers: { host, ...headers },
    },
    { expiresIn, signingDate: new Date(NOW) },
  )
  const url = new URL(`https://${host}${path}`)
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (typeof value === 'string') url.searchParams.set(name, value)
  return tokenOf(url)
}

describe('a token of an EKS cluster', () => {
  test("proves who signed it, with keys of one's own and with those of a role", async () => {
    expect(userOf(await make())).toBe('mara.lind')
    expect(userOf(await make({ credentials: ROLE }))).toBe('emil.novak')
    expect(userOf(await signed())).toBe('mara.lind')
    expect(userOf(await signed({ host: 'sts.amazonaws.com', scope: 'us-east-1' }))).toBe(
      'mara.lind',
    )
  })
  test('is refused for another cluster, with another secret, and by keys that nobody has or that stand for nobody', async () => {
    expect(userOf(await make({ cluster: 'other' }))).toBeUndefined()
    expect(
      userOf(await make({ credentials: { ...KEYS, secretAccessKey: 'guessed' } })),
    ).toBeUndefined()
    expect(
      userOf(await make({ credentials: { ...KEYS, accessKeyId: 'AKIAELSE' } })),
    ).toBeUndefined()
    expect(
      userOf(await make({ credentials: { ...ROLE, sessionToken: 'another' } })),
    ).toBeUndefined()
    expect(userOf(await make(), { userOf: () => undefined })).toBeUndefined()
  })
  test("needs the cluster's name among what was signed", async () => {
    expect(userOf(await signed({ headers: {} }))).toBeUndefined()
    expect(
      userOf(await signed({ headers: { 'x-k8s-aws-id': 'aws-burst', 'x-other': 'y' } })),
    ).toBeUndefined()
  })
  test('counts for a quarter of an hour, neither long before it was signed nor with an expiry that EKS refuses', async () => {
    const token = await make()
    expect(userOf(token, { now: () => NOW + 14 * MINUTE })).toBe('mara.lind')
    expect(userOf(token, { now: () => NOW + 15 * MINUTE })).toBeUndefined()
    expect(userOf(token, { now: () => NOW - 6 * MINUTE })).toBeUndefined()
    expect(userOf(await signed({ expiresIn: 900 }))).toBe('mara.lind')
    expect(userOf(await signed({ expiresIn: 901 }))).toBeUndefined()
  })
  test('asks STS of this region who the caller is, and nothing else', async () => {
    const wrong: Ask[] = [
      { host: 'sts.eu-north-1.amazonaws.com.example' },
      { host: 'sts.eu-west-1.amazonaws.com', scope: 'eu-west-1' },
      { scope: 'us-east-1' },
      { path: '/x' },
      { query: { Action: 'AssumeRole' } },
      { query: { RoleArn: 'x' } },
    ]
    for (const ask of wrong) expect(userOf(await signed(ask)), JSON.stringify(ask)).toBeUndefined()
  })
  test('is refused when anything of it was changed', async () => {
    const token = await make()
    for (const [name, value] of [
      ['X-Amz-Expires', '900'],
      ['X-Amz-Date', '20261123T090500Z'],
      ['Version', '2011-06-16'],
      ['X-Amz-Signature', 'é'],
    ] as const) {
      const url = urlIn(token)
      url.searchParams.set(name, value)
      expect(userOf(tokenOf(url)), name).toBeUndefined()
    }
    const twice = urlIn(token)
    twice.searchParams.append('Action', 'GetCallerIdentity')
    expect(userOf(tokenOf(twice))).toBeUndefined()
  })
  test('is no other text', () => {
    for (const text of [
      '',
      'k8s-aws-v1.',
      'k8s-aws-v1.!!!',
      'token-of-mara.lind',
      `k8s-aws-v1.${'a'.repeat(20_000)}`,
    ])
      expect(userOf(text)).toBeUndefined()
  })
})
