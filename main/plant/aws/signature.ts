import { createHash, timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from './refusal'

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}
export interface Received {
  method: string
  url: URL
  headers: Record<string, string>
  body: Buffer
}
/** Who asked, and for which service of which region, once the signature has been proved. */
export interface Caller {
  accessKeyId: string
  region: string
  service: string
}

const SKEW_MS = 5 * 60_000
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
const instantOf = (text: string) =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
const sameText = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

const refusedToken = () =>
  new AwsError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    403,
  )
interface Claim extends Caller {
  signedHeaders: string[]
  signature: string
}
function claimOf(authorization = ''): Claim {
  const match = AUTHORIZATION.exec(authorization)
  if (!match)
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
  const [, accessKeyId = '', , region = '', service = '', signedHeaders = '', signature = ''] =
    match
  return { accessKeyId, region, service, signedHeaders: signedHeaders.split(';'), signature }
}
function checkTime(
  date: string | undefined,
  { now, service }: { now: number; service: string },
): number {
  const signedAt = instantOf(date ?? '')
  if (Math.abs(signedAt - now) <= SKEW_MS) return signedAt
  throw new AwsError(
    service === 's3' ? 'RequestTimeTooSkewed' : 'InvalidSignatureException',
    `Signature not yet current or expired: ${date ?? 'no date'} is too far from ${new Date(now).toISOString()}`,
    403,
  )
}

/** Proves the signature of a request with the keys that the account knows, as AWS does; throws an AwsError in its words. */
export async function verify(
  request: Received,
  { keysOf, now }: { keysOf: (accessKeyId: string) => Keys | undefined; now: number },
): Promise<Caller> {
  const { headers } = request
  const { accessKeyId, region, service, signedHeaders, signature } = claimOf(
    headers['authorization'],
  )
  const keys = keysOf(accessKeyId)
  if (!keys || (keys.sessionToken ?? '') !== (headers['x-amz-security-token'] ?? ''))
    throw refusedToken()
  const signedAt = checkTime(headers['x-amz-date'], { now, service })
  checkBody(request, service)
  const expected = await signed(request, { keys, region, service, signedAt, names: signedHeaders })
  if (!sameText(expected, signature))
    throw new AwsError(
      service === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      403,
    )
  return { accessKeyId, region, service }
}

function checkBody({ headers, body }: Received, service: string) {
  const told = headers['x-amz-content-sha256']
  if (service !== 's3' || told === undefined || !/^[0-9a-f]{64}$/.test(told)) return
  if (createHash('sha256').update(body).digest('hex') !== told)
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    )
}

async function signed(
  { method, url, headers, body }: Received,
  by: { keys: Keys; region: string; service: string; signedAt: number; names: string[] },
): Promise<string> {
  const isS3 = by.service === 's3'
  const signer = new SignatureV4({
    credentials: by.keys,
    region: by.region,
    service: by.service,
    sha256: Sha256,
    uriEscapePath: !isS3,
    applyChecksum: isS3,
  })
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  const chosen = Object.fromEntries(by.names.map((name) => [name, headers[name] ?? '']))
  const answer = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: chosen,
      body,
    },
    {
      signingDate: new Date(by.signedAt),
      signableHeaders: new Set(by.names),
      unsignableHeaders: new Set(Object.keys(headers).filter((name) => !by.names.includes(name))),
    },
  )
  return (
    /Signature=([0-9a-f]{64})/.exec(
      String(answer.headers['authorization'] ?? answer.headers['Authorization']),
    )?.[1] ?? ''
  )
}
