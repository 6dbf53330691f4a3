import { Hono, type Context } from 'hono'
import type { Engine } from '../engine'
import { METRICS } from './metrics'
import { evaluate, parseQuery } from './query'

const MOST_POINTS = 11_000

/** Answers like a Prometheus that scrapes the GPUs' exporter every fifteen seconds: instant and range queries. */
export function makePrometheus(engine: Engine): Hono {
  const app = new Hono()
  const bad = (context: Context, error: string) =>
    context.json({ status: 'error', errorType: 'bad_data', error }, 400)
  const parameters = async (context: Context) =>
    context.req.method === 'POST'
      ? new URLSearchParams(await context.req.text())
      : new URL(context.req.url).searchParams
  const point = (at: number, value: number): [number, string] => [at / 1000, String(value)]
  app.on(['GET', 'POST'], '/api/v1/query', async (context) => {
    const given = await parameters(context)
    const query = parseQuery(given.get('query') ?? '')
    if (typeof query === 'string')
      return query.startsWith('unknown metric')
        ? context.json({ status: 'success', data: { resultType: 'vector', result: [] } })
        : bad(context, query)
    const at = instant(given.get('time')) ?? engine.api.clock.now()
    const result = evaluate(engine, query).flatMap(({ labels, valueAt }) => {
      const value = valueAt(at)
      return value === undefined ? [] : [{ metric: labels, value: point(at, value) }]
    })
    return context.json({ status: 'success', data: { resultType: 'vector', result } })
  })
  app.on(['GET', 'POST'], '/api/v1/query_range', async (context) => {
    const given = await parameters(context)
    const query = parseQuery(given.get('query') ?? '')
    if (typeof query === 'string')
      return query.startsWith('unknown metric')
        ? context.json({ status: 'success', data: { resultType: 'matrix', result: [] } })
        : bad(context, query)
    const [start, end, step] = [
      instant(given.get('start')),
      instant(given.get('end')),
      seconds(given.get('step')),
    ]
    if (start === undefined || end === undefined || step === undefined || end < start)
      return bad(context, 'invalid parameter "start", "end" or "step"')
    if ((end - start) / step > MOST_POINTS)
      return bad(
        context,
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      )
    const moments = Array.from(
      { length: Math.floor((end - start) / step) + 1 },
      (_unused, nth) => start + nth * step,
    ).filter((at) => at <= engine.api.clock.now())
    const result = evaluate(engine, query).flatMap(({ labels, valueAt }) => {
      const values = moments.flatMap((at) => {
        const value = valueAt(at)
        return value === undefined ? [] : [point(at, value)]
      })
      return values.length > 0 ? [{ metric: labels, values }] : []
    })
    return context.json({ status: 'success', data: { resultType: 'matrix', result } })
  })
  app.get('/api/v1/label/__name__/values', (context) =>
    context.json({ status: 'success', data: METRICS }),
  )
  app.get('/-/healthy', (context) => context.text('Prometheus Server is Healthy.\n'))
  app.get('/-/ready', (context) => context.text('Prometheus Server is Ready.\n'))
  app.get('/api/v1/status/buildinfo', (context) =>
    context.json({ status: 'success', data: { version: '3.8.0', simulated: true } }),
  )
  return app
}

/** Seconds since 1970 or RFC 3339 text, in milliseconds. */
function instant(text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  const at = Number.isFinite(Number(text)) ? Number(text) * 1000 : Date.parse(text)
  return Number.isFinite(at) ? at : undefined
}
/** "15", "15s" or "5m" in milliseconds. */
function seconds(text: string | null): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text ?? '')
  const ms = match
    ? Number(match[1]) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] ?? ''] ?? 1) * 1000
    : 0
  return ms > 0 ? ms : undefined
}
