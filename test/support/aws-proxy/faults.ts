import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface AwsCall {
  /** As in the signature: eks, ec2, s3, pricing, servicequotas, sts, autoscaling. */
  service: string
  /** The operation where the protocol names it, else method and path. */
  action: string
  region: string
  signedBy: string
  at: number
}
export type AwsFault =
  | { kind: 'throttle' }
  | { kind: 'html' }
  | { kind: 'refuse'; status: number; code: string; message: string }
  | { kind: 'delay'; ms: number }
  /** The request is worked off, and its answer lost on the way. */
  | { kind: 'lose-answer' }
  /** Nothing is wrong; somebody is told before the request is worked off, and before it is answered. */
  | { kind: 'meet'; before?(call: AwsCall): Promise<void>; after?(call: AwsCall): Promise<void> }
  | { kind: 'cut' }
/** Which calls a fault meets, and how often; without a count it stays. `every: 2` lets each second one through. */
export interface FaultRule {
  service?: string
  action?: string | RegExp
  times?: number
  every?: number
  fault: AwsFault
}

const matches = ({ service, action }: FaultRule, call: AwsCall): boolean =>
  (service === undefined || service === call.service) &&
  (action === undefined ||
    (typeof action === 'string' ? action === call.action : action.test(call.action)))

/** The faults of a test, in the order of their writing. */
export class Faults {
  #rules: (FaultRule & { met: number })[] = []
  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, met: 0 })
  }
  clear(): void {
    this.#rules = []
  }
  take(call: AwsCall): AwsFault | undefined {
    const rule = this.#rules.find((each) => matches(each, call) && each.times !== 0)
    if (!rule) return undefined
    if (rule.times !== undefined) rule.times--
    rule.met++
    return rule.every === undefined || rule.met % rule.every === 1 ? rule.fault : undefined
  }
}

const escape = (text: string): string =>
  text.replace(/[<>&]/g, (letter) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[letter] ?? letter)

/** Refuses as each service does: JSON with a type for the ones that speak JSON, XML for the others. */
export function refuse(
  response: ServerResponse,
  call: AwsCall,
  { status, code, message }: { status: number; code: string; message: string },
): void {
  const inXml = ['ec2', 'sts', 'autoscaling', 's3', 'iam'].includes(call.service)
  const error = `<Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`
  const xml =
    call.service === 'ec2'
      ? `<Response><Errors>${error}</Errors><RequestID>0</RequestID></Response>`
      : call.service === 's3'
        ? error
        : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`
  if (inXml)
    response.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0"?>${xml}`)
  else
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code })
      .end(JSON.stringify({ __type: code, message }))
}

const THROTTLED: Record<string, { status: number; code: string }> = {
  ec2: { status: 503, code: 'RequestLimitExceeded' },
  s3: { status: 503, code: 'SlowDown' },
  sts: { status: 400, code: 'Throttling' },
  autoscaling: { status: 400, code: 'Throttling' },
}

const PASSES = new Set<AwsFault['kind']>(['delay', 'lose-answer', 'meet'])
/** Answers in place of AWS; true where nothing more is to be done. */
export async function strike(
  fault: AwsFault,
  {
    call,
    request,
    response,
  }: { call: AwsCall; request: IncomingMessage; response: ServerResponse },
): Promise<boolean> {
  if (fault.kind === 'delay') await pause(fault.ms)
  if (fault.kind === 'throttle')
    refuse(response, call, {
      ...(THROTTLED[call.service] ?? { status: 429, code: 'TooManyRequestsException' }),
      message: 'Rate exceeded',
    })
  if (fault.kind === 'refuse') refuse(response, call, fault)
  if (fault.kind === 'html')
    response
      .writeHead(502, { 'content-type': 'text/html' })
      .end(
        '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>',
      )
  if (fault.kind === 'cut') request.socket.destroy()
  if (fault.kind === 'meet') await fault.before?.(call)
  return !PASSES.has(fault.kind)
}
