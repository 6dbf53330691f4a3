import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
const PREFIX = 'k8s-aws-v1.'
const VALID_MS = 15 * 60_000
const MAX_EXPIRES_S = 900
const ALLOWED = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
  'x-amz-user-agent',
])

export interface KnownKey {
  secret: string
  arn: string
  account: string
  sessionToken?: string
  revoked?: boolean
}
export interface EksTokenRules {
  cluster: string
  now: number
  key(accessKeyId: string): KnownKey | undefined
  hosts?: readonly string[]
}
export type Verdict = { ok: true; arn: string; account: string } | { ok: false; why: string }

interface Presigned {
  url: URL
  scope: string[]
  date: string
  signed: string[]
  signature: string
  headers: Record<string, string>
}

/** The signature that a presigned request should carry, computed from the secret by the published rules alone. */
function signatureOf({ url, scope, date, signed, headers }: Presigned, secret: string): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
  const canonical = ['GET', '/', query, lines, signed.join(';'), sha256('')].join('\n')
  const [day = '', region = '', service = '', end = ''] = scope
  const key = [region, service, end].reduce<Buffer>(
    (at, part) => hmac(at, part),
    hmac(`AWS4${secret}`, day),
  )
  return createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n'))
    .digest('hex')
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
function addressIn(token: string): URL | undefined {
  try {
    return token.startsWith(PREFIX)
      ? new URL(Buffer.from(token.slice(PREFIX.length), 'base64url').toString())
      : undefined
  } catch {
    return undefined
  }
}
function objection(url: URL, { hosts }: EksTokenRules): string | undefined {
  if (
    hosts
      ? !hosts.includes(url.host)
      : !/^sts(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/.test(url.host)
  )
    return `the host ${url.host} is not STS`
  if (url.pathname !== '/') return `the path ${url.pathname} is not /`
  const foreign = [...url.searchParams.keys()].find((name) => !ALLOWED.has(name.toLowerCase()))
  if (foreign !== undefined) return `the parameter ${foreign} is not allowed`
  if (url.searchParams.get('Action') !== 'GetCallerIdentity')
    return 'the action is not GetCallerIdentity'
  return url.searchParams.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256'
    ? undefined
    : 'the algorithm is not AWS4-HMAC-SHA256'
}

function tooLate(expires: string, date: string, now: number): string | undefined {
  if (!(Number(expires) > 0 && Number(expires) <= MAX_EXPIRES_S))
    return 'it has no acceptable expiry'
  return Math.abs(now - timeOf(date)) < VALID_MS ? undefined : 'it has expired'
}

const same = (wanted: string, given: string) =>
  wanted.length === given.length && timingSafeEqual(Buffer.from(wanted), Buffer.from(given))

/** Verifies an EKS bearer token as the cluster's authenticator does, and its signature as STS does. */
export function verifyEksToken(token: string, rules: EksTokenRules): Verdict {
  const refuse = (why: string): Verdict => ({ ok: false, why })
  const url = addressIn(token)
  if (!url) return refuse('it is no k8s-aws-v1 token')
  const objected = objection(url, rules)
  if (objected !== undefined) return refuse(objected)
  const asked = (name: string) => url.searchParams.get(name) ?? ''
  const [accessKeyId = '', ...scope] = asked('X-Amz-Credential').split('/')
  const signed = asked('X-Amz-SignedHeaders').split(';')
  if (!signed.includes('x-k8s-aws-id') || !signed.includes('host'))
    return refuse('the cluster name is not signed')
  const date = asked('X-Amz-Date')
  const late = tooLate(asked('X-Amz-Expires'), date, rules.now)
  if (late !== undefined) return refuse(late)
  const key = rules.key(accessKeyId)
  if (!key || key.revoked) return refuse('the key is not known or was revoked')
  if ((key.sessionToken ?? '') !== asked('X-Amz-Security-Token'))
    return refuse('the session token is not the one of the key')
  const presigned = {
    url,
    scope,
    date,
    signed,
    signature: asked('X-Amz-Signature'),
    headers: { host: url.host, 'x-k8s-aws-id': rules.cluster },
  }
  if (!same(signatureOf(presigned, key.secret), presigned.signature))
    return refuse('the signature is wrong: another secret, another cluster, or a changed request')
  return { ok: true, arn: key.arn, account: key.account }
}
