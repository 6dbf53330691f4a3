import type { BurstQuote, QuotedWay } from '../../../preload/contract/burst'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { QueuedJob } from './domain/snapshot'
import { waitLimitS } from './domain/value'
import { standing } from './live/budgets'
import type { Journal } from './live/journal'
import type { Planner } from './live/planner'
import { priceAge, toWorkload } from './live/view'
import { expectedAway } from './move/away'
import { blocks, type Found } from './move/plan'
import { lossShareUsd } from './move/running'
import { cents, spanText, usdText } from './words'

const HOLDS_MS = 5 * 60_000
const HOUR_S = 3600
const at = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text) / 1000)

/** What may be done, by whom the policy says so; the pool that a person named, if any. */
export interface Acting {
  act: BurstQuote['act']
  pool?: string | undefined
}

/** Both ways of one workload with everything a person needs to choose. */
export function toQuote(
  found: Found,
  { planner, journal, act, pool }: { planner: Planner; journal: Journal } & Acting,
): BurstQuote {
  const { planned, known, decision, considered, moving, options } = found
  const { seen } = planned
  const usd = cents(options[0]?.usd ?? 0)
  const stay = stayOf(found)
  const go = awayOf(found, pool)
  const compared: Compared = {
    stay,
    go,
    saved: savedOf(stay, go),
    limit: limitOf(moving.job, gpuHourUsd(found)),
  }
  return {
    ref: {
      site: seen.site,
      kind: known.work.kind,
      namespace: known.work.namespace,
      name: known.work.name,
    },
    quotedAt: timestamp(seen.now),
    validUntil: timestamp(seen.now + HOLDS_MS),
    workload: toWorkload(known, {
      history: planner.history,
      now: seen.now,
      position: placeOf(found),
      decision,
      site: seen.site,
    }),
    decision,
    stay,
    ...given({ go, twoLines: considered?.twoLines }),
    others: options.slice(1).map(otherPool),
    cannotMove: blocks(found),
    ...worth(compared),
    takes: takesOf(found, go),
    reasons: reasonsOf(found, compared),
    budgets: standing(planned.lines, moving.job, usd),
    price: priceAge(seen.market, seen.policy, seen.now),
    forecasts: journal.quality(seen.now),
    ifItFails: ifItFails(found),
    loses: moving.loses,
    lossUsd: cents(lossShareUsd(moving, usd)),
    mode: seen.policy.mode,
    policy: planned.policyName,
    act,
  }
}
type Option = Found['options'][number]
const bestPool = ({ planned: { seen }, options: [best] }: Found) =>
  seen.market?.pools.find(({ name }) => name === best?.pool)
const gpuHourUsd = (found: Found) => {
  const pool = bestPool(found)
  return pool && pool.usdPerNodeHour / pool.gpusPerNode
}
const otherPool = ({
  pool,
  usd,
  startS,
  nodes,
}: Found['options'][number]): BurstQuote['others'][number] => ({
  pool,
  usd: cents(usd),
  startsAt: timestamp(startS * 1000),
  says:
    nodes === 0
      ? 'on machines that run anyway'
      : `${String(nodes)} new machine${nodes === 1 ? '' : 's'}`,
})
const savedOf = (stay: QuotedWay, go: QuotedWay | undefined): number | undefined =>
  go?.finishes && stay.finishes
    ? Math.round((at(stay.finishes.at) ?? 0) - (at(go.finishes.at) ?? 0))
    : undefined
const perHourOf = ({ go, saved }: Compared): number | undefined =>
  go && saved !== undefined && saved > 0 ? go.usd / (saved / HOUR_S) : undefined
function worth(
  compared: Compared,
): Pick<BurstQuote, 'savedSeconds' | 'usdPerSavedHour' | 'limitUsdPerHour'> {
  const perHour = perHourOf(compared)
  return given({
    savedSeconds: compared.saved,
    usdPerSavedHour: perHour === undefined ? undefined : cents(perHour),
    limitUsdPerHour: compared.limit,
  })
}
const placeOf = ({ planned, known }: Found) =>
  1 +
  planned.known.filter(
    ({ state, work }) => state === 'waiting' && work.createdAt < known.work.createdAt,
  ).length

function stayOf({ planned, known, decision, moving }: Found): QuotedWay {
  const { seen } = planned
  const { runTime } = known
  if (known.state === 'running') {
    const left = Math.max(60, moving.job.runTime.p50 - moving.lostSeconds)
    const instant = (seconds: number) => timestamp(seen.now + seconds * 1000)
    return {
      ...STAYS,
      site: seen.site,
      where: known.kind,
      startsAt: timestamp(known.work.startedAt ?? seen.now),
      finishes: { at: instant(left), earliest: instant(left * 0.8), latest: instant(left * 1.4) },
      usd: 0,
      runSeconds: left,
      says: 'It runs on.',
    }
  }
  const { stay } = decision
  const waits =
    stay.startsAt === undefined
      ? undefined
      : Math.max(0, (at(stay.startsAt) ?? 0) - seen.now / 1000)
  return {
    ...stay,
    site: seen.site,
    where: known.kind,
    ...given({
      waitSeconds: waits,
      behind:
        waits !== undefined && waits > 0
          ? behind(planned, known.kind, at(stay.startsAt) ?? 0)
          : undefined,
      inTimeShare: inTime(moving.job, at(stay.startsAt)),
    }),
    runSeconds: runTime.p50,
    usdLow: 0,
    usdHigh: 0,
    usd: cents(stay.usd),
    says:
      stay.startsAt === undefined
        ? 'The building has no room for it, ever.'
        : waits === 0
          ? 'There is room now.'
          : `Waits ${spanText(waits ?? 0)}.`,
  }
}
const STAYS = { shipsGb: 0, shipSeconds: 0, usdLow: 0, usdHigh: 0 }

/** The running workload whose end makes the room: the last one to end before the start. */
function behind(
  { known, seen }: Found['planned'],
  kind: string,
  startS: number,
): string | undefined {
  const ends = known
    .filter(
      (one) => one.state === 'running' && one.kind === kind && one.work.startedAt !== undefined,
    )
    .map((one) => ({
      name: one.work.name,
      endS: Math.max(seen.now, (one.work.startedAt ?? 0) + one.runTime.p50 * 1000) / 1000,
    }))
    .filter(({ endS }) => endS <= startS + 60)
  return ends.toSorted((a, b) => b.endS - a.endS)[0]?.name
}

/** Going as it would be now, whether it is advised or not; with a price and no times where no machine can be had. Undefined where the data may not leave. */
function awayOf(found: Found, named: string | undefined): QuotedWay | undefined {
  const {
    options: [best],
    moving: { job },
  } = found
  if (job.dataset?.mayLeave === false) return undefined
  return best ? goOf(found, best) : pricedOnly(found, named)
}
function goOf(found: Found, { startS, usd, nodes, shipsGb, shipS }: Option): QuotedWay {
  const {
    moving: { job },
    planned: { seen },
    to,
  } = found
  const pool = bestPool(found)
  const { runTime } = job
  // What is billed beside the running time (boot) does not stretch with it.
  const usdPerSecond = ((pool?.usdPerNodeHour ?? 0) * nodes) / HOUR_S
  return {
    ...expectedAway(found),
    usd: cents(usd),
    shipsGb,
    shipSeconds: Math.round(shipS),
    site: to ?? '',
    where: pool?.name ?? '',
    runSeconds: runTime.p50,
    waitSeconds: Math.max(0, startS - seen.now / 1000),
    usdLow: cents(Math.max(0, usd - usdPerSecond * (runTime.p50 - runTime.p10))),
    usdHigh: cents(usd + usdPerSecond * (runTime.p90 - runTime.p50)),
    ...given({
      bootSeconds: nodes > 0 ? pool?.bootSeconds : undefined,
      inTimeShare: inTime(job, startS),
    }),
    says: bootSaid(nodes, shipS),
  }
}
/** What it would cost on machines that cannot be had now: those that were named, else the cheapest of its kind. */
function pricedOnly(
  { planned: { seen, snapshot }, moving: { job }, to }: Found,
  named: string | undefined,
): QuotedWay | undefined {
  const served = new Set(
    snapshot.pools.filter(({ kind }) => kind === job.kind).map(({ name }) => name),
  )
  const fitting = (seen.market?.pools ?? []).filter(({ name }) =>
    named === undefined ? served.has(name) : name === named,
  )
  const [pool] = fitting.toSorted(
    (a, b) => a.usdPerNodeHour / a.gpusPerNode - b.usdPerNodeHour / b.gpusPerNode,
  )
  if (!pool || to === undefined) return undefined
  const usd = (seconds: number) =>
    cents(
      (pool.usdPerNodeHour *
        Math.ceil(job.gpus / pool.gpusPerNode) *
        (seconds + pool.bootSeconds)) /
        HOUR_S,
    )
  const why =
    pool.nodesLeft > 0
      ? `${pool.name} does not suit it.`
      : `${pool.name} has no machines now. ${pool.limitSays}`
  return {
    site: to,
    where: pool.name,
    usd: usd(job.runTime.p50),
    usdLow: usd(job.runTime.p10),
    usdHigh: usd(job.runTime.p90),
    runSeconds: job.runTime.p50,
    shipsGb: job.dataset?.gb ?? 0,
    shipSeconds: 0,
    bootSeconds: pool.bootSeconds,
    says: why.trim(),
  }
}

const bootSaid = (nodes: number, shipS: number): string =>
  nodes === 0
    ? 'There is room on machines that run anyway.'
    : `${nodes === 1 ? 'A machine boots' : `${String(nodes)} machines boot`}${shipS > 0 ? ' while the data is shipped' : ''}.`

/** Chance of being done when due, from a running time whose logarithm is taken for normal between the ends of its band. */
function inTime({ deadlineS, runTime }: QueuedJob, startS: number | undefined): number | undefined {
  if (deadlineS === undefined) return undefined
  if (startS === undefined || deadlineS <= startS) return 0
  const sigma = Math.log(Math.max(runTime.p90, 1) / Math.max(runTime.p10, 1)) / (2 * Z_90)
  if (sigma < 1e-6) return deadlineS - startS >= runTime.p50 ? 1 : 0
  return (
    Math.round(normal(Math.log((deadlineS - startS) / Math.max(1, runTime.p50)) / sigma) * 100) /
    100
  )
}
const Z_90 = 1.2816
/** The standard normal distribution, by a logistic curve that is off by less than 0.01. */
const normal = (z: number) => 1 / (1 + Math.exp(-(1.5976 * z + 0.070566 * z ** 3)))

/** What the policy pays for an hour of this job's waiting: the price of going over the longest it may wait. */
function limitOf(job: QueuedJob, gpuHourUsd: number | undefined): number | undefined {
  if (gpuHourUsd === undefined || job.usdPerWaitHour === undefined || job.usdPerWaitHour <= 0)
    return undefined
  const gpuHours = (job.gpus * job.runTime.p50) / HOUR_S
  const hours = waitLimitS({ gpuHours, gpuHourUsd, usdPerWaitHour: job.usdPerWaitHour }) / HOUR_S
  return cents((gpuHours * gpuHourUsd) / hours)
}

function takesOf(
  { planned, options, considered, known, decision }: Found,
  go: QuotedWay | undefined,
): BurstQuote['takes'] {
  const { seen } = planned
  const [best] = options
  const pool = seen.market?.pools.find(({ name }) => name === best?.pool)
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const { shipment } = considered ?? {}
  const none = '–'
  return [
    {
      what: 'Machine time',
      stay: `${spanText(known.runTime.p50)}, owned`,
      go:
        go && pool
          ? `${spanText(go.runSeconds + (go.bootSeconds ?? 0))} × ${usdText(pool.usdPerNodeHour)}${best && best.nodes > 1 ? ` × ${String(best.nodes)}` : ''}`
          : none,
    },
    { what: 'Cloud money', stay: usdText(0), go: go ? usdText(go.usd) : none },
    { what: 'Own hardware', stay: usdText(decision.stay.usd), go: usdText(0) },
    {
      what: 'Data to ship',
      stay: 'none',
      go: shipment ? `${gb(shipment.missingBytes)} of ${gb(shipment.bytes)}` : 'none named',
    },
    {
      what:
        seen.link.measuredAt === undefined
          ? 'Line, assumed'
          : `Line, measured ${timestamp(seen.link.measuredAt).slice(11, 16)}`,
      stay: '',
      go: `${(planned.snapshot.link.gbPerSecond * 8).toFixed(1)} Gbit/s`,
    },
    {
      what: 'Binding limit',
      stay: `${String(known.work.gpus.count)} × ${known.kind} free together`,
      go: pool ? pool.limitSays : decision.says,
    },
  ]
}

interface Compared {
  stay: QuotedWay
  go: QuotedWay | undefined
  saved: number | undefined
  limit: number | undefined
}
function reasonsOf(
  { planned, decision, moving, options: [best] }: Found,
  compared: Compared,
): BurstQuote['reasons'] {
  const { stay } = compared
  const { dataset } = moving.job
  const short = best
    ? standing(planned.lines, moving.job, best.usd).filter(({ leftUsd }) => leftUsd < 0)
    : []
  const goes = decision.kind === 'go'
  return [
    {
      good: goes,
      title: goes ? 'Takt advises to go' : 'Takt advises to stay',
      says: decision.says,
    },
    ...worthSaid(compared),
    ...(stay.inTimeShare !== undefined && stay.inTimeShare < 0.5
      ? [
          {
            good: true,
            title: 'Staying would miss the due time',
            says: `${stay.says}${stay.behind === undefined ? '' : ` Behind ${stay.behind}.`}`,
          },
        ]
      : []),
    ...(dataset
      ? [
          dataset.mayLeave
            ? {
                good: true,
                title: 'The data may leave',
                says: `${dataset.name} may be used there.`,
              }
            : {
                good: false,
                title: 'The data may not leave',
                says: `${dataset.name} may not leave the building.`,
              },
        ]
      : []),
    ...short.map(({ title, scope, hard }) => ({
      good: false,
      title: hard ? 'The budget does not allow it' : 'It goes over a soft cap',
      says: `${title || scope} would be overdrawn.`,
    })),
  ]
}
function worthSaid(compared: Compared): BurstQuote['reasons'] {
  const [perHour, { limit }] = [perHourOf(compared), compared]
  if (perHour === undefined || limit === undefined) return []
  const good = perHour <= limit
  return [
    {
      good,
      title: good ? 'It is worth it' : 'It is not worth it',
      says: `${usdText(perHour)} per hour saved is ${good ? 'under' : 'over'} the ${usdText(limit)} that the policy pays for it.`,
    },
  ]
}

function ifItFails({ options, planned, known }: Found): string[] {
  const pool = planned.seen.market?.pools.find(({ name }) => name === options[0]?.pool)
  if (!pool) return ['It cannot go now.']
  return [
    `No ${pool.instanceType} to be had: ${
      options.length > 1
        ? `${options
            .slice(1)
            .map(({ pool: name }) => name)
            .join(', ')} is asked, then `
        : ''
    }it returns to its place in ${planned.seen.site}.`,
    pool.spot
      ? 'Interrupted: it starts again from its checkpoint on another machine.'
      : 'Interrupted: rented by the hour, so only by a fault of the machine.',
    `Quote older than ${spanText(HOLDS_MS / 1000)}: Takt asks again.`,
    ...(known.state === 'running'
      ? ['It does not start there: the original goes on from its checkpoint.']
      : []),
  ]
}
