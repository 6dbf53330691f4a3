import { plainAddress } from '../../../../preload/contract/text/address'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import type { Network } from '../../../platform/network'
import type { Held, Identity } from '../broker'
import { digest } from './file-identity'
import { awaitCallback } from './oidc-callback'
import { issuerFailure, isOver, requestsTo, type Requests } from './oidc-requests'
import type { RefreshTokens } from './refresh-tokens'

/** An OpenID client as a kubeconfig or a person names it. */
export interface OidcClient {
  issuer: string
  clientId: string
  clientSecret?: string
  scopes: readonly string[]
  ca?: string
  redirect?: string
  idToken?: string
  refreshToken?: string
}
/** What an identity says about the person, from a token that its issuer signed. */
export interface OidcPerson {
  issuer: string
  subject: string
  email?: string
  groups: string[]
}
export interface OidcSignIn {
  address: string
  code?: string
  expiresAt: number
  done: Promise<Outcome<void>>
}
interface Known {
  idToken: string
  until: number
  person: OidcPerson
}

export const oidcIdOf = ({ issuer, clientId }: Pick<OidcClient, 'issuer' | 'clientId'>): string =>
  `oidc ${plainAddress(issuer)} ${clientId}`
const SIGN_IN_MS = 5 * 60_000

/** People signed in with OpenID Connect: one identity for an issuer and client, however many clusters take its token. */
export class OidcPeople {
  readonly #ports: { clock: Clock; network: Network; refreshTokens: RefreshTokens }
  readonly #known = new Map<string, Known>()
  readonly #fetching = new Map<string, Promise<Outcome<Known>>>()
  readonly #dropped = new Set<string>()
  constructor(ports: { clock: Clock; network: Network; refreshTokens: RefreshTokens }) {
    this.#ports = ports
  }

  person(id: string): OidcPerson | undefined {
    return this.#known.get(id)?.person
  }
  identity(site: string, server: string, client: OidcClient): Identity {
    const id = oidcIdOf(client)
    return {
      key: digest('oidc', server, id),
      name: client.issuer,
      mayPrompt: false,
      renewable: true,
      drop: () => {
        this.#known.delete(id)
        this.#dropped.add(id)
      },
      obtain: async () => {
        const known = await this.#token(client)
        if (!known.ok)
          return known.failure.code === 'SIGN_IN_NEEDED'
            ? fail(failure('SIGN_IN_NEEDED', { ...known.failure.data, site }))
            : known
        return succeed<Held>({
          credential: { authorization: `Bearer ${known.value.idToken}` },
          until: known.value.until,
        })
      },
    }
  }
  async forget(id: string) {
    this.#known.delete(id)
    this.#dropped.add(id)
    await this.#ports.refreshTokens.forget(id)
  }

  // Several clusters with one identity renew it once: refresh tokens are often good for a single use.
  #token(client: OidcClient): Promise<Outcome<Known>> {
    const id = oidcIdOf(client)
    const fetching =
      this.#fetching.get(id) ?? this.#renew(id, client).finally(() => this.#fetching.delete(id))
    this.#fetching.set(id, fetching)
    return fetching
  }
  async #renew(id: string, client: OidcClient): Promise<Outcome<Known>> {
    const known = this.#known.get(id) ?? (this.#dropped.has(id) ? undefined : fromFile(client))
    if (known && known.until - this.#ports.clock.now() > 60_000) {
      this.#known.set(id, known)
      return succeed(known)
    }
    const refreshToken =
      (await this.#ports.refreshTokens.read(id)) ??
      (this.#dropped.has(id) ? undefined : client.refreshToken)
    if (refreshToken === undefined) return fail(needed(id, 'nobody has signed in yet.'))
    try {
      const requests = await requestsTo(client, this.#ports)
      return await this.#keep(id, client, await requests.refresh(refreshToken))
    } catch (error) {
      if (!isOver(error)) return fail(issuerFailure(client.issuer, error))
      await this.forget(id)
      return fail(needed(id, 'its session is over.'))
    }
  }
  async #keep(
    id: string,
    { issuer }: OidcClient,
    { idToken, refreshToken, claims }: Awaited<ReturnType<Requests['refresh']>>,
  ): Promise<Outcome<Known>> {
    if (!idToken || !claims)
      return fail(
        failure('ISSUER_FAILED', {
          issuer,
          error: 'no id token',
          says: 'it answered without an id token; the client may lack the openid scope',
        }),
      )
    const known = {
      idToken,
      until: Number(claims['exp'] ?? 0) * 1000,
      person: personOf(issuer, claims),
    }
    this.#known.set(id, known)
    this.#dropped.delete(id)
    if (refreshToken) await this.#ports.refreshTokens.write(id, refreshToken)
    return succeed(known)
  }

  /** Begins to sign in: by the browser with a redirect to this machine, or by a code that is typed on any device. */
  async signIn(
    client: OidcClient,
    how: 'browser' | 'device',
    signal: AbortSignal,
  ): Promise<Outcome<OidcSignIn>> {
    try {
      const requests = await requestsTo(client, this.#ports)
      return succeed(
        how === 'device'
          ? await this.#byDevice(client, requests, signal)
          : await this.#byBrowser(client, requests, signal),
      )
    } catch (error) {
      signal.throwIfAborted()
      return fail(issuerFailure(client.issuer, error))
    }
  }
  async #byDevice(
    client: OidcClient,
    requests: Requests,
    signal: AbortSignal,
  ): Promise<OidcSignIn> {
    const begun = await requests.beginDevice()
    return {
      address: begun.address,
      code: begun.code,
      expiresAt: this.#ports.clock.now() + begun.expiresS * 1000,
      done: this.#done(client, begun.poll(signal), signal),
    }
  }
  async #byBrowser(
    client: OidcClient,
    requests: Requests,
    signal: AbortSignal,
  ): Promise<OidcSignIn> {
    const over = new AbortController()
    const ending = AbortSignal.any([signal, over.signal])
    const callback = await awaitCallback(client.redirect, ending)
    const begun = await requests.beginBrowser(callback.address)
    void this.#ports.clock.sleep(SIGN_IN_MS, ending).then(
      () => over.abort(new Error('nobody signed in within five minutes')),
      () => undefined,
    )
    const exchanged = callback.called
      .then(async (called) => {
        try {
          const tokens = await begun.exchange(called.url)
          called.answer(true)
          return tokens
        } catch (error) {
          called.answer(false)
          throw error
        }
      })
      .finally(() => over.abort())
    return {
      address: begun.address,
      expiresAt: this.#ports.clock.now() + SIGN_IN_MS,
      done: this.#done(client, exchanged, signal),
    }
  }
  async #done(
    client: OidcClient,
    tokens: ReturnType<Requests['refresh']>,
    signal: AbortSignal,
  ): Promise<Outcome<void>> {
    try {
      const kept = await this.#keep(oidcIdOf(client), client, await tokens)
      return kept.ok ? succeed(undefined) : kept
    } catch (error) {
      signal.throwIfAborted()
      return fail(issuerFailure(client.issuer, error))
    }
  }
}

const needed = (identity: string, says: string): Extract<Failure, { code: 'SIGN_IN_NEEDED' }> => ({
  code: 'SIGN_IN_NEEDED',
  data: { identity, kind: 'oidc', says },
})

function personOf(issuer: string, claims: Readonly<Record<string, unknown>>): OidcPerson {
  const groups = claims['groups']
  return {
    issuer,
    subject: String(claims['sub'] ?? ''),
    ...(typeof claims['email'] === 'string' && { email: claims['email'] }),
    groups: Array.isArray(groups)
      ? groups.filter((group) => typeof group === 'string')
      : typeof groups === 'string'
        ? [groups]
        : [],
  }
}
// The token in a kubeconfig is used as it stands: the API server verifies it, and its end is all that is read here.
function fromFile({ idToken, issuer }: OidcClient): Known | undefined {
  const [, payload] = (idToken ?? '').split('.')
  if (!idToken || !payload) return undefined
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >
    return { idToken, until: Number(claims['exp'] ?? 0) * 1000, person: personOf(issuer, claims) }
  } catch {
    return undefined
  }
}
