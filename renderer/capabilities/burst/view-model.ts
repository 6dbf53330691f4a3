import type {
  BudgetStand,
  BurstQueue,
  BurstQuote,
  BurstWorkload,
  ForecastQuality,
  QuotedWay,
  WorkloadRef,
} from '../../../preload/contract/burst'
import type { Operation } from '../../../preload/contract/operations'
import { hrefOf } from '../../client'
import { formatClock, formatShare, formatUsd, formatWhen } from '../../design'
import { words } from './words'

export const refKey = ({ site, kind, namespace, name }: WorkloadRef) =>
  [site, kind, namespace, name].join('/')
export const moveHref = ({ site, kind, namespace, name }: WorkloadRef) =>
  hrefOf(['burst', 'move', site, kind, namespace, name])
/** The workload that the address after Burst names (`move/SITE/KIND/NAMESPACE/NAME`); undefined where it names none. */
export function refOf(path: readonly string[]): WorkloadRef | undefined {
  const [, site, kind, namespace, name] = path
  const known = (['Job', 'TrainJob', 'PyTorchJob', 'Workflow', 'Pod'] as const).find(
    (one) => one === kind,
  )
  return site && known && namespace && name ? { site, kind: known, namespace, name } : undefined
}
/** `8 × A100 80G`. */
export const gpusSay = ({ gpus }: Pick<BurstWorkload, 'gpus'>) =>
  `${gpus.count} × ${gpus.kind === '' ? 'GPU' : modelOf(gpus.kind)}`
const modelOf = (kind: string) =>
  kind
    .replace(/^NVIDIA-/i, '')
    .replace(/-(SXM\d*|PCIE|PG\d+)(?=-|$)/gi, '')
    .replace(/-(\d+)GB$/, ' $1G')
    .replace(/^nvidia\.com\/mig-/, '')
    .replace(/-/g, ' ')

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
/** A sentence of the core with its instants as people read them. */
export const inClock = (says: string, now: number) =>
  says.replace(INSTANT, (at) => formatWhen(at, now))

/** What staying and going come to, in one cell each. */
export function staySays({ decision }: BurstWorkload): string {
  if (!decision) return ''
  return decision.stay.finishes ? words.done(formatClock(decision.stay.finishes.at)) : words.never
}
export function goSays({ decision }: BurstWorkload): string {
  if (!decision) return ''
  return decision.go?.finishes ? words.doneAt(decision.go.finishes.at, decision.go.usd) : words.noGo
}
export const matches = ({ ref, by, team, project }: BurstWorkload, typed: string) => {
  const text = `${ref.name} ${ref.namespace} ${by ?? ''} ${team} ${project}`.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
export const countWaiting = (queue: BurstQueue | undefined) =>
  queue?.workloads.filter(({ state }) => state === 'waiting').length

export interface Bar {
  from: number
  to: number
}
export interface Lane {
  way: 'stay' | 'go'
  says: string
  where: string
  wait: Bar | undefined
  waitSays: string
  ship: Bar | undefined
  boot: Bar | undefined
  run: Bar | undefined
  runSays: string
  band: Bar | undefined
  done: number | undefined
  doneSays: string
  bandSays: string
  notes: string[]
  not: string | undefined
}
export interface Timeline {
  now: number
  due: number | undefined
  from: number
  to: number
  ticks: number[]
  lanes: Lane[]
}
const ms = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text))
const HOUR_MS = 3_600_000

function laneOf(
  way: Lane['way'],
  quoted: QuotedWay | undefined,
  { now, quote }: { now: number; quote: BurstQuote },
): Lane {
  const says = way === 'stay' ? words.stay : words.go
  const none = {
    wait: undefined,
    waitSays: '',
    run: undefined,
    runSays: '',
    band: undefined,
    done: undefined,
    doneSays: '',
    bandSays: '',
    ...departure(way, undefined, now),
  }
  if (!quoted)
    return { way, says, where: '', ...none, not: quote.cannotMove[0]?.says ?? quote.decision.says }
  const where = `${quoted.site}, ${modelOf(quoted.where)}`
  const { startsAt, finishes } = quoted
  if (startsAt === undefined || !finishes)
    return { way, says, where, ...none, not: way === 'go' ? quoted.says : words.never }
  const [start, done, band] = [
    Date.parse(startsAt),
    Date.parse(finishes.at),
    { from: Date.parse(finishes.earliest), to: Date.parse(finishes.latest) },
  ]
  return {
    way,
    says,
    where,
    not: undefined,
    run: { from: start, to: done },
    runSays: words.trains(quoted.runSeconds, gpusSay(quote.workload)),
    ...departure(way, quoted, now),
    wait: way === 'stay' && start > now ? { from: now, to: start } : undefined,
    waitSays: words.waits((start - now) / 1000, quoted.behind),
    band,
    done,
    doneSays: formatWhen(done, now),
    bandSays: words.doneBand(shortTime(band.from, now), shortTime(band.to, now)),
  }
}
/** The clock alone within a day of now, where the day beside it is said already. */
const shortTime = (at: number, now: number) =>
  at - now < 24 * HOUR_MS ? formatClock(at) : formatWhen(at, now)
/** What happens before a job runs in the cloud: data is shipped while the node boots. */
function departure(
  way: Lane['way'],
  quoted: QuotedWay | undefined,
  now: number,
): Pick<Lane, 'ship' | 'boot' | 'notes'> {
  if (way === 'stay' || !quoted) return { ship: undefined, boot: undefined, notes: [] }
  const boot = quoted.bootSeconds ?? 0
  return {
    ship: quoted.shipSeconds > 0 ? { from: now, to: now + quoted.shipSeconds * 1000 } : undefined,
    boot: boot > 0 ? { from: now, to: now + boot * 1000 } : undefined,
    notes: [
      words.ships(quoted.shipsGb, quoted.shipSeconds),
      ...(boot > 0 ? [words.boots(boot)] : []),
    ],
  }
}
/** Two ways on one clock, from now to a little beyond whatever ends last. */
export function timelineOf(quote: BurstQuote): Timeline {
  const now = Date.parse(quote.quotedAt)
  const due = ms(quote.workload.dueAt)
  const lanes = [laneOf('stay', quote.stay, { now, quote }), laneOf('go', quote.go, { now, quote })]
  const last = Math.max(
    now + HOUR_MS,
    ...(due !== undefined && due - now < 14 * 24 * HOUR_MS ? [due] : []),
    ...lanes.flatMap(({ band, done }) => [band?.to ?? 0, done ?? 0]),
  )
  const span = last - now
  const to = last + span * 0.05
  return {
    now,
    due: due !== undefined && due > now - span * 0.02 && due < to ? due : undefined,
    from: now,
    to,
    ticks: clockTicks(now, to),
    lanes,
  }
}
const STEPS_MS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * 60_000,
)
/** At most seven round times between two instants. */
export function clockTicks(from: number, to: number): number[] {
  const step =
    STEPS_MS.find((one) => (to - from) / one <= 7) ??
    Math.ceil((to - from) / 7 / 86_400_000) * 86_400_000
  const offset = new Date(from).getTimezoneOffset() * 60_000
  const first = Math.ceil((from - offset + 1) / step) * step + offset
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  )
}
export const tickSays = (at: number, { from, to }: Pick<Timeline, 'from' | 'to'>) =>
  to - from > 30 * HOUR_MS ? formatWhen(at, 0).slice(4) : formatClock(at)
/** The rows of the timeline's twin table. */
export const timelineRows = (quote: BurstQuote) =>
  (
    [
      [words.stay, quote.stay],
      [words.go, quote.go],
    ] as const
  ).map(([says, way]) => [
    says,
    timeOr(way?.startsAt),
    timeOr(way?.finishes?.at),
    timeOr(way?.finishes?.earliest),
    timeOr(way?.finishes?.latest),
    way ? Math.round(way.usd * 100) / 100 : undefined,
  ])
const timeOr = (at: string | undefined) => (at === undefined ? undefined : formatClock(at))
export const inTimeSays = (way: QuotedWay | undefined) =>
  way?.inTimeShare === undefined ? words.notKnown : formatShare(way.inTimeShare)

/** One workload over both sites: when it left, when its copy began, when it is expected to end. */
export interface Track {
  from: number
  to: number
  left: number
  start: number | undefined
  end: number | undefined
  here: string
  there: string
  says: string
}
export function trackOf(
  { away, submittedAt, ref, ...workload }: BurstWorkload,
  now: number,
  { operation, to }: { operation: Operation | undefined; to: string | undefined },
): Track {
  const left = ms(away?.since) ?? ms(operation?.startedAt) ?? now
  const from = Math.max(Date.parse(submittedAt), now - 24 * HOUR_MS)
  const { start, end } = running(workload, operation)
  const last = Math.max(now, end ?? now)
  const says = [
    `${words.submitted} ${formatClock(submittedAt)}`,
    ...(start === undefined ? [] : [`${words.started} ${formatClock(start)}`]),
    ...(end === undefined ? [] : [`${words.ends} ${formatClock(end)}`]),
  ].join(', ')
  return {
    from,
    to: last + Math.max(600_000, (last - from) * 0.06),
    left,
    start,
    end,
    here: ref.site,
    there: away?.site ?? to ?? '',
    says,
  }
}

/** When a copy began and is expected to end: as told, else from the move that waited until it worked. */
function running(
  {
    startedAt,
    endsAt,
    estimate,
    state,
  }: Pick<BurstWorkload, 'startedAt' | 'endsAt' | 'estimate' | 'state'>,
  operation: Operation | undefined,
) {
  const start =
    ms(startedAt) ??
    (state === 'away' && operation?.state === 'done' ? ms(operation.endedAt) : undefined)
  return {
    start,
    end: ms(endsAt) ?? (start === undefined ? undefined : start + estimate.seconds * 1000),
  }
}

/** A cap in parts of its whole: spent, still to come, this, and what is left (below zero where over). */
export function budgetParts({ capUsd, spentUsd, committedUsd, thisUsd }: BudgetStand) {
  const used = spentUsd + committedUsd + thisUsd
  const whole = Math.max(capUsd, used, 0.01)
  return {
    spent: spentUsd / whole,
    committed: committedUsd / whole,
    adds: thisUsd / whole,
    cap: capUsd / whole,
    left: capUsd - used,
    over: used > capUsd + 0.005,
  }
}
export interface Dot {
  at: number
  error: number
  held: boolean
  says: string
}
/** Past forecasts from the oldest to the newest, errors kept within the picture. */
export const forecastDots = ({ records }: ForecastQuality): Dot[] =>
  [...records]
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(-60)
    .map(({ job, errorShare, held }, at) => ({
      at,
      error: Math.max(-0.6, Math.min(0.6, errorShare)),
      held,
      says: `${job}: ${formatShare(errorShare)}`,
    }))

/** What a new quote says differently from the one before. */
export function whatMoved(before: BurstQuote | undefined, after: BurstQuote): string[] {
  if (!before || refKey(before.ref) !== refKey(after.ref)) return []
  const end = (way: QuotedWay | undefined) =>
    way?.finishes ? formatClock(way.finishes.at) : words.never
  return [
    ...(end(before.stay) === end(after.stay)
      ? []
      : [`${words.stay}: ${words.differsUsd(end(before.stay), end(after.stay))}`]),
    ...(end(before.go) === end(after.go)
      ? []
      : [`${words.go}: ${words.differsUsd(end(before.go), end(after.go))}`]),
    ...(before.go && after.go && Math.abs(before.go.usd - after.go.usd) >= 0.005
      ? [words.differsUsd(formatUsd(before.go.usd), formatUsd(after.go.usd))]
      : []),
    ...(before.decision.kind === after.decision.kind
      ? []
      : [
          words.differsUsd(
            words.decision[before.decision.kind],
            words.decision[after.decision.kind],
          ),
        ]),
  ]
}
/** The newest operation that moved or returned a workload. */
export const operationOf = (operations: readonly Operation[], { namespace, name }: WorkloadRef) =>
  [...operations]
    .filter(
      ({ subject, kind }) =>
        subject.name === name && subject.namespace === namespace && /move|return|burst/.test(kind),
    )
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))[0]
/** What the main button does now, in words; undefined where this person can do nothing. */
export function actSays({ act, go }: BurstQuote): string | undefined {
  if (!go || act.verb === 'none') return undefined
  return { go: words.goButton, ask: words.askButton, approve: words.approveButton }[act.verb](
    go.usd,
  )
}
