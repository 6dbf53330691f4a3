import type { FlowReport } from '../../../../preload/contract/flow'

export const WINDOWS = [7, 30, 90] as const
export const DAY_S = 86_400
/** Under ten finished items a median says nothing. */
export const LEAST_FINISHED = 10

const dayFormat = (zone: string) =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
/** Whole local days up to and with today, and as many before them. */
export function windowsOf(now: number, days: number, zone: string) {
  const format = dayFormat(zone)
  // Noon of a day is never another day, however the clocks change.
  const today = new Date(`${format.format(now)}T12:00:00Z`).getTime()
  const day = (offset: number) => new Date(today + offset * DAY_S * 1000).toISOString().slice(0, 10)
  return {
    now: { from: day(1 - days), to: day(1), zone },
    before: { from: day(1 - 2 * days), to: day(1 - days), zone },
  }
}

export interface Cause {
  cause: string
  itemDays: number
  share: number
  together: number
}
/** Causes of waiting, worst first, with what they make together. */
export function causesOf({ windowWaits }: Pick<FlowReport, 'windowWaits'>): Cause[] {
  const total = Object.values(windowWaits).reduce((sum, seconds) => sum + seconds, 0)
  let sum = 0
  return Object.entries(windowWaits).map(([cause, seconds]) => {
    sum += seconds
    return { cause, itemDays: seconds / DAY_S, share: seconds / total, together: sum / total }
  })
}
/** The first causes that make four fifths of all waiting: what to work on. */
export const isVital = (causes: readonly Cause[], index: number): boolean =>
  (causes[index - 1]?.together ?? 0) < 0.8

export type Step = FlowReport['valueStream'][number] & {
  from: number
  share: number
  isBottleneck: boolean
}
/** The value stream as parts of the mean lead time; the longest wait is the bottleneck. */
export function stepsOf({ valueStream }: Pick<FlowReport, 'valueStream'>): Step[] {
  const total = valueStream.reduce((sum, one) => sum + one.touchSeconds + one.waitSeconds, 0)
  const longest = Math.max(...valueStream.map(({ waitSeconds }) => waitSeconds))
  let from = 0
  return valueStream
    .filter(({ touchSeconds, waitSeconds }) => touchSeconds + waitSeconds > 0)
    .map((one) => {
      const share = (one.touchSeconds + one.waitSeconds) / total
      const step = { ...one, from, share, isBottleneck: one.waitSeconds === longest && longest > 0 }
      from += share
      return step
    })
}

/** The chance to be done on each day, up to the day that is nearly sure. */
export function dailyChances(forecast: NonNullable<FlowReport['forecast']>) {
  const most = Math.min(forecast.cdf.length, (forecast.p95?.days ?? 0) + 7)
  return forecast.cdf.slice(0, most).map((done, index) => ({
    date: new Date(Date.parse(`${forecast.from}T12:00:00Z`) + index * DAY_S * 1000)
      .toISOString()
      .slice(0, 10),
    chance: done - (forecast.cdf[index - 1] ?? 0),
    done,
  }))
}
/** Gates worst first with the yield rolled up to each. */
export function gatesOf({ gates }: Pick<FlowReport, 'gates'>) {
  let rolled = 1
  return Object.entries(gates).map(([gate, one]) => {
    rolled *= one.yield
    return { gate, ...one, rolled }
  })
}
/** The hand-off from which most came back; undefined where nothing did. */
export const worstHandOff = ({ handOffs }: Pick<FlowReport, 'handOffs'>) =>
  Object.entries(handOffs)
    .filter(([, { sentBack }]) => sentBack > 0)
    .sort(([, a], [, b]) => b.sentBack - a.sentBack)[0]

export interface FinishedItem {
  name: string
  title: string
  leadSeconds: number
  touchSeconds: number
  waitSeconds: number
  cause: string | undefined
}
/** Finished items, slowest first; with a cause only those that waited for it, longest first. */
export function itemsOf(
  { perItem }: Pick<FlowReport, 'perItem'>,
  titles: Readonly<Record<string, string>>,
  cause?: string,
): FinishedItem[] {
  return Object.entries(perItem)
    .filter(([, { waits }]) => cause === undefined || (waits[cause] ?? 0) > 0)
    .sort(([, a], [, b]) =>
      cause === undefined
        ? b.leadSeconds - a.leadSeconds
        : (b.waits[cause] ?? 0) - (a.waits[cause] ?? 0),
    )
    .map(([name, { leadSeconds, touchSeconds, waits }]) => ({
      name,
      title: titles[name] ?? name,
      leadSeconds,
      touchSeconds,
      waitSeconds: leadSeconds - touchSeconds,
      cause: Object.keys(waits)[0],
    }))
}
