import type { IncomingMessage, ServerResponse } from 'node:http'
import type { User } from '../cluster'
import type { ApiServer } from './api-server'
import type { Resource } from '../resource'
import type { RequestInfo } from './request-info'

/** What goes back over the wire. */
export interface Answer {
  code: number
  text: string
  type?: string
  headers?: Record<string, string>
}
/** One request with its caller known. */
export interface Exchange {
  server: ApiServer
  method: string
  url: URL
  query: URLSearchParams
  header(name: string): string | undefined
  body(): Promise<string>
  user: User
  incoming: IncomingMessage
  outgoing: ServerResponse
  warnings: string[]
}
/** A request for a kind the server knows. */
export interface ResourceExchange extends Exchange {
  info: RequestInfo
  resource: Resource
}
/** Said by a handler that has written to the socket itself. */
export const STREAMED = Symbol('streamed')

export const json = (code: number, value: unknown): Answer => ({
  code,
  text: `${JSON.stringify(value)}\n`,
})
