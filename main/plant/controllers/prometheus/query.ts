import type { Engine } from '../engine'
import { METRICS, seriesOf, type Metric, type Series } from './metrics'

/** The part of PromQL that the product asks: a selector, or sum/avg/max/min/count over one, by labels or over time. */
export interface Query {
  metric: Metric
  matchers: { label: string; operator: string; value: string }[]
  windowMs?: number
  overTime?: 'avg' | 'max' | 'min' | 'rate'
  aggregate?: 'sum' | 'avg' | 'max' | 'min' | 'count'
  by?: string[]
}

const GRAMMAR =
  /^\s*(?:(?<aggregate>sum|avg|max|min|count)\s*(?:by\s*\((?<before>[^)]*)\)\s*)?\(\s*)?(?:(?:(?<over>avg|max|min)_over_time|(?<rate>rate))\s*\(\s*)?(?<name>[A-Za-z_:]\w*)\s*(?:\{(?<inside>[^}]*)\})?\s*(?:\[(?<amount>\d+)(?<unit>[smhd])\])?\s*\)?\s*\)?\s*(?:by\s*\((?<after>[^)]*)\))?\s*$/
const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Parses a query; answers a sentence where it is not of the kinds known. */
export function parseQuery(text: string): Query | string {
  const found = GRAMMAR.exec(text)?.groups
  if (!found)
    return `invalid parameter "query": the simulated Prometheus knows selectors, *_over_time, rate and one aggregation, not: ${text}`
  const metric = METRICS.find((each) => each === found['name'])
  if (!metric) return `unknown metric ${found['name'] ?? ''}`
  if (
    (found['over'] === undefined && found['rate'] === undefined) !==
    (found['amount'] === undefined)
  )
    return 'invalid parameter "query": a range belongs to an *_over_time function or to rate'
  const by = found['before'] ?? found['after']
  return {
    metric,
    matchers: matchersOf(found['inside'] ?? ''),
    ...windowOf(found),
    ...(found['aggregate'] && { aggregate: found['aggregate'] as 'sum' }),
    ...(by !== undefined && {
      by: by
        .split(',')
        .map((label) => label.trim())
        .filter(Boolean),
    }),
  }
}
const windowOf = ({
  over,
  rate,
  amount,
  unit = 's',
}: Record<string, string | undefined>): Pick<Query, 'overTime' | 'windowMs'> =>
  over === undefined && rate === undefined
    ? {}
    : {
        overTime: rate === undefined ? (over as 'avg') : 'rate',
        windowMs: Number(amount) * (UNIT_MS[unit] ?? 1_000),
      }
const matchersOf = (inside: string): Query['matchers'] =>
  [...inside.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = '', operator = '=', value = '']) => ({ label, operator, value }),
  )

const meets = (labels: Record<string, string>, matchers: Query['matchers']) =>
  matchers.every(({ label, operator, value }) => {
    const own = labels[label] ?? ''
    if (operator === '=') return own === value
    if (operator === '!=') return own !== value
    const matches = new RegExp(`^(?:${value})$`).test(own)
    return operator === '=~' ? matches : !matches
  })

/** The series a query answers, each with its value at a moment; undefined where it has none. */
export function evaluate(engine: Engine, query: Query): Series[] {
  const selected = seriesOf(engine, query.metric).filter(({ labels }) =>
    meets(labels, query.matchers),
  )
  const overTime = query.overTime ? selected.map((series) => windowed(series, query)) : selected
  return query.aggregate ? aggregated(overTime, query) : overTime
}

function windowed(
  { labels, valueAt }: Series,
  { windowMs = 60_000, overTime = 'avg' }: Query,
): Series {
  const { __name__: _name, ...rest } = labels
  const step = Math.max(15_000, windowMs / 120)
  return {
    labels: rest,
    valueAt(at) {
      if (overTime === 'rate') return rateAt(valueAt, at, windowMs)
      const values: number[] = []
      for (let moment = at; moment > at - windowMs; moment -= step) {
        const value = valueAt(moment)
        if (value !== undefined) values.push(value)
      }
      return values.length > 0 ? fold(values, overTime) : undefined
    },
  }
}

/** How fast a counter grew, a second; told from its first and last value within the window, as far as it has any. */
function rateAt(valueAt: Series['valueAt'], at: number, windowMs: number): number | undefined {
  const last = valueAt(at)
  for (let from = at - windowMs; last !== undefined && from < at; from += 15_000) {
    const first = valueAt(from)
    if (first !== undefined) return ((last - first) / (at - from)) * 1000
  }
  return undefined
}

function aggregated(series: Series[], { aggregate = 'sum', by = [] }: Query): Series[] {
  const groups = new Map<string, { labels: Record<string, string>; members: Series[] }>()
  for (const each of series) {
    const labels = Object.fromEntries(
      by.flatMap((label) =>
        each.labels[label] === undefined ? [] : [[label, each.labels[label]]],
      ),
    )
    const key = JSON.stringify(labels)
    const group = groups.get(key) ?? { labels, members: [] }
    group.members.push(each)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ labels, members }) => ({
    labels,
    valueAt(at) {
      const values = members.flatMap((member) => member.valueAt(at) ?? [])
      return values.length > 0 ? fold(values, aggregate) : undefined
    },
  }))
}

function fold(values: number[], how: 'sum' | 'avg' | 'max' | 'min' | 'count'): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (how) {
    case 'sum':
      return sum
    case 'avg':
      return sum / values.length
    case 'max':
      return Math.max(...values)
    case 'min':
      return Math.min(...values)
    case 'count':
      return values.length
  }
}
