import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../kernel/clock'
import { guardServer } from '../../platform/streams/guarded-server'
import { ACCOUNT_ID, type Account } from './account'
import type { Answered, Asked } from './ask'
import { ec2, ec2Error } from './ec2'
import { eks } from './eks'
import { autoScaling, pricing, quotas, sts } from './others'
import { AwsError } from './refusal'
import { checkRole } from './role-rights'
import { s3 } from './s3'
import type { Shelf } from './s3-objects'
import { verify, type Keys, type Received } from './signature'

const MOST_CONNECTIONS = 1_000
const MAX_BODY = 64 * 1024 * 1024
type Serve = (account: Account, ask: Asked) => Answered
const SERVICES: Record<string, Serve> = {
  eks,
  ec2,
  sts,
  pricing,
  servicequotas: quotas,
  autoscaling: autoScaling,
  s3: (account, ask) =>
    s3(
      { buckets: account.state.buckets, now: () => account.clock.now(), region: 'eu-north-1' },
      ask,
    ),
}
export interface Listening {
  endpoint: string
  close(): Promise<void>
}

async function receive(incoming: IncomingMessage, host: string): Promise<Received> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_BODY)
      throw new AwsError(
        'EntityTooLarge',
        'Your proposed upload exceeds the maximum allowed size',
        413,
      )
    parts.push(part)
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
  return {
    method: incoming.method ?? 'GET',
    url: new URL(`http://${host}${incoming.url ?? '/'}`),
    headers,
    body: Buffer.concat(parts),
  }
}

function send(
  outgoing: ServerResponse,
  { status = 200, headers = {}, body, length }: Answered,
  extra: Record<string, string>,
) {
  outgoing.writeHead(status, {
    ...headers,
    ...extra,
    'content-length': length ?? (body === undefined ? 0 : Buffer.byteLength(body)),
  })
  outgoing.end(body)
}

const queryError = (code: string, message: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>0</RequestId></ErrorResponse>`
const AS_XML: Record<string, (code: string, message: string) => string> = {
  ec2: ec2Error,
  autoscaling: queryError,
  sts: queryError,
  s3: (code, message) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>0</RequestId></Error>`,
}
/** A refusal in the dialect of the service that was asked. */
function refused({ code, message, status }: AwsError, service: string, method: string): Answered {
  const asXml = AS_XML[service]
  if (asXml)
    return {
      status,
      headers: { 'content-type': 'application/xml' },
      ...(method !== 'HEAD' && { body: asXml(code, message) }),
    }
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  }
}

const actionOf = ({ method, url, headers, body, caller }: Asked): string => {
  const target = headers['x-amz-target']?.split('.')[1]
  const name =
    target ??
    (/form-urlencoded/.test(headers['content-type'] ?? '')
      ? new URLSearchParams(body.toString()).get('Action')
      : undefined) ??
    `${method} ${url.pathname
      .replace(/\/clusters\/[^/]+/, '/cluster')
      .split('/')
      .slice(1, 3)
      .join('/')}`
  return `${caller.service}:${name}`
}
/** Troubles that were scripted come before the answer. */
function trouble(account: Account, ask: Asked): Answered | undefined {
  const { service } = ask.caller
  const one = (from: Map<string, number>) => {
    const left = from.get(service) ?? 0
    if (left > 0) from.set(service, left - 1)
    return left > 0
  }
  if (one(account.throttled))
    throw new AwsError(
      service === 's3'
        ? 'SlowDown'
        : service === 'ec2'
          ? 'RequestLimitExceeded'
          : 'ThrottlingException',
      'Rate exceeded',
      service === 's3' || service === 'ec2' ? 503 : 429,
    )
  if (one(account.pages))
    return {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>',
    }
  checkRole(account.roleOf(ask.caller.accessKeyId), {
    action: actionOf(ask),
    session: account.sessionOf(ask.caller.accessKeyId) ?? '',
    account: ACCOUNT_ID,
  })
  if (account.denied.has(actionOf(ask)))
    throw new AwsError(
      service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDeniedException',
      `User: arn:aws:iam::111122223333:user/takt is not authorized to perform: ${actionOf(ask)}`,
      403,
    )
  return undefined
}

/** Serves one account on loopback; the service is the one that the signature names. */
export function listen(
  account: Account,
  {
    machine,
    keysOf,
    only,
    port = 0,
  }: { machine: Clock; keysOf(id: string): Keys | undefined; only?: Shelf; port?: number },
): Promise<Listening> {
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const now = machine.now() + account.skewMs
    // The real services tell their time, and clients with a wrong clock correct themselves by it.
    const extra = {
      date: new Date(now).toUTCString(),
      'x-amzn-requestid': account.id('req'),
      'x-amz-request-id': account.id('req'),
    }
    let [service, method] = ['', incoming.method ?? 'GET']
    try {
      const received = await receive(incoming, incoming.headers.host ?? '127.0.0.1')
      service =
        /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(
          received.headers['authorization'] ?? '',
        )?.[1] ?? ''
      const caller = await verify(received, { keysOf, now })
      const ask: Asked = { ...received, caller }
      method = ask.method
      const serve = SERVICES[caller.service]
      if (!serve)
        throw new AwsError(
          'UnknownOperationException',
          `The service ${caller.service} is not simulated`,
          404,
        )
      const answer = trouble(account, ask) ?? (only ? s3(only, ask) : serve(account, ask))
      send(outgoing, answer, extra)
    } catch (error) {
      send(
        outgoing,
        refused(
          error instanceof AwsError
            ? error
            : new AwsError(
                'InternalFailure',
                error instanceof Error ? error.message : 'unknown',
                500,
              ),
          service,
          method,
        ),
        extra,
      )
    }
  }
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing))
  guardServer(server, { connections: MOST_CONNECTIONS })
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () =>
      resolve({
        endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }),
    )
  })
}
