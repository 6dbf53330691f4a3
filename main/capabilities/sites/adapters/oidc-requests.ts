import { fetch as fetchWith, type Dispatcher } from 'undici'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { boundedResponse, dispatcherOf, type Network } from '../../../platform/network'
import { redactText } from '../../../platform/log'
import type { OidcClient } from './oidc'

interface Tokens {
  idToken: string | undefined
  refreshToken: string | undefined
  claims: Readonly<Record<string, unknown>> | undefined
}
/** What is asked of an issuer. Every request rejects with what the library throws. */
export interface Requests {
  refresh(token: string): Promise<Tokens>
  beginBrowser(redirect: string): Promise<{ address: string; exchange(url: URL): Promise<Tokens> }>
  beginDevice(): Promise<{
    address: string
    code: string
    expiresS: number
    poll(signal: AbortSignal): Promise<Tokens>
  }>
}

const TIMEOUT_S = 20
/** What an issuer says of itself, its keys and its tokens are small; more is not read. */
async function whole(answer: Awaited<ReturnType<typeof fetchWith>>): Promise<Response> {
  const limits = { mostBytes: 4 * 2 ** 20, limitMs: TIMEOUT_S * 1000 }
  const text = await boundedResponse(answer, limits)
  return new Response(text || null, {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers],
  })
}
const isLoopback = (issuer: string) =>
  /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/]/.test(`${issuer}/`)

/** Reads what an issuer says about itself and answers what can be asked of it; plain http only to this machine. */
export async function requestsTo(
  { issuer, clientId, clientSecret, scopes, ca }: OidcClient,
  { network }: { network: Network },
): Promise<Requests> {
  const oidc = await import('openid-client')
  const dispatcher: Dispatcher = dispatcherOf(
    network.proxyFor(issuer),
    { ca: network.trusted(ca) },
    {},
  )
  // undici's own fetch takes the dispatcher; its types differ from the global ones in name only.
  const customFetch = ((url: string, options: object) =>
    fetchWith(url, { ...options, dispatcher } as never).then(whole)) as unknown as typeof fetch
  const config = await oidc.discovery(
    new URL(issuer),
    clientId,
    clientSecret ? { client_secret: clientSecret } : undefined,
    clientSecret ? oidc.ClientSecretPost(clientSecret) : oidc.None(),
    {
      timeout: TIMEOUT_S,
      [oidc.customFetch]: customFetch as never,
      ...(isLoopback(issuer) && { execute: [oidc.allowInsecureRequests] }),
    },
  )
  const scope = [...new Set(['openid', 'offline_access', ...scopes])].join(' ')
  const tokens = (answer: {
    id_token?: string
    refresh_token?: string
    claims(): Record<string, unknown> | undefined
  }): Tokens => ({
    idToken: answer.id_token,
    refreshToken: answer.refresh_token,
    claims: answer.claims(),
  })
  return {
    refresh: async (token) => tokens((await oidc.refreshTokenGrant(config, token)) as never),
    async beginBrowser(redirect) {
      const [verifier, state, nonce] = [
        oidc.randomPKCECodeVerifier(),
        oidc.randomState(),
        oidc.randomNonce(),
      ]
      const address = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      return {
        address: address.href,
        exchange: async (url) =>
          tokens(
            (await oidc.authorizationCodeGrant(config, url, {
              pkceCodeVerifier: verifier,
              expectedState: state,
              expectedNonce: nonce,
              idTokenExpected: true,
            })) as never,
          ),
      }
    },
    async beginDevice() {
      const begun = await oidc.initiateDeviceAuthorization(config, { scope })
      return {
        address: begun.verification_uri_complete ?? begun.verification_uri,
        code: begun.user_code,
        expiresS: begun.expires_in,
        poll: async (signal) =>
          tokens(
            (await oidc.pollDeviceAuthorizationGrant(config, begun, undefined, {
              signal,
            })) as never,
          ),
      }
    },
  }
}

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR|OAUTH_TIMEOUT/
interface IssuerError {
  name?: string
  message?: string
  code?: string
  error?: string
  error_description?: string
  cause?: unknown
}

/** Whether an issuer has ended a session for good. */
export const isOver = (error: unknown): boolean => (error as IssuerError).error === 'invalid_grant'

export function issuerFailure(issuer: string, error: unknown): Failure {
  const {
    error: named,
    error_description: described,
    message = '',
    code = '',
  } = error as IssuerError
  if (named)
    return failure('ISSUER_FAILED', {
      issuer,
      error: named,
      says: redactText(described ?? message).slice(0, 300),
    })
  const codes = codesOf(error)
  const unreachable = codes.find((one) => NETWORK.test(one))
  return failure('ISSUER_FAILED', {
    issuer,
    error: unreachable ? 'unreachable' : (codes[0] ?? (code || 'unexpected answer')),
    says: redactText(deepest(error)).slice(0, 300),
  })
}
function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++)
    if (typeof (at as IssuerError).code === 'string') codes.push((at as IssuerError).code ?? '')
  return codes.reverse()
}
function deepest(error: unknown): string {
  let at = error
  for (let depth = 0; at instanceof Error && at.cause instanceof Error && depth < 6; depth++)
    at = at.cause
  return at instanceof Error ? at.message : String(error)
}
