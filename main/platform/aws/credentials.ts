import type { SSOClient } from '@aws-sdk/client-sso'
import type { SSOOIDCClient } from '@aws-sdk/client-sso-oidc'
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types'
import { failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { MOST_BYTES, readRegularTextSync, refusalOf } from '../files'
import { redactText } from '../log'
import { AwsTrouble } from './failures'
import {
  chainOf,
  filesOf,
  kindOf,
  readProfiles,
  type Profile,
  type ProfileKind,
  type SsoSession,
} from './profiles'
import { accessToken, forgetToken, signInWithDevice, type DeviceSignIn, type SsoPorts } from './sso'
import type { AwsService, LocalAccount } from './types'

type Env = Readonly<Record<string, string | undefined>>
/** The commands of profiles that a person allowed to run. */
export interface ProcessConsent {
  run(profile: string, command: string): Promise<Outcome<AwsCredentialIdentity>>
}
interface ClientConfig {
  region: string
  endpoint?: string
  requestHandler: unknown
  maxAttempts: number
}
export interface CredentialPorts {
  env: Env
  clock: Clock
  local?: () => readonly LocalAccount[]
  processes: ProcessConsent
  config(service: AwsService, region: string, profile: string): ClientConfig
}
interface Held {
  credentials: AwsCredentialIdentity
  until: number
}

export const ENVIRONMENT = 'environment'
export const INSTANCE = 'instance role'
const EARLY_MS = 5 * 60_000
const METADATA_MS = 2000
const LONGEST_MS = 15 * 60_000
const DEFAULT_REGION = 'us-east-1'
const unusable = (profile: string, says: string) =>
  new AwsTrouble(failure('AWS_PROFILE_UNUSABLE', { profile, says }))

/** AWS profiles of this machine and what they are good for: read again at each question, resolved when somebody asks for credentials. */
export class AwsCredentials {
  readonly #ports: CredentialPorts
  readonly #held = new Map<string, Held>()
  readonly #resolving = new Map<string, Promise<AwsCredentialIdentity>>()
  #known = new Map<string, Profile>()
  #fingerprint = ''
  #read: Promise<void> | undefined

  constructor(ports: CredentialPorts) {
    this.#ports = ports
  }

  /** Reads the files; what was resolved from other contents is dropped. */
  async list(): Promise<Map<string, Profile>> {
    this.#known = await readProfiles(filesOf(this.#ports.env))
    const fingerprint = JSON.stringify([...this.#known])
    if (fingerprint !== this.#fingerprint) this.#held.clear()
    this.#fingerprint = fingerprint
    return this.#known
  }
  /** Reads the files unless somebody has: where requests of a profile go stands in them. */
  async read(): Promise<void> {
    this.#read ??= this.list().then(() => undefined)
    await this.#read
  }
  known(name: string): Profile | undefined {
    return this.#known.get(name)
  }
  /** Profiles that no file names: keys in the environment, and the role of the machine where there is one. */
  ambient(): { name: string; kind: ProfileKind }[] {
    const { env } = this.#ports
    const keys = Boolean(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'])
    const web = Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN'])
    return [
      ...(keys || web
        ? [{ name: ENVIRONMENT, kind: keys ? ('environment' as const) : ('web-identity' as const) }]
        : []),
      ...(containerOf(env) || hasInstanceRole(env)
        ? [{ name: INSTANCE, kind: 'instance' as const }]
        : []),
    ]
  }
  local(): readonly LocalAccount[] {
    return this.#ports.local?.() ?? []
  }
  region(name: string): string | undefined {
    return (
      this.local().find(({ profile }) => profile === name)?.region ??
      this.#known.get(name)?.values['region'] ??
      this.#ports.env['AWS_REGION'] ??
      this.#ports.env['AWS_DEFAULT_REGION']
    )
  }

  /** A provider as the SDK wants it: one resolution at a time, renewed five minutes before its end. */
  provider(name: string): AwsCredentialIdentityProvider {
    const provide = async () => {
      const local = this.#ofLocal(name)
      if (local) return local
      const held = this.#held.get(name)
      if (held && held.until > this.#ports.clock.now()) return held.credentials
      const resolving =
        this.#resolving.get(name) ?? this.#resolve(name).finally(() => this.#resolving.delete(name))
      this.#resolving.set(name, resolving)
      return resolving
    }
    // Clients would keep keys without an end for ever; marked so, they ask here each time.
    return Object.assign(provide, { memoized: true as const })
  }
  // An account on this machine has other keys each time it is opened, so they are never held.
  #ofLocal(name: string): AwsCredentialIdentity | undefined {
    const local = this.local().find(({ profile }) => profile === name)
    return (
      local && {
        accessKeyId: local.accessKeyId,
        secretAccessKey: local.secretAccessKey,
        ...(local.sessionToken !== undefined && { sessionToken: local.sessionToken }),
      }
    )
  }
  async #resolve(name: string): Promise<AwsCredentialIdentity> {
    await this.list()
    const credentials = await this.#of(name, [])
    const now = this.#ports.clock.now()
    const end = credentials.expiration?.getTime()
    this.#held.set(name, {
      credentials,
      until: end === undefined ? now + LONGEST_MS : Math.max(now, end - EARLY_MS),
    })
    return credentials
  }
  /** Drops what is held, of one company sign-in or of all. */
  forget(session?: SsoSession) {
    for (const name of [...this.#held.keys()])
      if (!session || this.sessionsOf(name).some(({ id }) => id === session.id))
        this.#held.delete(name)
  }
  /** Drops what one profile is held with, after AWS or a cluster refused it. */
  drop(name: string) {
    this.#held.delete(name)
  }

  /** The company sign-ins that a profile rests on, through any chain of roles. */
  sessionsOf(name: string): SsoSession[] {
    return [name, ...(chainOf(this.#known, name) ?? [])].flatMap(
      (one) => this.#known.get(one)?.sso ?? [],
    )
  }
  session(id: string): SsoSession | undefined {
    return [...this.#known.values()].find(({ sso }) => sso?.id === id)?.sso
  }
  /** Forgets a company sign-in, for the AWS command line as well. */
  async signOut(session: SsoSession) {
    await forgetToken(session)
    this.forget(session)
  }
  signIn(session: SsoSession, signal: AbortSignal): Promise<DeviceSignIn> {
    return signInWithDevice(session, this.#sso(), signal)
  }
  #sso(): SsoPorts {
    return {
      clock: this.#ports.clock,
      oidc: async (region): Promise<SSOOIDCClient> =>
        new (await import('@aws-sdk/client-sso-oidc')).SSOOIDCClient(
          this.#config('oidc', region, ''),
        ),
    }
  }
  #config(service: AwsService, region: string, profile: string) {
    return this.#ports.config(service, region, profile) as never
  }

  async #of(name: string, seen: readonly string[]): Promise<AwsCredentialIdentity> {
    if (name === ENVIRONMENT || name === INSTANCE)
      return this.#ambientOf(SOURCE_OF[name](this.#ports.env), name)
    const profile = this.#known.get(name)
    if (!profile) throw unusable(name, 'there is no such profile.')
    if (seen.includes(name))
      throw unusable(
        name,
        `its chain of roles leads back to itself: ${[...seen, name].join(', ')}.`,
      )
    const { values } = profile
    const means: Partial<Record<ProfileKind, () => Promise<AwsCredentialIdentity>>> = {
      keys: () => Promise.resolve(keysOf(values)),
      role: () => this.#assume(profile, seen),
      'web-identity': () =>
        this.#webIdentity(
          {
            file: values['web_identity_token_file'],
            role: values['role_arn'],
            session: values['role_session_name'],
          },
          name,
        ),
      sso: () => this.#portal(profile),
      process: () => this.#process(name, values['credential_process'] ?? ''),
      login: () => this.#login(name),
    }
    const resolve = means[kindOf(profile)]
    if (!resolve)
      throw unusable(name, 'it names neither keys, a role, a company sign-in nor a program.')
    return resolve()
  }

  async #assume(
    { name, values }: Profile,
    seen: readonly string[],
  ): Promise<AwsCredentialIdentity> {
    if (values['mfa_serial'])
      throw unusable(
        name,
        'it wants a one-time code for each role, which Takt does not ask for; use a company sign-in (SSO) instead.',
      )
    const source = values['source_profile']
    if (source === undefined && values['credential_source'] === undefined)
      throw unusable(
        name,
        'it names a role but neither source_profile nor credential_source, so nobody may take the role on.',
      )
    // A profile that names itself lends its own keys to its role.
    const master =
      source === name
        ? keysOf(values)
        : source !== undefined
          ? await this.#of(source, [...seen, name])
          : await this.#ambientOf(values['credential_source'] ?? '', name)
    const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
    const region = this.region(name) ?? DEFAULT_REGION
    const seconds = Number(values['duration_seconds'])
    return fromTemporaryCredentials({
      masterCredentials: master,
      clientConfig: this.#config('sts', region, name),
      params: {
        RoleArn: values['role_arn'] ?? '',
        RoleSessionName: values['role_session_name'] ?? `takt-${this.#ports.clock.now()}`,
        ...(values['external_id'] && { ExternalId: values['external_id'] }),
        ...(seconds > 0 && { DurationSeconds: seconds }),
      },
    })()
  }
  async #webIdentity(
    {
      file,
      role,
      session,
    }: { file: string | undefined; role: string | undefined; session: string | undefined },
    name: string,
  ): Promise<AwsCredentialIdentity> {
    if (!file || !role) throw unusable(name, 'it names no token file or no role.')
    // The SDK reads it at once and whole, whatever it is.
    const refused = await refusalOf(file, { mostBytes: MOST_BYTES.credential })
    if (refused)
      throw unusable(name, `its token file cannot be read: ${refused.failure.data.cause}.`)
    const { fromTokenFile } = await import('@aws-sdk/credential-providers')
    return fromTokenFile({
      webIdentityTokenFile: file,
      roleArn: role,
      roleSessionName: session ?? `takt-${this.#ports.clock.now()}`,
      clientConfig: this.#config('sts', this.region(name) ?? DEFAULT_REGION, name),
    })()
  }
  async #portal({ name, values, sso }: Profile): Promise<AwsCredentialIdentity> {
    if (!sso) throw unusable(name, 'it names no company sign-in.')
    const token = await accessToken(sso, this.#sso())
    if (!token.ok) throw new AwsTrouble(token.failure)
    const { GetRoleCredentialsCommand, SSOClient: Portal } = await import('@aws-sdk/client-sso')
    const portal: SSOClient = new Portal(this.#config('sso', sso.region, name))
    const { roleCredentials } = await portal
      .send(
        new GetRoleCredentialsCommand({
          accessToken: token.value,
          accountId: values['sso_account_id'],
          roleName: values['sso_role_name'],
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === 'UnauthorizedException')
          throw new AwsTrouble(
            failure('SIGN_IN_NEEDED', {
              identity: sso.id,
              kind: 'aws-sso',
              says: 'AWS no longer accepts its session.',
            }),
          )
        throw error
      })
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = roleCredentials ?? {}
    if (!accessKeyId || !secretAccessKey)
      throw unusable(name, 'AWS answered without keys for this role.')
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...(expiration !== undefined && { expiration: new Date(expiration) }),
    }
  }
  async #process(name: string, command: string): Promise<AwsCredentialIdentity> {
    const ran = await this.#ports.processes.run(name, command)
    if (!ran.ok) throw new AwsTrouble(ran.failure)
    return ran.value
  }
  async #login(name: string): Promise<AwsCredentialIdentity> {
    const { fromLoginCredentials } = await import('@aws-sdk/credential-providers')
    const files = filesOf(this.#ports.env)
    // Its own client goes the way of every other; the login itself is the AWS command line's, whose remedy it names.
    const clientConfig = this.#config('signin', this.region(name) ?? DEFAULT_REGION, name)
    return fromLoginCredentials({
      profile: name,
      filepath: files.credentials,
      configFilepath: files.config,
      ignoreCache: true,
      clientConfig,
    })().catch((error: unknown) => {
      if (!/CredentialsProviderError/.test((error as Error).name)) throw error
      throw unusable(
        name,
        `its console sign-in is over or was never begun: run aws login --profile ${name} in a terminal.`,
      )
    })
  }
  /** Credentials of the surroundings, by the words AWS profiles have for them. */
  async #ambientOf(source: string, name: string): Promise<AwsCredentialIdentity> {
    const { env } = this.#ports
    if (source === 'Environment') {
      const [accessKeyId, secretAccessKey, sessionToken] = [
        env['AWS_ACCESS_KEY_ID'],
        env['AWS_SECRET_ACCESS_KEY'],
        env['AWS_SESSION_TOKEN'],
      ]
      if (accessKeyId && secretAccessKey)
        return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
      return this.#webIdentity(
        {
          file: env['AWS_WEB_IDENTITY_TOKEN_FILE'],
          role: env['AWS_ROLE_ARN'],
          session: env['AWS_ROLE_SESSION_NAME'],
        },
        name,
      )
    }
    if (source === 'EcsContainer') return this.#container(name)
    if (source === 'Ec2InstanceMetadata') return this.#instance(name)
    throw unusable(
      name,
      `its credential_source ${source} is none that AWS knows: Environment, Ec2InstanceMetadata or EcsContainer.`,
    )
  }
  async #container(name: string): Promise<AwsCredentialIdentity> {
    const { env } = this.#ports
    const at = containerOf(env)
    if (!at)
      throw unusable(
        name,
        'it takes the role of a container, and this is none: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.',
      )
    const { fromHttp } = await import('@aws-sdk/credential-providers')
    const [file, token] = [
      env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
      env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
    ]
    return fromHttp({
      ...at,
      timeout: METADATA_MS,
      maxRetries: 1,
      ...(file
        ? { awsContainerAuthorizationTokenFile: file }
        : token && { awsContainerAuthorizationToken: token }),
    })()
  }
  async #instance(name: string): Promise<AwsCredentialIdentity> {
    if (this.#ports.env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true')
      throw unusable(
        name,
        'it takes the role of this machine, and AWS_EC2_METADATA_DISABLED forbids to ask for that.',
      )
    const { fromInstanceMetadata } = await import('@aws-sdk/credential-providers')
    return fromInstanceMetadata({ timeout: METADATA_MS, maxRetries: 1 })().catch(
      (error: unknown) => {
        throw unusable(
          name,
          `this machine has no role, or does not tell it: ${redactText(error instanceof Error ? error.message : String(error)).slice(0, 200)}`,
        )
      },
    )
  }
}

/** Where a container asks for its role; undefined outside of one. */
function containerOf(
  env: Env,
):
  | { awsContainerCredentialsFullUri: string }
  | { awsContainerCredentialsRelativeUri: string }
  | undefined {
  const [full, relative] = [
    env['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
    env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ]
  if (relative) return { awsContainerCredentialsRelativeUri: relative }
  return full ? { awsContainerCredentialsFullUri: full } : undefined
}
const VENDOR = '/sys/devices/virtual/dmi/id/sys_vendor'
/** Whether this machine may have a role: told by its maker or by the environment, so that nothing is asked before a person picks. */
function hasInstanceRole(env: Env): boolean {
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return false
  return env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] !== undefined || vendor() === 'Amazon EC2'
}
function vendor(): string {
  const read = readRegularTextSync(VENDOR, MOST_BYTES.credential)
  return read.ok ? read.value.trim() : ''
}
const SOURCE_OF: Record<typeof ENVIRONMENT | typeof INSTANCE, (env: Env) => string> = {
  [ENVIRONMENT]: () => 'Environment',
  [INSTANCE]: (env) => (containerOf(env) ? 'EcsContainer' : 'Ec2InstanceMetadata'),
}

function keysOf(values: Profile['values']): AwsCredentialIdentity {
  const token = values['aws_session_token']
  return {
    accessKeyId: values['aws_access_key_id'] ?? '',
    secretAccessKey: values['aws_secret_access_key'] ?? '',
    ...(token && { sessionToken: token }),
  }
}
