import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../main/kernel/clock'
import { verifyEksToken, type KnownKey } from './sigv4'

export interface FakeCluster {
  name: string
  region: string
  server: string
  ca?: string
  status?: string
}
export interface FakeAwsOptions {
  clock: Clock
  keys: Record<string, KnownKey>
  clusters: FakeCluster[]
}
/** A small AWS on loopback: what it is asked is remembered, a fault may answer instead, and keys that it gives out work. */
export interface FakeAws {
  url: string
  asked: string[]
  keys: Map<string, KnownKey>
  clusters: FakeCluster[]
  fault: ((request: { action: string; response: ServerResponse }) => boolean) | undefined
  sso: { approved: boolean; sessions: Set<string>; code: string; refresh: boolean }
  /** Mints keys as STS does. */
  mint(
    arn: string,
    seconds: number,
  ): { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: Date }
  close(): Promise<void>
}
interface Call {
  action: string
  body: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
}

const ACCOUNT = '111122223333'
const xml = (action: string, inner: string) =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`
const json = (response: ServerResponse, status: number, body: unknown, type?: string) =>
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(type && { 'x-amzn-errortype': type }),
    })
    .end(JSON.stringify(body))

export async function startFakeAws({ clock, keys, clusters }: FakeAwsOptions): Promise<FakeAws> {
  const aws: FakeAws = {
    url: '',
    asked: [],
    keys: new Map(Object.entries(keys)),
    clusters,
    fault: undefined,
    sso: { approved: false, sessions: new Set(), code: 'ABCD-EFGH', refresh: true },
    mint(arn, seconds) {
      const made = {
        accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(20).toString('hex'),
        sessionToken: randomBytes(24).toString('base64'),
        expiration: new Date(clock.now() + seconds * 1000),
      }
      aws.keys.set(made.accessKeyId, {
        secret: made.secretAccessKey,
        sessionToken: made.sessionToken,
        arn,
        account: ACCOUNT,
      })
      return made
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://aws')
      const action = new URLSearchParams(body).get('Action') ?? `${request.method ?? ''} ${path}`
      aws.asked.push(action)
      if (aws.fault?.({ action, response })) return
      serve(aws, { action, body, path, query, headers: request.headers }, response)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  aws.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return aws
}

function serve(aws: FakeAws, call: Call, response: ServerResponse) {
  if (/\/(client\/register|device_authorization|token)$/.test(call.path))
    return serveSignIn(aws, call, response)
  if (call.path === '/federation/credentials') return servePortal(aws, call, response)
  if (call.action === 'AssumeRoleWithWebIdentity') return assume(aws, call, response)
  const [, signedBy = '', region = ''] =
    /Credential=([A-Z0-9]+)\/\d+\/([^/]+)\//.exec(call.headers.authorization ?? '') ?? []
  const key = aws.keys.get(signedBy)
  if (!key || !isGood(key, call)) return refuse(call, response)
  if (call.action === 'GetCallerIdentity')
    return response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        xml(
          call.action,
          `<Arn>${key.arn}</Arn><UserId>U</UserId><Account>${key.account}</Account>`,
        ),
      )
  return call.action === 'AssumeRole'
    ? assume(aws, call, response)
    : serveEks(aws, { path: call.path, region }, response)
}
/** In the form of the service that was asked: STS speaks XML. */
function refuse({ body }: Call, response: ServerResponse) {
  const message = 'The security token included in the request is invalid'
  if (!body.startsWith('Action='))
    return json(response, 403, { message }, 'UnrecognizedClientException')
  response
    .writeHead(403, { 'content-type': 'text/xml' })
    .end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>${message}</Message></Error></ErrorResponse>`,
    )
}
const isGood = (key: KnownKey, { headers }: Call) =>
  !key.revoked && (key.sessionToken ?? '') === (headers['x-amz-security-token'] ?? '')
function serveEks(
  { clusters }: FakeAws,
  { path, region }: { path: string; region: string },
  response: ServerResponse,
) {
  const here = clusters.filter((cluster) => cluster.region === region)
  if (path === '/clusters') return json(response, 200, { clusters: here.map(({ name }) => name) })
  const cluster = here.find(({ name }) => path === `/clusters/${name}`)
  if (cluster) return json(response, 200, { cluster: described(cluster) })
  return path.startsWith('/clusters/')
    ? json(response, 404, { message: 'No cluster found' }, 'ResourceNotFoundException')
    : response
        .writeHead(404, { 'content-type': 'text/html' })
        .end('<html><title>404</title></html>')
}
const described = ({ name, region, server, ca, status = 'ACTIVE' }: FakeCluster) => ({
  name,
  arn: `arn:aws:eks:${region}:${ACCOUNT}:cluster/${name}`,
  endpoint: server,
  status,
  version: '1.34',
  ...(ca && { certificateAuthority: { data: Buffer.from(ca).toString('base64') } }),
})

function assume(aws: FakeAws, { action, body }: Call, response: ServerResponse) {
  const asked = new URLSearchParams(body)
  const role = asked.get('RoleArn')?.split('/').at(-1) ?? ''
  const made = aws.mint(
    `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${asked.get('RoleSessionName') ?? ''}`,
    Number(asked.get('DurationSeconds') ?? 3600),
  )
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = made
  const inner = `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/${role}/s</Arn><AssumedRoleId>R</AssumedRoleId></AssumedRoleUser>`
  response.writeHead(200, { 'content-type': 'text/xml' }).end(xml(action, inner))
}
function serveSignIn({ sso, url }: FakeAws, { path, body }: Call, response: ServerResponse) {
  if (path.endsWith('/register'))
    return json(response, 200, {
      clientId: 'client',
      clientSecret: 'client-secret',
      clientSecretExpiresAt: 4_000_000_000,
    })
  if (path.endsWith('/device_authorization'))
    return json(response, 200, {
      deviceCode: 'device',
      userCode: sso.code,
      verificationUri: `${url}/verify`,
      verificationUriComplete: `${url}/verify?code=${sso.code}`,
      expiresIn: 600,
      interval: 1,
    })
  const asked = JSON.parse(body) as { grantType: string; refreshToken?: string }
  const renewing = asked.grantType === 'refresh_token'
  if (renewing ? !sso.refresh || asked.refreshToken !== 'refresh' : !sso.approved)
    return json(
      response,
      400,
      { error: renewing ? 'invalid_grant' : 'authorization_pending' },
      renewing ? 'InvalidGrantException' : 'AuthorizationPendingException',
    )
  const accessToken = `sso-${randomBytes(8).toString('hex')}`
  sso.sessions.add(accessToken)
  json(response, 200, {
    accessToken,
    expiresIn: 28_800,
    refreshToken: 'refresh',
    tokenType: 'Bearer',
  })
}
function servePortal(aws: FakeAws, { headers, query }: Call, response: ServerResponse) {
  if (!aws.sso.sessions.has(String(headers['x-amz-sso_bearer_token'])))
    return json(
      response,
      401,
      { message: 'Session token not found or invalid' },
      'UnauthorizedException',
    )
  const { expiration, ...made } = aws.mint(
    `arn:aws:sts::${ACCOUNT}:assumed-role/${query.get('role_name') ?? ''}/mara`,
    3600,
  )
  json(response, 200, { roleCredentials: { ...made, expiration: expiration.getTime() } })
}

/** A token-review webhook for a real API server: it knows people by the presigned STS request that their token is. */
export async function startEksAuthenticator({
  clock,
  cluster,
  keys,
  people,
  hosts,
}: {
  clock: Clock
  cluster: string
  keys: Map<string, KnownKey>
  people(arn: string): { username: string; groups: string[] } | undefined
  hosts?: readonly string[]
}) {
  const refused: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      const review = JSON.parse(body) as { apiVersion: string; spec: { token: string } }
      const verdict = verifyEksToken(review.spec.token, {
        cluster,
        now: clock.now(),
        key: (id) => keys.get(id),
        ...(hosts && { hosts }),
      })
      const person = verdict.ok ? people(verdict.arn) : undefined
      if (!person) refused.push(verdict.ok ? `${verdict.arn} is not mapped` : verdict.why)
      json(response, 200, {
        apiVersion: review.apiVersion,
        kind: 'TokenReview',
        status: person
          ? { authenticated: true, user: { username: person.username, groups: person.groups } }
          : { authenticated: false },
      })
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
