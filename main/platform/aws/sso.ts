import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SSOOIDCClient } from '@aws-sdk/client-sso-oidc'
import { z } from 'zod'
import { failure, type Failure } from '../../../preload/contract/failures'
import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { MOST_BYTES, readRegularText } from '../files'
import { parseJson } from '../kubernetes/failures'
import { redactText } from '../log'
import type { SsoSession } from './profiles'

// The fields and the names of the AWS command line, so that either may sign in for both.
const Cached = z.object({
  startUrl: z.string().optional(),
  region: z.string().optional(),
  accessToken: z.string(),
  expiresAt: z.string(),
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  registrationExpiresAt: z.string().optional(),
  refreshToken: z.string().optional(),
})
type Cached = z.infer<typeof Cached>

const EARLY_MS = 5 * 60_000
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const FIRST_INTERVAL_S = 5

export async function readToken(session: SsoSession): Promise<Cached | undefined> {
  const cached = await readRegularText(session.cacheFile, { mostBytes: MOST_BYTES.credential })
  const parsed = Cached.safeParse(parseJson(cached.ok ? cached.value : ''))
  return parsed.success ? parsed.data : undefined
}
/** Milliseconds since 1970 at which a cached token ends; older versions of the command line wrote `UTC` for `Z`. */
const endOf = (expiresAt: string | undefined) =>
  Date.parse((expiresAt ?? '').replace(/UTC$/, 'Z')) || 0
export const isSignedIn = (token: Cached | undefined, now: number): boolean =>
  token !== undefined && (endOf(token.expiresAt) > now || canRenew(token, now))
const canRenew = (token: Cached, now: number) =>
  Boolean(token.refreshToken && token.clientId && token.clientSecret) &&
  endOf(token.registrationExpiresAt) > now

async function writeToken(session: SsoSession, token: Cached) {
  await mkdir(dirname(session.cacheFile), { recursive: true, mode: 0o700 })
  const draft = `${session.cacheFile}.${process.pid}`
  await writeFile(draft, JSON.stringify(token), { mode: 0o600 })
  await rename(draft, session.cacheFile)
}
export const forgetToken = async (session: SsoSession) => {
  await writeFile(session.cacheFile, '{}', { mode: 0o600 }).catch(() => undefined)
}

export interface SsoPorts {
  clock: Clock
  oidc(region: string): Promise<SSOOIDCClient>
}
const ended = (session: SsoSession, says: string): Failure =>
  failure('SIGN_IN_NEEDED', { identity: session.id, kind: 'aws-sso', says })

/** The access token of a session, renewed by itself shortly before its end where it may be; SIGN_IN_NEEDED otherwise. */
export async function accessToken(
  session: SsoSession,
  { clock, oidc }: SsoPorts,
): Promise<Outcome<string>> {
  const token = await readToken(session)
  if (!token) return fail(ended(session, 'nobody has signed in on this machine yet.'))
  const left = endOf(token.expiresAt) - clock.now()
  if (left > EARLY_MS) return succeed(token.accessToken)
  if (canRenew(token, clock.now())) {
    const renewed = await renew(session, token, { clock, oidc }).catch(() => undefined)
    if (renewed) return succeed(renewed)
  }
  return left > 0 ? succeed(token.accessToken) : fail(ended(session, 'its session is over.'))
}

async function renew(
  session: SsoSession,
  token: Cached,
  { clock, oidc }: SsoPorts,
): Promise<string | undefined> {
  const { CreateTokenCommand } = await import('@aws-sdk/client-sso-oidc')
  const client = await oidc(session.region)
  const made = await client.send(
    new CreateTokenCommand({
      clientId: token.clientId,
      clientSecret: token.clientSecret,
      refreshToken: token.refreshToken,
      grantType: 'refresh_token',
    }),
  )
  if (!made.accessToken) return undefined
  await writeToken(session, {
    ...token,
    accessToken: made.accessToken,
    expiresAt: timestamp(clock.now() + (made.expiresIn ?? 0) * 1000),
    ...(made.refreshToken && { refreshToken: made.refreshToken }),
  })
  return made.accessToken
}

export interface DeviceSignIn {
  address: string
  code: string
  expiresAt: number
  done: Promise<Outcome<void>>
}

/** Begins the device flow: a person opens the address and compares the code; `done` settles when they have, or when the code is over. */
export async function signInWithDevice(
  session: SsoSession,
  { clock, oidc }: SsoPorts,
  signal: AbortSignal,
): Promise<DeviceSignIn> {
  const { RegisterClientCommand, StartDeviceAuthorizationCommand } =
    await import('@aws-sdk/client-sso-oidc')
  const client = await oidc(session.region)
  const registered = await client.send(
    new RegisterClientCommand({
      clientName: 'takt',
      clientType: 'public',
      ...(session.renewable && { scopes: session.scopes, grantTypes: [DEVICE, 'refresh_token'] }),
    }),
    { abortSignal: signal },
  )
  const { clientId, clientSecret, clientSecretExpiresAt = 0 } = registered
  const begun = await client.send(
    new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl: session.startUrl }),
    { abortSignal: signal },
  )
  const expiresAt = clock.now() + (begun.expiresIn ?? 600) * 1000
  const known = {
    clientId: clientId ?? '',
    clientSecret: clientSecret ?? '',
    registrationExpiresAt: timestamp(clientSecretExpiresAt * 1000),
  }
  const poll = {
    client,
    known,
    deviceCode: begun.deviceCode ?? '',
    intervalS: begun.interval ?? FIRST_INTERVAL_S,
    expiresAt,
  }
  return {
    address: begun.verificationUriComplete ?? begun.verificationUri ?? '',
    code: begun.userCode ?? '',
    expiresAt,
    done: waitFor(session, poll, { clock, signal }),
  }
}

interface Poll {
  client: SSOOIDCClient
  known: { clientId: string; clientSecret: string; registrationExpiresAt: string }
  deviceCode: string
  intervalS: number
  expiresAt: number
}

async function waitFor(
  session: SsoSession,
  poll: Poll,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Outcome<void>> {
  const { CreateTokenCommand } = await import('@aws-sdk/client-sso-oidc')
  const { clientId, clientSecret } = poll.known
  for (let intervalS = poll.intervalS; clock.now() < poll.expiresAt;) {
    await clock.sleep(intervalS * 1000, signal)
    try {
      const made = await poll.client.send(
        new CreateTokenCommand({
          clientId,
          clientSecret,
          deviceCode: poll.deviceCode,
          grantType: DEVICE,
        }),
        { abortSignal: signal },
      )
      if (!made.accessToken)
        return fail(
          failure('ISSUER_FAILED', {
            issuer: session.startUrl,
            error: 'no token',
            says: 'the answer held no access token',
          }),
        )
      await writeToken(session, {
        startUrl: session.startUrl,
        region: session.region,
        accessToken: made.accessToken,
        expiresAt: timestamp(clock.now() + (made.expiresIn ?? 0) * 1000),
        ...poll.known,
        ...(made.refreshToken && { refreshToken: made.refreshToken }),
      })
      return succeed(undefined)
    } catch (error) {
      signal.throwIfAborted()
      const { name, message } = error as Error
      if (name === 'SlowDownException') intervalS += FIRST_INTERVAL_S
      else if (name !== 'AuthorizationPendingException')
        return fail(
          failure('ISSUER_FAILED', {
            issuer: session.startUrl,
            error: name,
            says: redactText(message).slice(0, 300),
          }),
        )
    }
  }
  return fail(
    failure('ISSUER_FAILED', {
      issuer: session.startUrl,
      error: 'expired',
      says: 'nobody confirmed the code in time',
    }),
  )
}
