import type { BurstDecision, BurstQuote, QuotedWay } from '../../../preload/contract/burst'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { QueuedJob } from './domain/snapshot'
import { waitLimitS } from './domain/value'
import { standing } from './live/budgets'
import type { Journal } from './live/journal'
import type { Planner } from './live/planner'
import { priceAge, toWorkload } from './live/view'
import { blocks, type Found } from './move/plan'
import { lossShareUsd } from './move/running'
import { cents, spanText, usdText } from './words'

const HOLDS_MS = 5 * 60_000
const HOUR_S = 3600
const at = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text) / 1000)

/** What may be done, by whom the policy says so. */
export interface Acting { act: BurstQuote['act'] }

/** Both ways of one workload with everything a person needs to choose. */
export function toQuote(found: Found, { planner, journal, act }: { planner: Planner; journal: Journal } & Acting): BurstQuote {
  const { planned, known, decision, considered, moving, options } = found
  const { seen } = planned
  const [best] = options
  const pool = seen.market?.pools.find(({ name }) => name === best?.pool)
  const stay = stayOf(found)
  const go = best && decision.go ? goOf(found, decision.go) : undefined
  const saved = go?.finishes && stay.finishes ? (at(stay.finishes.at) ?? 0) - (at(go.finishes.at) ?? 0) : undefined
  const limit = limitOf(moving.job, options.length > 0 && pool ? pool.usdPerNodeHour / pool.gpusPerNode : undefined)
  return {
    ref: { site: seen.site, kind: known.work.kind, namespace: known.work.namespace, name: known.work.name }, quotedAt: timestamp(seen.now), validUntil: timestamp(seen.now + HOLDS_MS),
    workload: toWorkload(known, { history: planner.history, now: seen.now, position: placeOf(found), decision, site: seen.site }), decision, stay, ...(go && { go }),
    others: options.slice(1).map(({ pool: name, usd, startS, nodes }) => ({ pool: name, usd: cents(usd), startsAt: timestamp(startS * 1000), says: nodes === 0 ? 'on machines that run anyway' : `${String(nodes)} new machine${nodes === 1 ? '' : 's'}` })),
    ...given({ twoLines: considered?.twoLines }), cannotMove: blocks(found),
    ...(saved !== undefined && { savedSeconds: Math.round(saved) }), ...(go && saved !== undefined && saved > 0 && { usdPerSavedHour: cents(go.usd / (saved / HOUR_S)) }), ...given({ limitUsdPerHour: limit }),
    takes: takesOf(found, go), reasons: reasonsOf(found, { stay, go, saved, limit }), budgets: standing(planned.lines, moving.job, best ? cents(best.usd) : 0), price: priceAge(seen.market, seen.policy, seen.now),
    forecasts: journal.quality(seen.now), ifItFails: ifItFails(found), loses: moving.loses, lossUsd: cents(lossShareUsd(moving, best?.usd ?? 0)), mode: seen.policy.mode, policy: planned.policyName, act,
  }
}
const placeOf = ({ planned, known }: Found) => 1 + planned.known.filter(({ state, work }) => state === 'waiting' && work.createdAt < known.work.createdAt).length

function stayOf({ planned, known, decision, moving }: Found): QuotedWay {
  const { seen } = planned
  const { runTime } = known
  if (known.state === 'running') {
    const left = Math.max(60, moving.job.runTime.p50 - moving.lostSeconds)
    const instant = (seconds: number) => timestamp(seen.now + seconds * 1000)
    return { ...STAYS, site: seen.site, where: known.kind, startsAt: timestamp(known.work.startedAt ?? seen.now), finishes: { at: instant(left), earliest: instant(left * 0.8), latest: instant(left * 1.4) }, usd: 0, runSeconds: left, says: 'It runs on.' }
  }
  const { stay } = decision
  const waits = stay.startsAt === undefined ? undefined : Math.max(0, (at(stay.startsAt) ?? 0) - seen.now / 1000)
  return {
    ...stay, site: seen.site, where: known.kind, ...given({ waitSeconds: waits, behind: waits !== undefined && waits > 0 ? behind(planned, known.kind, at(stay.startsAt) ?? 0) : undefined, inTimeShare: inTime(moving.job, at(stay.startsAt)) }),
    runSeconds: runTime.p50, usdLow: 0, usdHigh: 0, usd: cents(stay.usd), says: stay.startsAt === undefined ? 'The building has no room for it, ever.' : waits === 0 ? 'There is room now.' : `Waits ${spanText(waits ?? 0)}.`,
  }
}
const STAYS = { shipsGb: 0, shipSeconds: 0, usdLow: 0, usdHigh: 0 }

/** The running workload whose end makes the room: the last one to end before the start. */
function behind({ known, seen }: Found['planned'], kind: string, startS: number): string | undefined {
  const ends = known.filter((one) => one.state === 'running' && one.kind === kind && one.work.startedAt !== undefined)
    .map((one) => ({ name: one.work.name, endS: Math.max(seen.now, (one.work.startedAt ?? 0) + one.runTime.p50 * 1000) / 1000 })).filter(({ endS }) => endS <= startS + 60)
  return ends.toSorted((a, b) => b.endS - a.endS)[0]?.name
}

function goOf({ planned, options, moving, to }: Found, go: NonNullable<BurstDecision['go']>): QuotedWay {
  const [best] = options
  const { runTime } = moving.job
  const { seen } = planned
  const pool = seen.market?.pools.find(({ name }) => name === best?.pool)
  const startS = best?.startS ?? at(go.startsAt) ?? 0
  const usd = best?.usd ?? go.usd
  // What is billed beside the running time (boot, shipping) does not stretch with it.
  const rate = runTime.p50 > 0 ? ((pool?.usdPerNodeHour ?? 0) * Math.max(best?.nodes ?? 0, 0)) / HOUR_S : 0
  const finish = (seconds: number) => timestamp((startS + seconds) * 1000)
  return {
    ...go, usd: cents(usd), startsAt: timestamp(startS * 1000), finishes: { at: finish(runTime.p50), earliest: finish(runTime.p10), latest: finish(runTime.p90) }, site: to ?? '', where: best?.pool ?? '', runSeconds: runTime.p50,
    waitSeconds: Math.max(0, startS - seen.now / 1000), usdLow: cents(Math.max(0, usd - rate * (runTime.p50 - runTime.p10))), usdHigh: cents(usd + rate * (runTime.p90 - runTime.p50)),
    ...given({ bootSeconds: best && best.nodes > 0 ? pool?.bootSeconds : undefined, inTimeShare: inTime(moving.job, startS) }),
    says: best?.nodes === 0 ? 'There is room on machines that run anyway.' : `${String(best?.nodes ?? 0)} machine${best?.nodes === 1 ? '' : 's'} boot${best?.nodes === 1 ? 's' : ''} while the data is shipped.`,
  }
}

/** Chance of being done when due, from a running time whose logarithm is taken for normal between the ends of its band. */
function inTime({ deadlineS, runTime }: QueuedJob, startS: number | undefined): number | undefined {
  if (deadlineS === undefined) return undefined
  if (startS === undefined || deadlineS <= startS) return 0
  const sigma = Math.log(Math.max(runTime.p90, 1) / Math.max(runTime.p10, 1)) / (2 * Z_90)
  if (sigma < 1e-6) return deadlineS - startS >= runTime.p50 ? 1 : 0
  return Math.round(normal(Math.log((deadlineS - startS) / Math.max(1, runTime.p50)) / sigma) * 100) / 100
}
const Z_90 = 1.2816
/** The standard normal distribution, by a logistic curve that is off by less than 0.01. */
const normal = (z: number) => 1 / (1 + Math.exp(-(1.5976 * z + 0.070566 * z ** 3)))

/** What the policy pays for an hour of this job's waiting: the price of going over the longest it may wait. */
function limitOf(job: QueuedJob, gpuHourUsd: number | undefined): number | undefined {
  if (gpuHourUsd === undefined || job.usdPerWaitHour === undefined || job.usdPerWaitHour <= 0) return undefined
  const gpuHours = (job.gpus * job.runTime.p50) / HOUR_S
  const hours = waitLimitS({ gpuHours, gpuHourUsd, usdPerWaitHour: job.usdPerWaitHour }) / HOUR_S
  return cents((gpuHours * gpuHourUsd) / hours)
}

function takesOf({ planned, options, considered, known, decision }: Found, go: QuotedWay | undefined): BurstQuote['takes'] {
  const { seen } = planned
  const [best] = options
  const pool = seen.market?.pools.find(({ name }) => name === best?.pool)
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const { shipment } = considered ?? {}
  const none = '–'
  return [
    { what: 'Machine time', stay: `${spanText(known.runTime.p50)}, owned`, go: go && pool ? `${spanText(go.runSeconds + (go.bootSeconds ?? 0))} × ${usdText(pool.usdPerNodeHour)}${best && best.nodes > 1 ? ` × ${String(best.nodes)}` : ''}` : none },
    { what: 'Cloud money', stay: usdText(0), go: go ? usdText(go.usd) : none },
    { what: 'Own hardware', stay: usdText(decision.stay.usd), go: usdText(0) },
    { what: 'Data to ship', stay: 'none', go: shipment ? `${gb(shipment.missingBytes)} of ${gb(shipment.bytes)}` : 'none named' },
    { what: seen.link.measuredAt === undefined ? 'Line, assumed' : `Line, measured ${timestamp(seen.link.measuredAt).slice(11, 16)}`, stay: '', go: `${((planned.snapshot.link.gbPerSecond) * 8).toFixed(1)} Gbit/s` },
    { what: 'Binding limit', stay: `${String(known.work.gpus.count)} × ${known.kind} free together`, go: pool ? pool.limitSays : decision.says },
  ]
}

interface Compared { stay: QuotedWay; go: QuotedWay | undefined; saved: number | undefined; limit: number | undefined }
function reasonsOf({ planned, decision, moving, options }: Found, { stay, go, saved, limit }: Compared): BurstQuote['reasons'] {
  const { dataset } = moving.job
  const perHour = go && saved !== undefined && saved > 0 ? go.usd / (saved / HOUR_S) : undefined
  const short = options[0] ? standing(planned.lines, moving.job, options[0].usd).filter(({ leftUsd }) => leftUsd < 0) : []
  return [
    { good: decision.kind === 'go', title: decision.kind === 'go' ? 'Takt advises to go' : 'Takt advises to stay', says: decision.says },
    ...(perHour !== undefined && limit !== undefined ? [{ good: perHour <= limit, title: perHour <= limit ? 'It is worth it' : 'It is not worth it', says: `${usdText(perHour)} per hour saved is ${perHour <= limit ? 'under' : 'over'} the ${usdText(limit)} that the policy pays for it.` }] : []),
    ...(stay.inTimeShare !== undefined && stay.inTimeShare < 0.5 ? [{ good: true, title: 'Staying would miss the due time', says: `${stay.says}${stay.behind === undefined ? '' : ` Behind ${stay.behind}.`}` }] : []),
    ...(dataset ? [{ good: dataset.mayLeave, title: dataset.mayLeave ? 'The data may leave' : 'The data may not leave', says: dataset.mayLeave ? `${dataset.name} may be used there.` : `${dataset.name} may not leave the building.` }] : []),
    ...short.map(({ title, scope, hard }) => ({ good: false, title: hard ? 'The budget does not allow it' : 'It goes over a soft cap', says: `${title || scope} would be overdrawn.` })),
  ]
}

function ifItFails({ options, planned, known }: Found): string[] {
  const pool = planned.seen.market?.pools.find(({ name }) => name === options[0]?.pool)
  if (!pool) return ['It cannot go now.']
  return [
    `No ${pool.instanceType} to be had: ${options.length > 1 ? `${options.slice(1).map(({ pool: name }) => name).join(', ')} is asked, then ` : ''}it returns to its place in ${planned.seen.site}.`,
    pool.spot ? 'Interrupted: it starts again from its checkpoint on another machine.' : 'Interrupted: rented by the hour, so only by a fault of the machine.',
    `Quote older than ${spanText(HOLDS_MS / 1000)}: Takt asks again.`, ...(known.state === 'running' ? ['It does not start there: the original goes on from its checkpoint.'] : []),
  ]
}
