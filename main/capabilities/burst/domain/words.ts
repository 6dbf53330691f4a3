import type {
  BindingConstraint,
  BurstChange,
  BurstDecision,
  BurstOption,
  BurstReason,
} from '../../../../preload/contract/burst'
import { timestamp } from '../../../kernel/clock'
import type { Desktop } from './decide'
import type { Slot } from './profile'
import type { QueuedJob } from './snapshot'
import { budgetLeft, refusal, type WayOut } from './way-out'

interface Found {
  slot: Slot
  out: WayOut | undefined
  latestStartS: number
  chosen: boolean
  makesRoom: boolean
}

/** Turns what the plan found for a job into a decision with both ways side by side. */
export function wordDecision(desk: Desktop, job: QueuedJob, found: Found): BurstDecision {
  const { nowS, pools } = desk.snapshot
  const out = found.out ?? undefined
  const pool = out ? pools[out.pool] : undefined
  const left = budgetLeft(desk, job)
  return {
    job: job.id,
    ...verdict(desk, job, found),
    stay: stayOption(desk, job, found.slot),
    ...(out && { go: goOption(job, out) }),
    ...(found.chosen && pool && { pool: pool.name }),
    ...(pool && { priceAgeSeconds: nowS - pool.priceAsOfS }),
    ...(found.latestStartS < Infinity && { holdUntil: at(found.latestStartS) }),
    ...(left !== undefined && { budgetLeftUsd: left }),
  }
}

type Verdict = {
  kind: BurstDecision['kind']
  reason: BurstReason
  says: string
  binding: BindingConstraint
}

function verdict(
  desk: Desktop,
  job: QueuedJob,
  { slot, out, latestStartS, chosen, makesRoom }: Found,
): Verdict {
  const { nowS } = desk.snapshot
  if (chosen && out) {
    const binding = bindingOf(job, latestStartS)
    return makesRoom
      ? {
          kind: 'go',
          reason: 'MakesRoom',
          binding: 'capacity',
          says: 'Leaves so that a job that is dearer to move can start in time.',
        }
      : {
          kind: 'go',
          reason: 'CannotStartInTime',
          binding,
          says: `The building has no room before ${at(latestStartS)}, the last moment at which waiting is worth it.`,
        }
  }
  if (slot.startS <= nowS)
    return {
      kind: 'start',
      reason: 'FitsNow',
      binding: 'capacity',
      says: 'There is room in the building now.',
    }
  const refused =
    slot.startS > latestStartS || slot.startS === Infinity ? refusal(desk, job) : undefined
  if (refused) return { kind: 'refuse', ...refused, says: `Cannot go: ${refused.says}.` }
  if (slot.startS === Infinity)
    return {
      kind: 'refuse',
      reason: 'NeverFits',
      binding: 'capacity',
      says: `The building has no room for ${job.gpus} GPUs of ${job.kind}, ever.`,
    }
  return {
    kind: 'hold',
    reason: 'StartsInTime',
    binding: bindingOf(job, latestStartS),
    says: `Starts in the building at ${at(slot.startS)}.`,
  }
}

const bindingOf = (job: QueuedJob, latestStartS: number): BindingConstraint =>
  job.deadlineS !== undefined && latestStartS >= job.deadlineS - 2 * job.runTime.p90
    ? 'deadline'
    : 'value-of-waiting'

/** Far beyond any plan; keeps a date printable. */
const LAST_S = 253_402_300_799
const at = (seconds: number) => timestamp(Math.min(seconds, LAST_S) * 1000)
const finishes = (startS: number, { runTime }: QueuedJob) => ({
  at: at(startS + runTime.p50),
  earliest: at(startS + runTime.p10),
  latest: at(startS + runTime.p90),
})

function stayOption({ snapshot }: Desktop, job: QueuedJob, slot: Slot): BurstOption {
  const usdPerGpuHour = snapshot.kinds.find((kind) => kind.name === job.kind)?.usdPerGpuHour ?? 0
  const usd = (usdPerGpuHour * job.gpus * job.runTime.p50) / 3600
  return {
    usd,
    shipsGb: 0,
    shipSeconds: 0,
    ...(slot.startS < Infinity && {
      startsAt: at(slot.startS),
      finishes: finishes(slot.startS, job),
    }),
  }
}

const goOption = (job: QueuedJob, out: WayOut): BurstOption => ({
  usd: out.usd,
  shipsGb: out.shipsGb,
  shipSeconds: out.shipS,
  startsAt: at(out.startS),
  finishes: finishes(out.startS, job),
})

/** What a new plan decides differently from the one before, and why: a change of mind is never silent. */
export function changes(
  before: readonly BurstDecision[],
  after: readonly BurstDecision[],
): BurstChange[] {
  const earlier = new Map(before.map((decision) => [decision.job, decision]))
  return after.flatMap((now) => {
    const was = earlier.get(now.job)
    if (!was || (was.kind === now.kind && was.pool === now.pool)) return []
    return [
      {
        job: now.job,
        from: was.kind,
        to: now.kind,
        says: `Was: ${was.says} Now: ${now.says}${moved(was, now)}`,
      },
    ]
  })
}

function moved(was: BurstDecision, now: BurstDecision): string {
  const facts = [
    ...(was.stay.startsAt !== now.stay.startsAt
      ? [
          `the building is free ${now.stay.startsAt ?? 'never'} instead of ${was.stay.startsAt ?? 'never'}`,
        ]
      : []),
    ...(was.go && now.go && Math.abs(was.go.usd - now.go.usd) >= 0.01
      ? [`going costs $${now.go.usd.toFixed(2)} instead of $${was.go.usd.toFixed(2)}`]
      : []),
    ...(was.holdUntil !== now.holdUntil
      ? [
          `it may wait until ${now.holdUntil ?? 'whenever'} instead of ${was.holdUntil ?? 'whenever'}`,
        ]
      : []),
  ]
  return facts.length > 0 ? ` Because ${facts.join('; ')}.` : ''
}
