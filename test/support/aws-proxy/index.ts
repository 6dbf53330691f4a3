import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { request as forward } from 'undici'
import { defaultCatalogue, products, serviceQuotas, spotHistory, type Catalogue } from './catalogue'
import { Faults, refuse, strike, type AwsCall, type AwsFault } from './faults'
import { NodegroupLives, readEksPath, type EksCall } from './nodegroups'

export { QUOTA, type Catalogue } from './catalogue'
export type { AwsCall, AwsFault, FaultRule } from './faults'
export type { HealthIssue, Pace } from './nodegroups'

/** AWS on loopback: moto's answers with the time, the prices, the limits and the trouble that moto leaves out. */
export interface AwsProxy {
  url: string
  calls: AwsCall[]
  faults: Faults
  groups: NodegroupLives
  catalogue: Catalogue
  /** How far AWS's clock is ahead of this machine's, ms. Requests that differ by more than five minutes are refused, as AWS does. */
  skewMs: number
  /** Lets one machine of a group go; whoever plays the machines sets it. Answers whether there was such a machine. */
  letGo: ((instanceId: string) => Promise<boolean>) | undefined
  close(): Promise<void>
}
interface Turn {
  call: AwsCall
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
  path: string
  query: URLSearchParams
}

/** Whoever signs with this key plays a part of AWS itself: nothing befalls it, and it is not counted. */
export const GLUE_KEY = 'AKIAGLUEGLUEGLUEGLUE'
const TOLERANCE_MS = 300_000
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' }

function callOf(
  request: IncomingMessage,
  { body, path, query }: Pick<Turn, 'body' | 'path' | 'query'>,
  at: number,
): AwsCall {
  const [, signedBy = '', region = '', service = ''] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
  const target = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)
  return {
    service,
    region,
    signedBy,
    action:
      target ||
      (formAction(request, body) ?? query.get('Action') ?? `${request.method ?? ''} ${path}`),
    at,
  }
}
const formAction = (request: IncomingMessage, body: Buffer): string | null =>
  request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? new URLSearchParams(body.toString()).get('Action')
    : null

function signedAt(request: IncomingMessage): number | undefined {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers['x-amz-date'] ?? '')) ??
    []
  const [year, month, day, hour, minute, second] = parts
  return second === undefined
    ? undefined
    : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** Starts the stand-in before a running moto. The clock is the machine's unless another is given. */
export async function startAwsProxy({
  moto,
  now = Date.now,
}: {
  moto: string
  now?: () => number
}): Promise<AwsProxy> {
  const proxy: AwsProxy = {
    url: '',
    calls: [],
    faults: new Faults(),
    groups: new NodegroupLives(now),
    catalogue: defaultCatalogue(now),
    skewMs: 0,
    letGo: undefined,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
  const server = createServer((request, response) => {
    serve(proxy, { moto, now }, { request, response }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(String(error))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}

async function serve(
  proxy: AwsProxy,
  { moto, now }: { moto: string; now: () => number },
  { request, response }: Pick<Turn, 'request' | 'response'>,
): Promise<void> {
  const body = await buffer(request)
  const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://aws')
  const call = callOf(request, { body, path, query }, now())
  const own = call.signedBy === GLUE_KEY
  if (!own) proxy.calls.push(call)
  const turn: Turn = { call, request, response, body, path, query }
  response.setHeader('date', new Date(now() + proxy.skewMs).toUTCString())
  const fault = own ? undefined : proxy.faults.take(call)
  if (fault && (await strike(fault, turn))) return
  const signed = signedAt(request)
  if (!own && signed !== undefined && Math.abs(now() + proxy.skewMs - signed) > TOLERANCE_MS) {
    return refuse(response, call, {
      status: 403,
      code: call.service === 's3' ? 'RequestTimeTooSkewed' : 'InvalidSignatureException',
      message: `Signature expired: ${new Date(signed).toISOString()} is now earlier than ${new Date(now() + proxy.skewMs - TOLERANCE_MS).toISOString()}`,
    })
  }
  if (await answerHere(proxy, turn)) return
  await pass(proxy, { ...turn, moto, lose: fault?.kind === 'lose-answer', met: afterOf(fault) })
}

const afterOf = (fault: AwsFault | undefined) => (fault?.kind === 'meet' ? fault.after : undefined)

/** What moto cannot answer; false where it can. */
async function answerHere(
  proxy: AwsProxy,
  { call, request, response, body, path, query }: Turn,
): Promise<boolean> {
  const asked = { target: String(request.headers['x-amz-target'] ?? ''), body: body.toString() }
  if (asked.target.startsWith('AWSPriceListService.'))
    return told(response, products(proxy.catalogue, asked))
  if (asked.target.startsWith('ServiceQuotas')) {
    const found = serviceQuotas(proxy.catalogue, asked)
    if (found) return told(response, found)
    refuse(response, call, {
      status: 400,
      code: 'NoSuchResourceException',
      message: 'The specified resource does not exist.',
    })
    return true
  }
  if (call.action === 'DescribeSpotPriceHistory') {
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(spotHistory(proxy.catalogue, new URLSearchParams(asked.body)))
    return true
  }
  if (call.action === 'TerminateInstanceInAutoScalingGroup')
    return letGo(proxy, { call, response, params: new URLSearchParams(asked.body) })
  const [, cluster, update] = /^\/clusters\/([^/]+)\/updates\/([^/]+)$/.exec(path) ?? []
  if (cluster === undefined || update === undefined) return false
  const found = proxy.groups.update(cluster, query.get('nodegroupName') ?? '', update)
  if (found) return told(response, found)
  refuse(response, call, {
    status: 404,
    code: 'ResourceNotFoundException',
    message: `No update found for ID ${update}`,
  })
  return true
}
function told(response: ServerResponse, answer: object): true {
  response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer))
  return true
}
async function letGo(
  proxy: AwsProxy,
  { call, response, params }: { call: AwsCall; response: ServerResponse; params: URLSearchParams },
): Promise<true> {
  const id = params.get('InstanceId') ?? ''
  if (!(await proxy.letGo?.(id)))
    refuse(response, call, {
      status: 400,
      code: 'ValidationError',
      message: `Instance Id not found - No managed instance found for instance ID: ${id}`,
    })
  else
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<TerminateInstanceInAutoScalingGroupResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><TerminateInstanceInAutoScalingGroupResult><Activity><ActivityId>${id}</ActivityId><AutoScalingGroupName>eks</AutoScalingGroupName><Cause>by request</Cause><StartTime>${new Date(call.at).toISOString()}</StartTime><StatusCode>InProgress</StatusCode></Activity></TerminateInstanceInAutoScalingGroupResult><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></TerminateInstanceInAutoScalingGroupResponse>`,
      )
  return true
}

type Passing = Turn & {
  moto: string
  lose: boolean
  met: ((call: AwsCall) => Promise<void>) | undefined
}
async function pass(proxy: AwsProxy, turn: Passing): Promise<void> {
  const eks =
    turn.call.service === 'eks' ? readEksPath(turn.request.method ?? 'GET', turn.path) : undefined
  await settle(proxy, turn, eks)
  const ending = eks !== undefined && proxy.groups.begin(eks) === 'delete-later'
  const answer = await ask(turn, ending ? 'GET' : (turn.request.method ?? 'GET'))
  await turn.met?.(turn.call)
  if (turn.lose) return void turn.request.socket.destroy()
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(
      ([name, value]) =>
        value !== undefined &&
        !['date', 'content-length', 'transfer-encoding', 'connection'].includes(name),
    ),
  )
  const readable = eks !== undefined && answer.status < 300
  const body = readable
    ? Buffer.from(JSON.stringify(proxy.groups.rewrite(eks, JSON.parse(answer.body.toString()))))
    : answer.body
  const length =
    turn.request.method === 'HEAD' ? Number(answer.headers['content-length'] ?? 0) : body.length
  turn.response.writeHead(answer.status, { ...headers, 'content-length': length }).end(body)
}

/** A group whose time of deletion has passed is deleted in moto before anybody asks for it. */
async function settle(proxy: AwsProxy, turn: Passing, eks: EksCall | undefined): Promise<void> {
  if (eks === undefined) return
  const groups = eks.group !== undefined ? [eks.group] : proxy.groups.deleting(eks.cluster)
  for (const group of groups.filter((each) => proxy.groups.isGone(eks.cluster, each))) {
    await ask(
      {
        ...turn,
        path: `/clusters/${eks.cluster}/node-groups/${group}`,
        query: new URLSearchParams(),
        body: Buffer.alloc(0),
      },
      'DELETE',
    )
    proxy.groups.forget(eks.cluster, group)
  }
}

async function ask(
  {
    moto,
    request,
    path,
    query,
    body,
  }: Pick<Passing, 'moto' | 'request' | 'path' | 'query' | 'body'>,
  method: string,
): Promise<{
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}> {
  const {
    host,
    'content-length': _,
    'transfer-encoding': __,
    connection: ___,
    expect: ____,
    ...headers
  } = request.headers
  const search = query.size > 0 ? `?${request.url?.split('?')[1] ?? ''}` : ''
  // S3 puts the bucket in the path here, so the name of the host says nothing; moto reads it, though.
  const answer = await forward(`${moto}${path}${search}`, {
    method: method as 'GET',
    headers: { ...headers, host: host ?? 'aws' },
    body: body.length > 0 && method !== 'GET' ? body : null,
  })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}
