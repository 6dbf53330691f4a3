import type { GpuNow, GpuPoint, GpuUse, GpuUseAsk } from '../../../preload/contract/gpu-use'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { Prometheus } from './adapters/prometheus'
import { toPoints, type Ranges } from './domain/history'
import {
  METRICS,
  selectorsFor,
  toGpus,
  XID,
  xidTurns,
  xidWords,
  type FigureName,
  type Sample,
} from './domain/metrics'
import { timestamp } from '../../kernel/clock'

const FIGURES = Object.keys(METRICS) as FigureName[]
/** What a scope's GPUs do now, figure by figure; the first way of naming them that answers. */
export async function measureNow(
  prometheus: Prometheus,
  of: GpuUseAsk['of'],
  signal?: AbortSignal,
): Promise<Outcome<{ gpus: GpuNow[]; selector: string }>> {
  const [usual = ''] = selectorsFor(of)
  for (const selector of selectorsFor(of)) {
    const engine = await prometheus.now(METRICS.engine + selector, signal)
    if (!engine.ok) return engine
    if (engine.value.length > 0)
      return restOf(prometheus, { selector, engine: engine.value }, signal)
  }
  return restOf(prometheus, { selector: usual, engine: [] }, signal)
}
async function restOf(
  prometheus: Prometheus,
  { selector, engine }: { selector: string; engine: Sample[] },
  signal?: AbortSignal,
): Promise<Outcome<{ gpus: GpuNow[]; selector: string }>> {
  const others = FIGURES.filter((name) => name !== 'engine')
  const answers = await Promise.all([
    ...others.map((name) => prometheus.now(METRICS[name] + selector, signal)),
    prometheus.now(XID + selector, signal),
  ])
  const failed = answers.find((answer) => !answer.ok)
  if (failed && !failed.ok) return failed
  const values = answers.map((answer) => (answer.ok ? answer.value : []))
  const figures = Object.fromEntries(others.map((name, index) => [name, values[index] ?? []]))
  return succeed({ gpus: toGpus({ engine, ...figures }, values.at(-1) ?? []), selector })
}

interface Window {
  selector: string
  from: number
  to: number
  stepSeconds: number
}
/** The course of a scope's GPUs, summed. */
export async function measureHistory(
  prometheus: Prometheus,
  { selector, ...window }: Window,
  signal?: AbortSignal,
): Promise<Outcome<GpuPoint[]>> {
  const asks: [keyof Ranges, string][] = [
    ['count', `count(${METRICS.engine}${selector})`],
    ...FIGURES.map((name): [keyof Ranges, string] => [name, `sum(${METRICS[name]}${selector})`]),
  ]
  const answers = await Promise.all(
    asks.map(([, query]) => prometheus.range(query, window, signal)),
  )
  const failed = answers.find((answer) => !answer.ok)
  if (failed && !failed.ok) return failed
  return succeed(
    toPoints(
      Object.fromEntries(
        asks.map(([name], index) => {
          const answer = answers[index]
          return [name, answer?.ok ? answer.value : []]
        }),
      ),
    ),
  )
}
/** XID errors that turned up in a window, newest first. */
export async function measureXids(
  prometheus: Prometheus,
  { selector, ...window }: Window,
  signal?: AbortSignal,
): Promise<GpuUse['xids']> {
  const series = await prometheus.range(XID + selector, window, signal)
  return series.ok
    ? xidTurns(series.value)
        .slice(0, 200)
        .map(({ at, ...turn }) => ({ ...turn, at: timestamp(at), says: xidWords(turn.xid) }))
    : []
}
