import { Agent, request } from 'undici'
import type { KeyPair } from '../../../main/plant/authority'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}
export interface Call {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
}

/** Plain HTTPS to an API server as one user; nothing between the test and the wire. */
export class Client {
  readonly #agent: Agent

  constructor(
    readonly server: string,
    authority: string,
    identity?: KeyPair,
    private readonly token?: string,
  ) {
    this.#agent = new Agent({
      connect: {
        ca: authority,
        ...(identity && { cert: identity.certificate, key: identity.key }),
      },
      bodyTimeout: 0,
    })
  }

  #signedIn(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }
  }
  async call(path: string, { method = 'GET', headers, body, signal }: Call = {}): Promise<Answer> {
    const answer = await request(`${this.server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { ...this.#signedIn(), ...headers },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }

  /** The body as it arrives, line by line: the form of a watch. */
  async *lines(
    path: string,
    signal: AbortSignal,
    headers: Record<string, string> = {},
  ): AsyncGenerator<string> {
    const answer = await request(`${this.server}${path}`, {
      dispatcher: this.#agent,
      signal,
      headers: { ...this.#signedIn(), ...headers },
    })
    let rest = ''
    for await (const chunk of answer.body.setEncoding('utf8')) {
      const parts = (rest + String(chunk)).split('\n')
      rest = parts.pop() ?? ''
      yield* parts.filter((line) => line !== '')
    }
    if (rest !== '') yield rest
  }

  /** Calls and parses; anything but a 2xx is an error that carries the server's own words. */
  async ask<T = unknown>(path: string, options: Call & { json?: unknown } = {}): Promise<T> {
    const { json, ...call } = options
    const headers = { 'content-type': 'application/json', ...call.headers }
    const answer = await this.call(path, {
      ...call,
      headers,
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    if (answer.status >= 300)
      throw new Error(
        `${call.method ?? 'GET'} ${path} answered ${answer.status}: ${answer.text.slice(0, 600)}`,
      )
    return JSON.parse(answer.text) as T
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}
