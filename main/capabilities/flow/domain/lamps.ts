import type { Lamp } from '../../../../preload/contract/flow'
import type { WorkEvent } from '../../../../preload/contract/records/work'

/** How long a call may stay unanswered before it stops the line. */
export const ANSWER_WITHIN_MS = 3_600_000
/** A call for help: a failed gate or a pulled cord that nobody has answered yet. */
export interface Call { at: number; why: string; held: boolean }

/** The oldest call still open. Passing or waiving the gate answers a failure; a pulled cord is answered by clearing it alone. */
export function openCall(events: readonly WorkEvent[]): Call | undefined {
  let failed: Call | undefined
  let pulled: Call | undefined
  for (const event of events) {
    const at = Date.parse(event.at)
    if (event.type === 'gate-failed') failed ??= { at, why: event.text ?? 'a gate failed', held: false }
    if (event.type === 'gate-passed' || event.type === 'gate-waived' || event.type === 'entered') failed = undefined
    if (event.type === 'cord-pulled') pulled ??= { at, why: event.text ?? 'the cord was pulled', held: true }
    if (event.type === 'cord-cleared') pulled = undefined
  }
  return pulled ?? failed
}

/** The lamp of one item: called while a call is young or the item is older than most at its station, stopped once a call went unanswered. */
export function lampOf(call: Call | undefined, told: { now: number; late: boolean }): Lamp {
  if (call && told.now - call.at >= ANSWER_WITHIN_MS) return 'stopped'
  return call || told.late ? 'called' : 'flowing'
}
export const worst = (lamps: readonly Lamp[]): Lamp => (lamps.includes('stopped') ? 'stopped' : lamps.includes('called') ? 'called' : 'flowing')
