import type { Caller, Received } from './signature'

/** A request whose signature has been proved. */
export interface Asked extends Received {
  caller: Caller
}
export interface Answered {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
  /** How long the body would be, where only that is asked. */ length?: number
}
export const json = (value: unknown, status = 200): Answered => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

/** The members of a list in a query-style body, Name.1, Name.2 ..., or with Name.member.1. */
export const listOf = (params: URLSearchParams, name: string): string[] =>
  [...params]
    .filter(([key]) => new RegExp(`^${name.replaceAll('.', '\\.')}\\.(member\\.)?\\d+$`).test(key))
    .map(([, value]) => value)
/** EC2 filters by name. */
export function filtersOf(params: URLSearchParams): Map<string, string[]> {
  const filters = new Map<string, string[]>()
  for (const [key, name] of params) {
    const [, at] = /^Filter\.(\d+)\.Name$/.exec(key) ?? []
    if (at !== undefined) filters.set(name, listOf(params, `Filter.${at}.Value`))
  }
  return filters
}
