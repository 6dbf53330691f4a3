import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls'
import { request, type Dispatcher } from 'undici'
import type { Clock } from '../../kernel/clock'
import { stringifyExact } from '../../kernel/exact-json'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { boundedText, dispatcherOf, nodeAgentOf } from '../network'
import {
  failureOfAnswer,
  failureOfError,
  retryAfterSeconds,
  type Answer,
  type Asked,
  type Whom,
} from './failures'
import { withIssuer } from './untrusted'

/** What proves who asks. Kept in memory only. */
export interface Credential {
  authorization?: string
  cert?: string
  key?: string
}
export interface Credentials {
  get(signal?: AbortSignal): Promise<Outcome<Credential>>
  /** Drops what a server refused; answers whether another credential may be had. */
  refused(credential: Credential): boolean
  /** A server knew whoever asked. */
  accepted?(): void
}
export interface Target {
  site: string
  server: string
  tls: { ca?: string | string[]; serverName?: string; insecure?: boolean }
  proxy?: string
  credentials: Credentials
}
export interface Ask extends Asked {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | number | boolean | string[] | undefined>
  body?: unknown
  contentType?: string
  /** What form of answer is wanted, plain JSON unless told. */
  accept?: string
  signal?: AbortSignal | undefined
  /** Milliseconds without any byte after which a stream counts as dead. */
  silenceMs?: number
  /** How much of the answer is read, 128 MB unless told. */
  mostBytes?: number
  /** Hears how a successful answer begins while the rest is still under way. */
  onBeginning?(text: string): void
}
export interface TransportOptions {
  clock: Clock
  timeoutMs?: number
  busyTries?: number
  onDate?(header: string | undefined): void
}

const MAX_BUSY_WAIT_S = 30
/** A page of 500 objects of the largest kind that etcd takes has less. */
const MOST_BYTES = 128 * 2 ** 20
const LIMIT_MS = 300_000

/** HTTP to one API server: one pool of kept-alive connections, credentials put in, failures typed. */
export class Transport {
  readonly whom: Whom
  readonly #target: Target
  readonly #options: Required<Pick<TransportOptions, 'timeoutMs' | 'busyTries'>> & TransportOptions
  #dispatcher: { key: string; agent: Dispatcher; tls: TlsOptions } | undefined
  #closed = false

  constructor(target: Target, options: TransportOptions) {
    this.#target = target
    this.whom = {
      site: target.site,
      server: target.server,
      ...(target.proxy !== undefined && { proxy: target.proxy }),
    }
    this.#options = { timeoutMs: 30_000, busyTries: 3, ...options }
  }
  get clock() {
    return this.#options.clock
  }
  get timeoutMs() {
    return this.#options.timeoutMs
  }

  url(ask: Pick<Ask, 'path' | 'query'>): URL {
    const url = new URL(this.#target.server)
    url.pathname = `${url.pathname.replace(/\/$/, '')}${ask.path}`
    for (const [name, value] of Object.entries(ask.query ?? {})) {
      if (Array.isArray(value)) for (const one of value) url.searchParams.append(name, one)
      else if (value !== undefined) url.searchParams.set(name, String(value))
    }
    return url
  }

  /** The credential and TLS settings as Node's own sockets take them, for WebSockets. */
  async socketOptions(
    signal?: AbortSignal,
  ): Promise<Outcome<{ headers: Record<string, string>; tls: Record<string, unknown> }>> {
    const credential = await this.#target.credentials.get(signal)
    if (!credential.ok) return credential
    const { authorization } = credential.value
    const tls = this.#tls(credential.value)
    const agent = nodeAgentOf(this.#target.proxy, tls)
    return succeed({
      headers: authorization ? { authorization } : {},
      tls: { ...tls, ...(agent && { agent, checkServerIdentity: this.#checkIdentity }) },
    })
  }

  // Through a tunnel the socket no longer knows an address without a name, and would compare the certificate with localhost.
  readonly #checkIdentity = (_host: string, certificate: PeerCertificate) =>
    checkServerIdentity(
      this.#target.tls.serverName ?? new URL(this.#target.server).hostname.replace(/^\[|\]$/g, ''),
      certificate,
    )

  /** Sends and reads the whole answer. Reads that meet 429 wait as told, a bounded number of times. */
  async send(ask: Ask): Promise<Outcome<Answer>> {
    for (let tries = 0; ; tries++) {
      const opened = await this.#exchange(ask)
      if (!opened.ok) return opened
      const answer = await this.#read(opened.value, ask)
      if (!answer.ok || answer.value.status < 300) return answer
      const { status, retryAfter } = answer.value
      const waitS = retryAfterSeconds(retryAfter)
      if (
        status === 429 &&
        ask.method === 'GET' &&
        tries < this.#options.busyTries &&
        waitS <= MAX_BUSY_WAIT_S
      )
        await this.clock.sleep(waitS * 1000, ask.signal)
      else return fail(failureOfAnswer(answer.value, ask, this.whom))
    }
  }

  /** Opens an answer that is read as it comes. */
  async open(ask: Ask): Promise<Outcome<Dispatcher.ResponseData>> {
    const opened = await this.#exchange(ask)
    if (!opened.ok || opened.value.statusCode < 300) return opened
    const answer = await this.#read(opened.value, ask)
    return answer.ok ? fail(failureOfAnswer(answer.value, ask, this.whom)) : answer
  }

  close() {
    this.#closed = true
    void this.#dispatcher?.agent.destroy().catch(() => undefined)
    this.#dispatcher = undefined
  }

  /** Drops every connection, so that streams open again: after a sleep both ends may think that they are still connected. */
  reset() {
    const old = this.#dispatcher?.agent
    this.#dispatcher = undefined
    void old
      ?.destroy(Object.assign(new Error('nothing came any more'), { code: 'ETIMEDOUT' }))
      .catch(() => undefined)
  }

  async #exchange(ask: Ask): Promise<Outcome<Dispatcher.ResponseData>> {
    const first = await this.#once(ask)
    if (!first.ok) return first
    const { answer, again } = first.value
    if (!again) return succeed(answer)
    await answer.body.dump().catch(() => undefined)
    const second = await this.#once(ask)
    return second.ok ? succeed(second.value.answer) : second
  }

  async #once(ask: Ask): Promise<Outcome<{ answer: Dispatcher.ResponseData; again: boolean }>> {
    const credential = await this.#target.credentials.get(ask.signal)
    if (!credential.ok) return credential
    const body = ask.body === undefined ? undefined : stringifyExact(ask.body)
    try {
      const answer = await request(this.url(ask), {
        method: ask.method,
        dispatcher: this.#agent(credential.value),
        signal: ask.signal ?? null,
        headersTimeout: this.#options.timeoutMs,
        bodyTimeout: ask.silenceMs ?? this.#options.timeoutMs,
        headers: headersOf(ask, credential.value),
        ...(body !== undefined && { body }),
      })
      this.#options.onDate?.(one(answer.headers['date']))
      const refused = answer.statusCode === 401
      if (!refused) this.#target.credentials.accepted?.()
      return succeed({
        answer,
        again: refused && this.#target.credentials.refused(credential.value),
      })
    } catch (error) {
      const failed = this.failed(error, ask.signal)
      return fail(
        await withIssuer(failed.failure, {
          server: this.#target.server,
          serverName: this.#target.tls.serverName,
          proxy: this.#target.proxy,
        }),
      )
    }
  }

  async #read(response: Dispatcher.ResponseData, ask: Ask): Promise<Outcome<Answer>> {
    try {
      const text = await boundedText(
        response.body,
        { mostBytes: ask.mostBytes ?? MOST_BYTES, limitMs: LIMIT_MS },
        response.statusCode < 300 ? ask.onBeginning : undefined,
      )
      return succeed({
        status: response.statusCode,
        contentType: one(response.headers['content-type']) ?? '',
        retryAfter: one(response.headers['retry-after']),
        text,
      })
    } catch (error) {
      return this.failed(error, ask.signal)
    }
  }

  /** A caller who gave up gets the abort; everything else is a failure to be told. */
  failed(
    error: unknown,
    signal: AbortSignal | undefined,
  ): { ok: false; failure: ReturnType<typeof failureOfError> } {
    if (signal?.aborted) throw signal.reason
    return fail(failureOfError(error, this.whom, Math.round(this.#options.timeoutMs / 1000)))
  }

  #tls(credential: Credential): TlsOptions {
    return this.#connected(credential).tls
  }

  #agent(credential: Credential): Dispatcher {
    return this.#connected(credential).agent
  }

  #connected({ cert = '', key = '' }: Credential): { agent: Dispatcher; tls: TlsOptions } {
    if (this.#closed)
      throw Object.assign(new Error('the site was disconnected'), {
        code: 'the site was disconnected',
      })
    const same = `${cert}|${key}`
    if (this.#dispatcher?.key !== same) {
      const old = this.#dispatcher?.agent
      const tls = tlsOf(this.#target.tls, { cert, key })
      const agent = dispatcherOf(this.#target.proxy, tls, {
        keepAliveTimeout: 60_000,
        connections: 128,
        allowH2: false,
        connectTimeoutMs: Math.min(10_000, this.#options.timeoutMs),
      })
      this.#dispatcher = { key: same, agent, tls }
      // Streams of the old credential end in their own time; a watch then opens again with the new one.
      void old?.close().catch(() => undefined)
    }
    return this.#dispatcher
  }
}

type TlsOptions = Record<string, unknown>
// The context is made once: hundreds of authorities are not read again for every connection.
function tlsOf(
  { ca, serverName, insecure }: Target['tls'],
  { cert, key }: { cert: string; key: string },
): TlsOptions {
  const secureContext = createSecureContext({
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  })
  return {
    secureContext,
    ...(serverName && { servername: serverName }),
    ...(insecure && { rejectUnauthorized: false }),
  }
}
function headersOf(ask: Ask, { authorization }: Credential): Record<string, string> {
  const headers: Record<string, string> = {
    accept: ask.accept ?? 'application/json',
    'user-agent': 'takt',
  }
  if (authorization !== undefined) headers['authorization'] = authorization
  if (ask.body !== undefined) headers['content-type'] = ask.contentType ?? 'application/json'
  return headers
}
const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)
