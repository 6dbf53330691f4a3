import type { Approval, BurstDecision, WorkloadRef } from '../../../preload/contract/burst'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { writeYaml } from '../../platform/yaml'
import { linesOf } from './adapters/manifest-text'
import { burstQueue, burstUri } from './domain/lines'
import { jsonMark, standing } from './live/budgets'
import type { History } from './live/history'
import { Asked, Refused } from './live/marks'
import { cheapestUsd, type PlannedQueue } from './live/planner'
import type { Known } from './live/snapshot'
import { toWorkload } from './live/view'
import { MARK } from './live/workload'
import { cents } from './words'
import { asWritten } from './move/consider'

/** What waits for a lead: what people asked for first, then what the planner proposes where the policy wants approval. */
export function approvalsOf(
  plans: readonly PlannedQueue[],
  { history, only }: { history: History; only?: WorkloadRef },
): Approval[] {
  const all = plans.flatMap((planned) =>
    planned.known
      .filter(
        ({ state, work }) => (state === 'waiting' || state === 'running') && isOnly(work, only),
      )
      .flatMap((known) => approval(planned, known, history) ?? []),
  )
  return all.toSorted((a, b) =>
    a.proposedBy === b.proposedBy ? a.at.localeCompare(b.at) : a.proposedBy === 'person' ? -1 : 1,
  )
}
const isOnly = (work: Known['work'], only: WorkloadRef | undefined) =>
  !only || (work.kind === only.kind && work.namespace === only.namespace && work.name === only.name)

function approval(planned: PlannedQueue, known: Known, history: History): Approval | undefined {
  const { seen, plan } = planned
  const { work, job } = known
  const asked = jsonMark(work.annotations, MARK.asked, Asked)
  const decision = plan.decisions.find((one) => one.job === known.key)
  if (!asked && !proposes(planned, work, decision)) return undefined
  const usd = cents(cheapestUsd(planned, known) ?? asked?.usd ?? 0)
  return {
    ...whoseOf(asked, work.by, seen.now),
    ref: { site: seen.site, kind: work.kind, namespace: work.namespace, name: work.name },
    usd,
    ...given({
      note: asked?.note,
      pool: asked?.pool ?? decision?.pool,
      savedSeconds: savedBy(decision),
    }),
    lines: linesFor(known),
    budgets: standing(planned.lines, job, usd),
    workload: toWorkload(known, { history, now: seen.now, position: 1, decision, site: seen.site }),
    says: saysOf(decision),
  }
}
const whoseOf = (
  asked: Asked | undefined,
  owner: string | undefined,
  now: number,
): Pick<Approval, 'by' | 'at' | 'proposedBy'> =>
  asked
    ? { by: asked.by, at: asked.at, proposedBy: 'person' }
    : { by: owner ?? 'planner', at: timestamp(now), proposedBy: 'planner' }
const saysOf = (decision: BurstDecision | undefined): string =>
  decision?.says ?? 'It runs; its owner asks to move it.'
/** Whether the planner asks by itself: only where the policy wants approval, and not what a lead has refused. */
const proposes = (
  { seen }: PlannedQueue,
  { annotations }: Known['work'],
  decision: BurstDecision | undefined,
) =>
  decision?.kind === 'go' &&
  seen.policy.mode !== 'advise' &&
  jsonMark(annotations, MARK.refused, Refused) === undefined
const savedBy = (decision: BurstDecision | undefined): number | undefined =>
  decision?.go?.finishes && decision.stay.finishes
    ? (Date.parse(decision.stay.finishes.at) - Date.parse(decision.go.finishes.at)) / 1000
    : undefined

/** The lines as far as the manifest alone says them; where the data lies there is settled when the plan is made. */
function linesFor({ work }: Known): Approval['lines'] {
  const lines = linesOf({ text: writeYaml(asWritten(work)), file: work.name }, (read) => ({
    queue: burstQueue(read.queue),
    dataUri: read.dataUri === undefined ? undefined : burstUri(read.dataUri),
    gpuProduct: undefined,
  }))
  return lines.ok ? (lines.value[0]?.lines ?? []) : []
}
