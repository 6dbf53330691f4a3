import type {
  ReplayFigures,
  ReplayPlayed,
  ReplayPolicyName,
  ReplayQuestion,
  ReplayRun,
  ReplaySource,
} from '../../../preload/contract/replay'
import { formatUsdAxis } from '../../design'
import { words } from './words'

/** How a policy is drawn: colour, dash and marker all differ, so that no one of them carries it alone. */
export interface Look {
  color: string
  dash?: string
  marker: 'circle' | 'triangle' | 'square' | 'diamond' | 'cross' | 'plus'
}
const PLAIN: Look = { color: 'var(--ink2)', marker: 'plus' }
const LOOKS: Partial<Record<ReplayPolicyName, Look>> = {
  takt: { color: 'var(--s1)', marker: 'circle' },
  starburst: { color: 'var(--s2)', marker: 'triangle' },
  constant: { color: 'var(--s6)', dash: '5 3', marker: 'square' },
  skypilot: { color: 'var(--s3)', dash: '2 3', marker: 'diamond' },
  'star-wait': { color: 'var(--s4)', dash: '8 3 2 3', marker: 'diamond' },
  'last-safe': { color: 'var(--s5)', dash: '1 3', marker: 'cross' },
  'no-wait': { color: 'var(--ink)', marker: 'plus' },
}
export const lookOf = (policy: ReplayPolicyName): Look => LOOKS[policy] ?? PLAIN
/** The policies a person may compare, in the order of the list. */
export const COMPARABLE: readonly ReplayPolicyName[] = [
  'takt',
  'starburst',
  'constant',
  'last-safe',
  'skypilot',
  'no-wait',
  'star-wait',
  'fifo',
  'backfill',
  'uniform-progress',
]
const ALWAYS: readonly ReplayPolicyName[] = ['bound-slack']
export const withBounds = (policies: readonly ReplayPolicyName[]): ReplayPolicyName[] => [
  ...policies,
  ...ALWAYS,
]

/** What an hour of waiting is worth until somebody says otherwise, in USD. */
export const USUAL_KNOB = 40
/** A what-if to begin with, as the source is. */
export const questionFor = (source: ReplaySource): ReplayQuestion => ({
  source: source.id,
  nodes: source.nodes,
  gpusPerNode: source.gpusPerNode,
  policies: ['takt', 'starburst', 'constant', 'last-safe', 'skypilot', 'no-wait', 'fifo'],
  usdPerWaitHour: USUAL_KNOB,
  deadlines: 'weigh',
  usdPerNodeHour: 21.957642,
  linkGbps: 1,
  gbPerJob: 0,
  spotShare: 0,
  estimateSigma: 0.25,
  seed: 7,
})

export interface Point {
  wait: number
  usd: number
  figures: ReplayFigures
  knob: number | undefined
}
export interface Curve {
  policy: ReplayPolicyName
  points: Point[]
  end: { wait: number; usd: number }
  beyond: boolean
}
const knobOf = ({ params }: ReplayFigures): number | undefined =>
  typeof params['usdPerWaitHour'] === 'number' ? params['usdPerWaitHour'] : undefined
const toPoint = (figures: ReplayFigures): Point[] =>
  figures.meanWaitHours === undefined
    ? []
    : [{ wait: figures.meanWaitHours, usd: figures.cloudUsd, figures, knob: knobOf(figures) }]
const pointsOf = (played: readonly ReplayPlayed[], policy: ReplayPolicyName) =>
  played
    .filter(({ figures }) => figures.policy === policy)
    .flatMap(({ figures }) => toPoint(figures))
    .sort((a, b) => a.wait - b.wait)

/** What a curve costs at a wait, by straight lines between its marks; undefined outside them. */
export function costAt(
  points: readonly { wait: number; usd: number }[],
  wait: number,
): number | undefined {
  for (let index = 0; index + 1 < points.length; index++) {
    const [low, high] = [points[index], points[index + 1]]
    if (!low || !high || low.wait > wait || high.wait < wait) continue
    return high.wait === low.wait
      ? low.usd
      : low.usd + ((wait - low.wait) / (high.wait - low.wait)) * (high.usd - low.usd)
  }
  return undefined
}
/** The next round number of 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 2.5, 5].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power
}
/** At most six ticks from zero to beyond a value. */
export function ticksTo(value: number): number[] {
  const step = roundUp(value / 5)
  const count = Math.ceil(value / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

export interface Frontier {
  curves: Curve[]
  singles: Point[]
  xTicks: number[]
  yTicks: number[]
  xMax: number
  yMax: number
  bound: number | undefined
  alone: Point | undefined
  labels: { policy: ReplayPolicyName; wait: number; usd: number; says: string }[]
}
/** The picture of a frontier: curves cut where the picture ends, single policies as marks, the ground nobody reaches. */
export function frontierOf(run: ReplayRun, chosen: Point | undefined): Frontier {
  const names = [...new Set(run.played.map(({ figures }) => figures.policy))].filter(
    (policy) => !policy.startsWith('bound-'),
  )
  const all = names.map((policy) => ({ policy, points: pointsOf(run.played, policy) }))
  const reach = Math.max(0.5 * run.source.meanRuntimeHours, (chosen?.wait ?? 0) * 1.4, 0.05)
  const xTicks = ticksTo(reach)
  const xMax = xTicks.at(-1) ?? 1
  const curves = all
    .filter(({ points }) => points.length > 1)
    .map((curve) => cut(curve, xMax))
    .filter(({ points }) => points.length > 0)
  const lone = all.filter(({ points }) => points.length === 1).flatMap(({ points }) => points)
  const singles = lone.filter(({ wait }) => wait <= xMax)
  const bound = run.played.find(({ figures }) => figures.policy === 'bound-slack')?.figures.cloudUsd
  const yTicks = ticksTo(
    Math.max(
      ...[...curves.flatMap(({ points }) => points), ...singles].map(({ usd }) => usd),
      bound ?? 0,
      100,
    ) * 1.04,
  )
  const yMax = yTicks.at(-1) ?? 1
  return {
    curves,
    singles,
    xTicks,
    yTicks,
    xMax,
    yMax,
    bound,
    alone: lone.find(({ wait, usd }) => wait > xMax && usd === 0),
    labels: labelsOf(curves, yMax),
  }
}
function cut(
  { policy, points }: { policy: ReplayPolicyName; points: Point[] },
  xMax: number,
): Curve {
  const inside = points.filter(({ wait }) => wait <= xMax)
  const edge = inside.length < points.length ? costAt(points, xMax) : undefined
  const last = inside.at(-1)
  return {
    policy,
    points: inside,
    end:
      edge === undefined
        ? { wait: last?.wait ?? 0, usd: last?.usd ?? 0 }
        : { wait: xMax, usd: edge },
    beyond: edge !== undefined,
  }
}
/** Curves that go on are named at the right edge, apart from each other; those that end, where they end. */
function labelsOf(curves: readonly Curve[], yMax: number): Frontier['labels'] {
  const named = curves.map(({ policy, end, beyond }) => ({
    policy,
    ...end,
    beyond,
    says: words.policy[policy],
  }))
  return [
    ...spread(
      named.filter(({ beyond }) => beyond),
      yMax * 0.052,
    ),
    ...named.filter(({ beyond }) => !beyond),
  ]
}
/** Moves labels apart so that none covers another, keeping their order. */
export function spread<L extends { usd: number }>(labels: readonly L[], gap: number): L[] {
  const sorted = [...labels].sort((a, b) => a.usd - b.usd)
  let floor = -Infinity
  return sorted.map((label) => {
    const usd = Math.max(label.usd, floor)
    floor = usd + gap
    return { ...label, usd }
  })
}

/** Takt's own row at the chosen knob. */
export const chosenOf = (run: ReplayRun | undefined): Point | undefined =>
  run &&
  toPoint(
    run.played.find(({ figures }) => figures.policy === 'takt')?.figures ??
      ({ meanWaitHours: undefined } as never),
  )[0]
/** How much less than another policy at equal wait: 0.14 is 14 % under. */
export function savedAgainst(
  frontier: ReplayRun,
  policy: ReplayPolicyName,
  chosen: Point,
): number | undefined {
  const other = costAt(pointsOf(frontier.played, policy), chosen.wait)
  return other === undefined || other === 0 ? undefined : 1 - chosen.usd / other
}
/** The rows of the twin table and of the read-out: every mark, policy by policy. */
export const frontierRows = ({ curves, singles }: Frontier): (string | number | undefined)[][] =>
  [...curves.flatMap(({ points }) => points), ...singles].map(({ figures, knob, wait, usd }) => [
    words.policy[figures.policy],
    knob === undefined ? paramsSay(figures) : words.knobOf(knob),
    round(wait),
    figures.p95WaitHours === undefined ? undefined : round(figures.p95WaitHours),
    Math.round(usd),
    figures.deadlineMissShare === undefined
      ? undefined
      : `${round(figures.deadlineMissShare * 100)} %`,
  ])
const paramsSay = ({ params }: ReplayFigures) =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ') || 'none'
const round = (value: number) => Math.round(value * 100) / 100
/** The mark a read-out stands at. */
export const markAt = (
  { curves, singles }: Frontier,
  reading: number | undefined,
): Point | undefined =>
  reading === undefined
    ? undefined
    : [...curves.flatMap(({ points }) => points), ...singles][reading]

export interface UsagePoint {
  at: number
  onPrem: number
  cloud: number
  asked: number
  waiting: number
}
/** What ran where as points of time in ms; a trace without a date counts from its own zero. */
export function usageOf(
  run: ReplayRun | undefined,
): { points: UsagePoint[]; dated: boolean; stepSeconds: number } | undefined {
  const usage =
    run?.played.find(({ figures }) => figures.policy === 'takt')?.usage ??
    run?.played.find((played) => played.usage)?.usage
  if (!usage) return undefined
  const begin = usage.from === undefined ? 0 : Date.parse(usage.from)
  const points = usage.onPrem.map((onPrem, index) => ({
    at: begin + index * usage.stepSeconds * 1000,
    onPrem,
    cloud: usage.cloud[index] ?? 0,
    asked: usage.asked[index] ?? 0,
    waiting: usage.waiting[index] ?? 0,
  }))
  return { points, dated: usage.from !== undefined, stepSeconds: usage.stepSeconds }
}

export interface TeamRow {
  team: string
  was: number | undefined
  wait: number
  cloudUsd: number
  jobs: number
}
/** Who waits: before (a kept run, or what really happened) and in this what-if. */
export function teamRows(
  run: ReplayRun,
  before: ReplayRun | undefined,
  source: ReplaySource | undefined,
): TeamRow[] {
  const own = run.played.find(({ figures }) => figures.policy === 'takt') ?? run.played[0]
  const then = before?.played.find(({ figures }) => figures.policy === 'takt') ?? before?.played[0]
  const was = (team: string) =>
    then
      ? then.teams.find((one) => one.team === team)?.meanWaitHours
      : source?.waited?.teams.find((one) => one.team === team)?.meanWaitHours
  return (own?.teams ?? []).map(({ team, meanWaitHours, cloudUsd, jobs }) => ({
    team: team === '' ? words.everybody : team,
    was: was(team),
    wait: meanWaitHours,
    cloudUsd,
    jobs,
  }))
}

/** The what-if in sentences; each is a fact of the run. */
export function sentences({
  run,
  before,
  source,
}: {
  run: ReplayRun
  before: ReplayRun | undefined
  source: ReplaySource | undefined
}): string[] {
  const chosen = chosenOf(run)
  if (!chosen) return []
  const { question } = run
  const then = chosenOf(before)
  const longest = teamRows(run, undefined, undefined)
    .filter(({ team }) => team !== words.everybody)
    .sort((a, b) => b.wait - a.wait)[0]
  const late = chosen.figures.deadlineMissShare
  return [
    words.wouldCost(question.usdPerWaitHour, run.source.days, chosen),
    ...(source?.waited ? [words.reallyWaited(source.waited.meanHours)] : []),
    ...(before && then
      ? [words.against(titleOf(before), chosen.usd - then.usd, chosen.wait - then.wait)]
      : []),
    ...(longest ? [words.worst(longest.team, longest.wait)] : []),
    ...(late === undefined ? [] : [late === 0 ? words.noneLate : words.missed(late)]),
    ...(question.budgetUsd !== undefined && chosen.usd > question.budgetUsd * 0.98
      ? [words.capBinds(question.budgetUsd)]
      : []),
  ]
}
export const titleOf = ({ number, title }: Pick<ReplayRun, 'number' | 'title'>) =>
  number > 0 ? `${words.run(number)}, ${title}` : title
export const usdTick = (usd: number) => formatUsdAxis(usd)
/** A position of the knob slider (0 to 100) as dollars and back: fine steps where knobs are small. */
export const knobFrom = (position: number) => {
  const usd = 1000 * (position / 100) ** 3
  return usd < 10 ? Math.round(usd * 10) / 10 : Math.round(usd)
}
export const knobTo = (usd: number) => 100 * Math.cbrt(Math.min(1000, usd) / 1000)
/** A slider of 0 to 100 over powers of ten, to two digits. */
export const alongPowers = (least: number, most: number) => ({
  from: (position: number) => Number((least * (most / least) ** (position / 100)).toPrecision(2)),
  to: (value: number) => (100 * Math.log(Math.max(least, value) / least)) / Math.log(most / least),
})
/** A slider of 0 to 100 with fine steps near zero, to two digits. */
export const alongCube = (most: number) => ({
  from: (position: number) => Number((most * (position / 100) ** 3).toPrecision(2)),
  to: (value: number) => 100 * Math.cbrt(Math.min(most, value) / most),
})
