import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'

export interface OidcPerson {
  name: string
  groups: string[]
}
export interface TestIssuer {
  issuer: string
  /** Refresh tokens that were handed out no longer work. */
  revokeAll(): void
  /** Requests by path, as they came. */
  asked: string[]
  close(): Promise<void>
}
export interface IssuerOptions {
  clientId?: string
  people: Record<string, OidcPerson>
  idTokenSeconds?: number
  port?: number
  tls?: { key: string; cert: string }
}

/** A maintained OpenID provider on loopback with a sign-in page of its own: one field for the name of the person, no password. */
export async function startIssuer({
  clientId = 'takt',
  people,
  idTokenSeconds = 600,
  port = 0,
  tls,
}: IssuerOptions): Promise<TestIssuer> {
  const server = tls ? createTlsServer(tls) : createServer()
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready))
  const issuer = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked: string[] = []
  const provider = new Provider(issuer, configured(clientId, people, idTokenSeconds))
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '', issuer).pathname
    asked.push(`${request.method ?? ''} ${path}`)
    if (!path.startsWith('/interaction/')) return void provider.callback()(request, response)
    if (request.method === 'GET')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on(
      'end',
      () =>
        void finish(provider, { request, response }, new URLSearchParams(body).get('person') ?? ''),
    )
  })
  let revoked = false
  provider.use(async (context, next) => {
    if (revoked && context.path === '/token' && context.method === 'POST') {
      context.status = 400
      context.body = { error: 'invalid_grant', error_description: 'grant request is invalid' }
      return
    }
    await next()
  })
  return {
    issuer,
    asked,
    revokeAll: () => {
      revoked = true
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

const PAGE =
  '<!doctype html><html lang="en"><title>Company sign-in</title><h1>Company sign-in</h1><form method="post"><label>Name <input name="person"></label> <button>Sign in</button></form></html>'
const configured = (
  clientId: string,
  people: IssuerOptions['people'],
  idTokenSeconds: number,
): Configuration => ({
  clients: [
    {
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub', 'groups', 'email'], groups: ['groups'], email: ['email'] },
  scopes: ['openid', 'offline_access', 'email', 'groups'],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: {
    IdToken: idTokenSeconds,
    AccessToken: idTokenSeconds,
    RefreshToken: 86_400,
    DeviceCode: 300,
    Session: 86_400,
    Grant: 86_400,
    Interaction: 600,
  },
  issueRefreshToken: () => Promise.resolve(true),
  rotateRefreshToken: true,
  findAccount: (_context: unknown, id: string) =>
    Promise.resolve(
      people[id]
        ? {
            accountId: id,
            claims: () =>
              Promise.resolve({
                sub: id,
                groups: people[id]?.groups ?? [],
                email: `${id}@takt.test`,
              }),
          }
        : undefined,
    ),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
})

async function finish(
  provider: Provider,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  person: string,
) {
  const { params, prompt, grantId } = await provider.interactionDetails(request, response)
  const grant =
    grantId === undefined
      ? new provider.Grant({ accountId: person, clientId: String(params['client_id']) })
      : await provider.Grant.find(grantId)
  grant?.addOIDCScope(
    typeof params['scope'] === 'string' ? params['scope'] : 'openid offline_access groups email',
  )
  const id = await grant?.save()
  await provider.interactionFinished(
    request,
    response,
    {
      ...(prompt.name === 'login' && { login: { accountId: person } }),
      ...(id !== undefined && { consent: { grantId: id } }),
    },
    { mergeWithLastSubmission: true },
  )
}

/** Walks through an issuer's pages as a browser would, giving the name of a person where one is asked for; answers the last page. */
export async function walkThrough(
  address: string,
  person: string,
): Promise<{ url: string; text: string }> {
  const cookies = new Map<string, string>()
  let next: { url: string; form?: URLSearchParams } = { url: address }
  for (let step = 0; step < 20; step++) {
    const answer = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(next.form && { method: 'POST', body: next.form }),
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location !== null) {
      next = { url: new URL(location, next.url).href }
      continue
    }
    const text = await answer.text()
    const form = formIn(text, person)
    if (!form) return { url: next.url, text }
    next = { url: new URL(form.action || next.url, next.url).href, form: form.fields }
  }
  throw new Error('the pages of the issuer lead nowhere')
}
const attribute = (text: string, name: string) =>
  new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? ''
function formIn(
  text: string,
  person: string,
): { action: string; fields: URLSearchParams } | undefined {
  const [, attributes, inside = ''] = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(text) ?? []
  if (attributes === undefined) return undefined
  const fields = new URLSearchParams(
    [...inside.matchAll(/<input[^>]*>/g)].map(([input]) => [
      attribute(input, 'name'),
      attribute(input, 'value'),
    ]),
  )
  if (fields.has('person')) fields.set('person', person)
  if (inside.includes('name="confirm"')) fields.set('confirm', 'yes')
  return { action: attribute(attributes, 'action'), fields }
}
