import type { ProfileColumn, VerdictOperation, WindowColumn } from '../../../preload/contract/drift'
import type { FeatureScore, FleetRow, ModelDrift } from '../../../preload/contract/drift-review'

export type NumericReference = Extract<ProfileColumn, { kind: 'numeric' }>
export type NumericWindow = Extract<WindowColumn, { kind: 'numeric' }>
export type CategoricalReference = Extract<ProfileColumn, { kind: 'categorical' }>
export type CategoricalWindow = Extract<WindowColumn, { kind: 'categorical' }>

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** Frozen cells as they lie on the axis: the open ones at both ends reach as far as any value was seen. */
export function spansOf(
  { edges, min, max }: NumericReference,
  window?: NumericWindow,
): { from: number; to: number }[] {
  const first = Math.min(min, window?.min ?? min, edges[0] ?? min),
    last = Math.max(max, window?.max ?? max, edges.at(-1) ?? max)
  return Array.from({ length: edges.length + 1 }, (_, at) => ({
    from: edges[at - 1] ?? first,
    to: edges[at] ?? last,
  }))
}

/** The value below which a share of the counts lies, by straight lines inside the cells. */
export function quantileOf(
  spans: readonly { from: number; to: number }[],
  counts: readonly number[],
  share: number,
): number {
  const wanted = share * sum(counts)
  let below = 0
  for (const [at, count] of counts.entries()) {
    const span = spans[at]
    if (span && count > 0 && below + count >= wanted)
      return span.from + (span.to - span.from) * Math.max(0, (wanted - below) / count)
    below += count
  }
  return spans.at(-1)?.to ?? 0
}

export interface Bin {
  from: number
  to: number
  reference: number
  current: number
  moved: boolean
}
const BINS = 40
/** How much of the bins that moved stand out, in shares of rows. */
const MOVED = 0.02

/**
 * Equal bins over the middle 99 % of both sides (what lies beyond is in the first and last bin), filled from the frozen cells as if values lay evenly inside each.
 * Shares of finite values, 0 to 1.
 */
export function binsOf(reference: NumericReference, window: NumericWindow): Bin[] {
  const spans = spansOf(reference, window),
    n = sum(reference.counts),
    m = sum(window.counts)
  const only = window.min !== null && window.min === window.max ? window.min : undefined
  const edge = (share: number) => [
    quantileOf(spans, reference.counts, share),
    ...(only !== undefined ? [only] : m > 0 ? [quantileOf(spans, window.counts, share)] : []),
  ]
  const low = Math.min(...edge(0.005)),
    high = Math.max(...edge(0.995)),
    width = (high - low) / BINS || 1
  const bins: Bin[] = Array.from({ length: BINS }, (_, at) => ({
    from: low + at * width,
    to: low + (at + 1) * width,
    reference: 0,
    current: 0,
    moved: false,
  }))
  spans.forEach(({ from, to }, at) => {
    const first = clamp(Math.floor((from - low) / width)),
      last = clamp(Math.ceil((to - low) / width) - 1)
    for (let index = first; index <= Math.max(first, last); index++) {
      const bin = bins[index]
      if (!bin) continue
      const left = index === first ? from : bin.from,
        right = index >= last ? to : bin.to
      const share = to > from ? Math.max(0, right - left) / (to - from) : 1
      bin.reference += ((reference.counts[at] ?? 0) * share) / Math.max(1, n)
      if (only === undefined) bin.current += ((window.counts[at] ?? 0) * share) / Math.max(1, m)
    }
  })
  // One value alone is drawn where it lies, not spread over its cell.
  const alone = only === undefined ? undefined : bins[clamp(Math.floor((only - low) / width))]
  if (alone) alone.current = 1
  return bins.map((bin) => ({ ...bin, moved: Math.abs(bin.current - bin.reference) >= MOVED }))
}
const clamp = (index: number) => Math.max(0, Math.min(BINS - 1, index))

/** Both distribution functions at the edges of the frozen cells, where counts make them exact. */
export function stepsOf(
  reference: NumericReference,
  window: NumericWindow,
): { x: number; reference: number; current: number }[] {
  const n = Math.max(1, sum(reference.counts)),
    m = Math.max(1, sum(window.counts))
  let f = 0,
    g = 0
  return reference.edges.map((x, at) => {
    f += reference.counts[at] ?? 0
    g += window.counts[at] ?? 0
    return { x, reference: f / n, current: g / m }
  })
}

export const QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const
export function quantileShifts(
  reference: NumericReference,
  window: NumericWindow,
): { share: number; reference: number; current: number }[] {
  const spans = spansOf(reference, window),
    only = window.min === window.max ? window.min : null
  return sum(window.counts) === 0
    ? []
    : QUANTILES.map((share) => ({
        share,
        reference: quantileOf(spans, reference.counts, share),
        current: only ?? quantileOf(spans, window.counts, share),
      }))
}

export interface CategoryBar {
  category: string
  reference: number
  current: number
  state: 'both' | 'new' | 'vanished'
}
const MOST_BARS = 16
/** The categories that moved most, the rest put together. Shares of rows with a value, 0 to 1. */
export function barsOf(
  reference: CategoricalReference,
  window: CategoricalWindow,
): { bars: CategoryBar[]; others: number } {
  const created = window.created,
    n = Math.max(1, sum(reference.counts)),
    m = Math.max(1, sum(window.counts) + sum(created.map(([, count]) => count)))
  const known = reference.categories.map((category, at): CategoryBar => {
    const before = (reference.counts[at] ?? 0) / n,
      now = (window.counts[at] ?? 0) / m
    return {
      category,
      reference: before,
      current: now,
      state: before > 0 && now === 0 ? 'vanished' : 'both',
    }
  })
  const all = [
    ...known,
    ...created.map(([category, count]): CategoryBar => ({
      category,
      reference: 0,
      current: count / m,
      state: 'new',
    })),
  ]
  const ordered = all.sort(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  )
  return { bars: ordered.slice(0, MOST_BARS), others: Math.max(0, ordered.length - MOST_BARS) }
}

/** A size, 0 to 1, with two decimals; unknown is undefined. */
export const formatSize = (size: number | null): string | undefined =>
  size === null ? undefined : size.toFixed(2)
/** A p-value as people read it: `< 1e−12`, `3e−7`, `0.004`, `0.27`. */
export function formatP(p: number | null): string | undefined {
  if (p === null) return undefined
  if (p < 1e-12) return '< 1e−12'
  if (p < 0.001) return p.toExponential(0).replace('-', '−')
  return p < 0.01 ? p.toFixed(3) : p.toFixed(2)
}
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3, notation: 'compact' })
/** A value of a column on an axis: `30K`, `0.12`. */
export const formatValue = (value: number) => short.format(value)

type Measure = FeatureScore['measures'][string]
/** A measure as text: a number, a bound as `0.36 to 0.38`, or the word for what JSON cannot hold. */
export function formatMeasure(measure: Measure | undefined): string | undefined {
  if (measure === undefined) return undefined
  if (typeof measure === 'string') return measure
  if (typeof measure === 'number') return measure.toFixed(3)
  const [low, high] = [Number(measure.lower).toFixed(3), Number(measure.upper).toFixed(3)]
  return low === high ? low : `${low} to ${high}`
}

/** The models a filter leaves; the order is the core's. */
export function fleetShown(
  rows: readonly FleetRow[],
  { q, only }: { q: string; only: string },
): FleetRow[] {
  const needle = q.trim().toLowerCase()
  const matches = ({ model, owner, about, worstColumn }: FleetRow) =>
    [model, owner, about, worstColumn ?? ''].some((text) => text.toLowerCase().includes(needle))
  const kept = (row: FleetRow) =>
    only === 'open' ? isOpen(row) : only === 'alerting' ? row.cells.at(-1)?.alert === true : true
  return rows.filter((row) => matches(row) && kept(row))
}
/** Alerted, or drifted beyond what is small, and nobody has said anything since. */
export const isOpen = ({ verdict, lamp, cells }: FleetRow) =>
  verdict === undefined && (lamp === 'called' || lamp === 'stopped' || cells.at(-1)?.alert === true)
/** The model after this one that still wants a verdict, else simply the next. */
export function nextModel(rows: readonly FleetRow[], id: string): FleetRow | undefined {
  const at = rows.findIndex((row) => row.id === id)
  const after = [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at))]
  return after.find(isOpen) ?? after[0]
}

/** Where an event stands between the windows of a model, by time; undefined where windows have no time or it lies outside. */
export function placeOf(windows: ModelDrift['windows'], at: string): number | undefined {
  const time = Date.parse(at),
    starts = windows.map(({ from }) => (from === undefined ? NaN : startOf(from)))
  if (starts.length < 2 || starts.some(Number.isNaN)) return undefined
  const next = starts.findIndex((start) => start > time)
  if (next === 0) return undefined
  if (next === -1)
    return time - (starts.at(-1) ?? 0) < (starts[1] ?? 0) - (starts[0] ?? 0)
      ? starts.length - 1
      : undefined
  const before = starts[next - 1] ?? 0
  return next - 1 + (time - before) / ((starts[next] ?? before + 1) - before)
}
/** Windows carry local time without a zone, as the engine cut them. */
export const startOf = (from: string): number =>
  Date.parse(
    /Z|[+-]\d\d:\d\d$/.test(from)
      ? from
      : `${from.replace(' ', 'T')}${from.length > 10 ? '' : 'T00:00:00'}Z`,
  )

/** The windows a person picked, by name: one, or all from one to another; the newest unless they picked. */
export function chosenWindows(
  { windows }: ModelDrift,
  { last, since }: { last: string | null; since: string | null },
): string[] {
  const named = windows.findIndex(({ name }) => name === last),
    end = named >= 0 ? named : windows.length - 1
  const begin = windows.findIndex(({ name }) => name === since)
  return windows
    .slice(begin >= 0 && begin < end ? begin : Math.max(0, end), end + 1)
    .map(({ name }) => name)
}

/** The newest proposal of limits that nobody has put in force yet. */
export function openProposal(
  notes: readonly VerdictOperation[],
  { watch, act }: { watch: number; act: number },
): VerdictOperation | undefined {
  const newest = notes.filter(({ limits }) => limits !== undefined).at(-1)
  return newest?.limits && (newest.limits.watch !== watch || newest.limits.act !== act)
    ? newest
    : undefined
}

const LABELS = 4
/** Which events are named on a timeline: incidents and deploys first, none so close to another that the names would run into each other. */
export function namedEvents<E extends { place: number; kind: string }>(
  events: readonly E[],
  windows: number,
): Set<E> {
  const weight = ({ kind }: E) => (kind === 'incident' ? 0 : kind === 'deploy' ? 1 : 2)
  const named: E[] = []
  for (const event of [...events].sort((a, b) => weight(a) - weight(b)))
    if (
      named.length < LABELS &&
      named.every((other) => Math.abs(other.place - event.place) > windows / LABELS)
    )
      named.push(event)
  return new Set(named)
}
/** Ticks of a size axis whose top is a round figure. */
export const sizeTicks = (top: number): number[] => {
  const step = top <= 0.3 ? 0.1 : top < 1 ? 0.2 : 0.25
  return Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step)
}
/** The highest figure of a size axis: the first round one above every size and limit. */
export const sizeTop = (largest: number): number =>
  [0.3, 0.4, 0.6, 0.8].find((top) => top > largest) ?? 1
export const topOf = ({ windows, settings }: ModelDrift) =>
  sizeTop(Math.max(settings.limits.act, ...windows.map(({ size }) => size ?? 0)))
/** What happened between the start of a window and that of the next, in words. */
export const meanwhile = ({ windows, events }: ModelDrift, at: number): string =>
  events
    .filter((event) => Math.floor(placeOf(windows, event.at) ?? -1) === at)
    .map(({ says }) => says)
    .join('; ')
