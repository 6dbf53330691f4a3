import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Keys as the account that the cluster belongs to knows them. */
export interface AccountKeys {
  secretAccessKey: string
  sessionToken?: string
}
export interface EksTokenRules {
  /** The cluster's name, which must have been signed along. */
  cluster: string
  region: string
  /** Machine milliseconds since 1970, by which tokens begin and end. */
  now(): number
  keysOf(accessKeyId: string): AccountKeys | undefined
  /** The user name that an access entry gives to whoever signed. */
  userOf(accessKeyId: string): string | undefined
}

const PREFIX = 'k8s-aws-v1.'
const CLUSTER_HEADER = 'x-k8s-aws-id'
// As the authenticator of EKS has it: a signed identity counts for a quarter of an hour, however short the request itself says.
const VALID_MS = 15 * 60_000
const MOST_EXPIRES_S = 900
const AHEAD_MS = 5 * 60_000
const MOST_CHARACTERS = 16 * 1024
const PARAMETERS = new Set([
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

interface Presigned {
  url: URL
  accessKeyId: string
  scope: string[]
  date: string
  signedHeaders: string[]
  signature: string
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const escaped = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
const same = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
const instantOf = (text: string) =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

function presignedIn(token: string): Presigned | undefined {
  if (!token.startsWith(PREFIX) || token.length > MOST_CHARACTERS) return undefined
  const text = Buffer.from(token.slice(PREFIX.length), 'base64url').toString()
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase())
  // What stands twice could be read one way here and another way by STS.
  if (new Set(names).size < names.length || names.some((name) => !PARAMETERS.has(name)))
    return undefined
  const told = (name: string) => url.searchParams.get(name) ?? ''
  const [accessKeyId = '', ...scope] = told('X-Amz-Credential').split('/')
  return {
    url,
    accessKeyId,
    scope,
    date: told('X-Amz-Date'),
    signedHeaders: told('X-Amz-SignedHeaders').split(';'),
    signature: told('X-Amz-Signature'),
  }
}

/** Whether it asks STS of this region who the caller is, and nothing else. */
function asksWhoIAm({ url, scope, date, signedHeaders }: Presigned, region: string): boolean {
  const hosts = new Map([
    [`sts.${region}.amazonaws.com`, region],
    ['sts.amazonaws.com', 'us-east-1'],
  ])
  const isSts = url.protocol === 'https:' && hosts.has(url.host) && url.pathname === '/'
  const asks =
    url.searchParams.get('Action') === 'GetCallerIdentity' &&
    url.searchParams.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256'
  const [day, ofRegion, service, end] = scope
  const isScoped =
    scope.length === 4 &&
    day === date.slice(0, 8) &&
    ofRegion === hosts.get(url.host) &&
    service === 'sts' &&
    end === 'aws4_request'
  // Only these two are known here; whatever else was signed cannot be proved.
  return isSts && asks && isScoped && [...signedHeaders].sort().join() === `host,${CLUSTER_HEADER}`
}

function isCurrent({ url, date }: Presigned, now: number): boolean {
  const expires = Number(url.searchParams.get('X-Amz-Expires'))
  const age = now - instantOf(date)
  return (
    Number.isInteger(expires) &&
    expires > 0 &&
    expires <= MOST_EXPIRES_S &&
    age < VALID_MS &&
    age > -AHEAD_MS
  )
}

/** The signature such a request must carry when it was signed with this secret for this cluster. */
function signatureOf(
  { url, scope, date, signedHeaders }: Presigned,
  { secret, cluster }: { secret: string; cluster: string },
): string {
  const headers: Record<string, string> = { host: url.host, [CLUSTER_HEADER]: cluster }
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&')
  const canonical = [
    'GET',
    url.pathname,
    query,
    ...signedHeaders.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    signedHeaders.join(';'),
    sha256(''),
  ].join('\n')
  const key = scope.reduce<Buffer | string>((at, part) => hmac(at, part), `AWS4${secret}`)
  return hmac(
    key,
    ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n'),
  ).toString('hex')
}

/** The user name that an EKS token proves, undefined for any other text. The presigned request is proved here, with the account's keys: nothing is sent. */
export function eksUser(
  token: string,
  { cluster, region, now, keysOf, userOf }: EksTokenRules,
): string | undefined {
  const presigned = presignedIn(token)
  if (!presigned || !asksWhoIAm(presigned, region) || !isCurrent(presigned, now())) return undefined
  const keys = keysOf(presigned.accessKeyId)
  if (
    !keys ||
    !same(keys.sessionToken ?? '', presigned.url.searchParams.get('X-Amz-Security-Token') ?? '')
  )
    return undefined
  return same(
    signatureOf(presigned, { secret: keys.secretAccessKey, cluster }),
    presigned.signature,
  )
    ? userOf(presigned.accessKeyId)
    : undefined
}
