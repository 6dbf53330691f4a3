import { z } from 'zod'
import { parseJson } from '../../../platform/kubernetes/failures'
import {
  boundedResponse,
  tooManyBytes,
  whyTooLong,
  type AnswerLimits,
} from '../../../platform/network'
import { UnusableInput } from '../domain/failures'
import { TRINO, type Lake } from './push-down'

const Page = z.object({
  nextUri: z.string().optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z.object({ message: z.string() }).optional(),
})

/** A coordinator sends its rows in pages of a few megabytes; counts of a table are never many. */
const LIMITS = { mostBytes: 256 * 2 ** 20, limitMs: 120_000 }
/** A query that nobody reads any more is ended in passing. */
const ENDING_MS = 5_000

export interface TrinoAddress {
  url: string
  catalog: string
  schema: string
  user: string
  token?: string
  /** Of one page, and of all pages of an answer together. */
  limits?: AnswerLimits
  fetch?: typeof fetch
}

/** Trino or Presto over its statement protocol: a query is posted, then its pages are followed until none is left. */
export function trinoLake({
  url,
  catalog,
  schema,
  user,
  token,
  limits = LIMITS,
  fetch: ask = fetch,
}: TrinoAddress): Lake {
  const headers = {
    'X-Trino-User': user,
    'X-Trino-Catalog': catalog,
    'X-Trino-Schema': schema,
    'X-Trino-Source': 'takt',
    'X-Presto-User': user,
    'X-Presto-Catalog': catalog,
    'X-Presto-Schema': schema,
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  }
  const origin = new URL(url).origin
  const noAnswer = (error: unknown) => {
    throw new UnusableInput(
      `No answer from ${origin}: ${whyTooLong(error) ?? String(error)}.`,
      'Check the address and the network.',
    )
  }
  const page = async (request: Promise<Response>) => {
    const response = await request.catch(noAnswer)
    if (!response.ok)
      throw new UnusableInput(
        `${origin} answered with status ${response.status}.`,
        'Check the address and the sign-in.',
      )
    const text = await boundedResponse(response, limits).catch(noAnswer)
    const parsed = Page.safeParse(parseJson(text))
    if (!parsed.success)
      throw new UnusableInput(
        `${origin} does not speak the statement protocol.`,
        'Check that the address is a Trino or Presto coordinator.',
      )
    if (parsed.data.error)
      throw new UnusableInput(
        parsed.data.error.message,
        'Check the table, its columns and the filter.',
      )
    return { ...parsed.data, bytes: text.length }
  }
  return {
    dialect: TRINO,
    async ask(sql, signal) {
      const rows: unknown[][] = []
      const more = () => {
        const late = AbortSignal.timeout(limits.limitMs)
        return { signal: signal ? AbortSignal.any([signal, late]) : late }
      }
      let next: string | undefined
      let bytes = 0
      try {
        let found = await page(
          ask(new URL('/v1/statement', url), { method: 'POST', body: sql, headers, ...more() }),
        )
        for (;;) {
          bytes += found.bytes
          const tooLong = tooManyBytes(bytes, limits)
          if (tooLong) noAnswer(tooLong)
          for (const row of found.data ?? []) rows.push(row)
          next = found.nextUri
          if (!next) return rows
          // A coordinator names where its next page is; credentials are not sent anywhere else.
          if (new URL(next).origin !== origin)
            throw new UnusableInput(
              `${origin} points to ${new URL(next).origin} for its answer.`,
              'Ask for the coordinator to be set up with its own address.',
            )
          found = await page(ask(next, { headers, ...more() }))
        }
      } catch (error) {
        if (next && new URL(next).origin === origin)
          await ask(next, {
            ...{ method: 'DELETE', headers },
            signal: AbortSignal.timeout(ENDING_MS),
          })
            .then(({ body }) => body?.cancel())
            .catch(() => undefined)
        throw error
      }
    },
  }
}
