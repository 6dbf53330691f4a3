import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentialIdentity } from '@aws-sdk/types'

const PREFIX = 'k8s-aws-v1.'
const EXPIRES_S = 60
/** EKS accepts a token for 15 minutes after it was signed; a minute is kept for the way and for clocks that differ. */
export const EKS_TOKEN_MS = 14 * 60_000

export interface EksTokenAsk {
  cluster: string
  region: string
  credentials: AwsCredentialIdentity
  now: number
  endpoint?: string | undefined
}

/** The regional address of STS; China's partition has a domain of its own. */
export const stsAddress = (region: string): string =>
  `https://sts.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`

/** A bearer token for an EKS cluster: a presigned GetCallerIdentity that only this cluster may use. Nothing is sent to make it. */
export async function eksToken({
  cluster,
  region,
  credentials,
  now,
  endpoint,
}: EksTokenAsk): Promise<string> {
  const { protocol, hostname, port } = new URL(endpoint ?? stsAddress(region))
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  })
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: port ? `${hostname}:${port}` : hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: EXPIRES_S, signingDate: new Date(now) },
  )
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}/`)
  for (const [name, value] of Object.entries(signed.query ?? {}))
    if (typeof value === 'string') url.searchParams.set(name, value)
  return `${PREFIX}${Buffer.from(url.href).toString('base64url')}`
}
