import type { Lamp } from '../../../../preload/contract/flow'
import type { WorkEvent } from '../../../../preload/contract/records/work'

/** How long a call may stay unanswered before it stops the line. */
export const ANSWER_WITHIN_MS = 3_600_000
/** A verdict to act on drift pulls the cord with its review as the object. */
const JUDGED = 'DriftReview/'
/** A call for help: a failed gate or a pulled cord that nobody has answered yet. */
export interface Call {
  at: number
  why: string
  held: boolean
  /** A person has judged already: there is nothing left to wait for. */ stops: boolean
}

/** The oldest call still open. Passing or waiving the gate answers a failure; a pulled cord is answered by clearing it alone. */
export const openCall = (events: readonly WorkEvent[]): Call | undefined =>
  oldestOpen(events, {
    calls: 'cord-pulled',
    answers: ['cord-cleared'],
    why: 'the cord was pulled',
  }) ??
  oldestOpen(events, {
    calls: 'gate-failed',
    answers: ['gate-passed', 'gate-waived', 'entered'],
    why: 'a gate failed',
  })

function oldestOpen(
  events: readonly WorkEvent[],
  { calls, answers, why }: { calls: WorkEvent['type']; answers: WorkEvent['type'][]; why: string },
): Call | undefined {
  let open: Call | undefined
  for (const { type, at, text, object } of events) {
    const stops = object?.startsWith(JUDGED) === true
    if (type === calls && (open === undefined || (stops && !open.stops)))
      open = { at: Date.parse(at), why: text ?? why, held: calls === 'cord-pulled', stops }
    else if (answers.includes(type)) open = undefined
  }
  return open
}

/** The lamp of one item: called while a call is young or the item is older than most at its station, stopped once a call went unanswered or was a judgement. */
export function lampOf(call: Call | undefined, told: { now: number; late: boolean }): Lamp {
  if (call && (call.stops || told.now - call.at >= ANSWER_WITHIN_MS)) return 'stopped'
  return call || told.late ? 'called' : 'flowing'
}
export const worst = (lamps: readonly Lamp[]): Lamp =>
  lamps.includes('stopped') ? 'stopped' : lamps.includes('called') ? 'called' : 'flowing'
