import { request } from 'undici'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { boundedText, whyTooLong } from '../../../platform/network'
import type { KubeClient } from '../../../platform/kubernetes/types'
import type { Sample, Series } from '../domain/metrics'

/** Where a Prometheus is: a service behind the API server, or an address of its own. */
export type Place =
  { service: { namespace: string; name: string; port: number | string } } | { url: string }
export const addressOf = (place: Place): string =>
  'url' in place
    ? place.url
    : `service ${place.service.namespace}/${place.service.name}:${String(place.service.port)}`

const LIMIT_MS = 20_000
const MOST_BYTES = 8_000_000
const Value = z.tuple([z.number(), z.string()])
const Labels = z.record(z.string(), z.string())
const Answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.unknown().optional(),
})
const Vector = z.object({ result: z.array(z.object({ metric: Labels, value: Value })) })
const Matrix = z.object({ result: z.array(z.object({ metric: Labels, values: z.array(Value) })) })

/** Asks one Prometheus over HTTP; everything it answers is parsed. */
export class Prometheus {
  readonly #client: KubeClient
  readonly #place: Place
  constructor(client: KubeClient, place: Place) {
    this.#client = client
    this.#place = place
  }
  get address() {
    return addressOf(this.#place)
  }

  async now(query: string, signal?: AbortSignal): Promise<Outcome<Sample[]>> {
    const answer = await this.#ask({ path: '/api/v1/query', query: { query } }, Vector, signal)
    return answer.ok
      ? succeed(
          answer.value.result.flatMap(({ metric, value }) =>
            finite(value).map((one) => ({ labels: metric, value: one.value })),
          ),
        )
      : answer
  }
  /** Points from `from` to `to` (ms since 1970), one each step. */
  async range(
    query: string,
    { from, to, stepSeconds }: { from: number; to: number; stepSeconds: number },
    signal?: AbortSignal,
  ): Promise<Outcome<Series[]>> {
    const answer = await this.#ask(
      {
        path: '/api/v1/query_range',
        query: { query, start: from / 1000, end: to / 1000, step: stepSeconds },
      },
      Matrix,
      signal,
    )
    return answer.ok
      ? succeed(
          answer.value.result.map(({ metric, values }) => ({
            labels: metric,
            points: values.flatMap(finite),
          })),
        )
      : answer
  }
  /** The names of DCGM series it has. */
  async metrics(signal?: AbortSignal): Promise<Outcome<string[]>> {
    const answer = await this.#ask(
      { path: '/api/v1/label/__name__/values', query: { 'match[]': '{__name__=~"DCGM_.*"}' } },
      z.array(z.string()),
      signal,
    )
    return answer.ok ? succeed(answer.value.filter((name) => name.startsWith('DCGM_'))) : answer
  }

  async #ask<T>(
    { path, query }: { path: string; query: Record<string, string | number> },
    shape: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<Outcome<T>> {
    const text =
      'url' in this.#place
        ? await fromUrl(this.#client.site, { url: this.#place.url, path, query }, signal)
        : await this.#client.throughService(this.#place.service, { path, query }, signal)
    if (!text.ok) return text
    const parsed = Answer.safeParse(json(text.value))
    const data =
      parsed.success && parsed.data.status === 'success'
        ? shape.safeParse(parsed.data.data)
        : undefined
    if (data?.success) return succeed(data.data)
    return fail(
      failure('CLUSTER_FAILED', {
        site: this.#client.site,
        status: 200,
        says: `Prometheus at ${this.address}: ${(parsed.success && parsed.data.error) || 'its answer could not be read'}`,
      }),
    )
  }
}
// Prometheus writes NaN and infinities as words; none of them is a figure.
const finite = ([at, text]: [number, string]) =>
  Number.isFinite(Number(text)) ? [{ at: Math.round(at * 1000), value: Number(text) }] : []
const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function fromUrl(
  site: string,
  { url, path, query }: { url: string; path: string; query: Record<string, string | number> },
  signal?: AbortSignal,
): Promise<Outcome<string>> {
  const address = new URL(url)
  address.pathname = `${address.pathname.replace(/\/$/, '')}${path}`
  for (const [key, value] of Object.entries(query)) address.searchParams.set(key, String(value))
  try {
    const answer = await request(address, {
      signal: AbortSignal.any([AbortSignal.timeout(LIMIT_MS), ...(signal ? [signal] : [])]),
    })
    const text = await boundedText(answer.body, { mostBytes: MOST_BYTES, limitMs: LIMIT_MS })
    if (answer.statusCode >= 300 && answer.statusCode !== 400 && answer.statusCode !== 422)
      return fail(
        failure('CLUSTER_FAILED', {
          site,
          status: answer.statusCode,
          says: `Prometheus at ${url} answered ${String(answer.statusCode)}`,
        }),
      )
    return succeed(text)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    return fail(
      failure('CLUSTER_UNREACHABLE', {
        site,
        server: url,
        cause:
          whyTooLong(error) ??
          (error instanceof Error
            ? ((error as NodeJS.ErrnoException).code ?? error.message)
            : 'no answer'),
      }),
    )
  }
}
