import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { EC2Client } from '@aws-sdk/client-ec2'
import type { EKSClient } from '@aws-sdk/client-eks'
import type { PricingClient } from '@aws-sdk/client-pricing'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import type { STSClient } from '@aws-sdk/client-sts'
import type { AwsCredentialIdentityProvider } from '@aws-sdk/types'
import type { Clock } from '../../kernel/clock'
import type { Network } from '../network'
import { BoundedHandler } from './bounded-handler'
import { AwsCredentials, type ProcessConsent } from './credentials'
import { isRefusedKey } from './failures'
import type { SsoSession } from './profiles'
import { stsAddress } from './token'
import type { AwsService, LocalAccount } from './types'

export interface AwsPorts {
  env: Readonly<Record<string, string | undefined>>
  clock: Clock
  network: Network
  /** Accounts served on this machine, which take precedence over profiles of the same name. */
  local?: () => readonly LocalAccount[]
  /** Whether a person allowed a profile's credential_process; nothing runs without. */
  processes: ProcessConsent
}
/** Clients of one profile in one region, each made when it is first asked for. Wrap calls in `askAws`. */
export interface AwsClients {
  eks(): Promise<EKSClient>
  ec2(): Promise<EC2Client>
  sts(): Promise<STSClient>
  /** The price list lives in few regions, so it is always asked in us-east-1. */
  pricing(): Promise<PricingClient>
  quotas(): Promise<ServiceQuotasClient>
  s3(): Promise<S3Client>
  autoScaling(): Promise<AutoScalingClient>
}
export interface Aws {
  readonly profiles: AwsCredentials
  /** Credentials of a profile, renewed by themselves; rejects with AwsTrouble. */
  credentialsOf(profile: string): AwsCredentialIdentityProvider
  clients(where: { profile: string; region: string }): AwsClients
  /** Where requests of a service go instead of AWS; undefined for AWS itself. */
  endpointOf(service: AwsService, profile: string): string | undefined
  /** Keeps nothing of a session in memory. */
  forget(session?: SsoSession): void
}

const ENV_NAME: Record<AwsService, string> = {
  eks: 'EKS',
  ec2: 'EC2',
  sts: 'STS',
  pricing: 'PRICING',
  'service-quotas': 'SERVICE_QUOTAS',
  s3: 'S3',
  'auto-scaling': 'AUTO_SCALING',
  sso: 'SSO',
  oidc: 'SSO_OIDC',
  signin: 'SIGNIN',
}
const CONNECT_MS = 8000
const REQUEST_MS = 30_000
const TRIES = 3
const addressOf = (service: AwsService, region: string) => {
  if (service === 'sts') return stsAddress(region)
  if (service === 'signin') return `https://${region}.signin.aws.amazon.com`
  const name =
    service === 'sso'
      ? 'portal.sso'
      : service === 'service-quotas'
        ? 'servicequotas'
        : service.replace('-', '')
  return service === 'pricing'
    ? `https://api.pricing.${region}.amazonaws.com`
    : `https://${name}.${region}.amazonaws.com`
}

/** A client whose refused keys are resolved anew for the next request: a role may be taken on again, a session begun again. */
function droppingRefused<T>(client: T, drop: () => void): T {
  const { middlewareStack } = client as {
    middlewareStack: {
      add(
        wrap: (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>,
        at: { step: 'initialize'; name: string },
      ): void
    }
  }
  middlewareStack.add(
    (next) => (args) =>
      next(args).catch((error: unknown) => {
        if (isRefusedKey(error)) drop()
        throw error
      }),
    { step: 'initialize', name: 'dropRefusedKeys' },
  )
  return client
}

/** The AWS SDK as everything here uses it: profiles, region, endpoints, proxies, trust, retries and time limits in one place. */
export function makeAws(ports: AwsPorts): Aws {
  const { env, network } = ports
  const local = (profile: string) => ports.local?.().find((account) => account.profile === profile)
  const profiles = new AwsCredentials({
    ...ports,
    config: (service, region, profile) => common(service, region, profile),
  })
  function endpointOf(service: AwsService, profile: string): string | undefined {
    return (
      local(profile)?.endpoint ??
      env[`AWS_ENDPOINT_URL_${ENV_NAME[service]}`] ??
      env['AWS_ENDPOINT_URL'] ??
      profiles.known(profile)?.values['endpoint_url']
    )
  }
  function common(service: AwsService, region: string, profile: string) {
    const endpoint = endpointOf(service, profile)
    const agent = network.nodeAgent(endpoint ?? addressOf(service, region))
    return {
      region,
      maxAttempts: TRIES,
      ...(endpoint !== undefined && { endpoint }),
      requestHandler: new BoundedHandler({
        connectionTimeout: CONNECT_MS,
        requestTimeout: REQUEST_MS,
        throwOnRequestTimeout: true,
        ...(agent && { httpAgent: agent as never, httpsAgent: agent as never }),
      }),
    }
  }
  const made = new Map<string, unknown>()
  // A change of the network's settings makes another client, because agents are kept with their trust and proxy.
  const once = async <T>(
    service: AwsService,
    { profile, region }: { profile: string; region: string },
    make: (
      config: ReturnType<typeof common> & { credentials: AwsCredentialIdentityProvider },
    ) => Promise<T>,
  ): Promise<T> => {
    await profiles.read()
    const endpoint = endpointOf(service, profile) ?? addressOf(service, region)
    const key = JSON.stringify([
      service,
      profile,
      region,
      endpoint,
      network.proxyFor(endpoint),
      network.trusted().length,
    ])
    const held = made.get(key) as Promise<T> | undefined
    if (held) return held
    const client = make({
      ...common(service, region, profile),
      credentials: profiles.provider(profile),
    }).then((one) => droppingRefused(one, () => profiles.drop(profile)))
    made.set(key, client)
    return client
  }
  return {
    profiles,
    endpointOf,
    credentialsOf: (profile) => profiles.provider(profile),
    forget: (session) => profiles.forget(session),
    clients: (where) => ({
      eks: () =>
        once(
          'eks',
          where,
          async (config) => new (await import('@aws-sdk/client-eks')).EKSClient(config),
        ),
      ec2: () =>
        once(
          'ec2',
          where,
          async (config) => new (await import('@aws-sdk/client-ec2')).EC2Client(config),
        ),
      sts: () =>
        once(
          'sts',
          where,
          async (config) => new (await import('@aws-sdk/client-sts')).STSClient(config),
        ),
      pricing: () =>
        once(
          'pricing',
          { ...where, region: 'us-east-1' },
          async (config) => new (await import('@aws-sdk/client-pricing')).PricingClient(config),
        ),
      quotas: () =>
        once(
          'service-quotas',
          where,
          async (config) =>
            new (await import('@aws-sdk/client-service-quotas')).ServiceQuotasClient(config),
        ),
      autoScaling: () =>
        once(
          'auto-scaling',
          where,
          async (config) =>
            new (await import('@aws-sdk/client-auto-scaling')).AutoScalingClient(config),
        ),
      s3: () =>
        once(
          's3',
          where,
          async (config) =>
            new (await import('@aws-sdk/client-s3')).S3Client({
              ...config,
              forcePathStyle: config.endpoint !== undefined,
            }),
        ),
    }),
  }
}
