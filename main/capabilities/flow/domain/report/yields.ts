import { inOrder } from '../../../../kernel/order'
import { isIn, type Span } from '../../../../kernel/spans'
import type { Station } from '../line'
import { rankOf, STATION_ORDER, type FlowEvent, type Histories } from './events'

export interface GateYield {
  entered: number
  passed: number
  waived: number
  yield: number
}
export interface HandOff {
  received: number
  sentBack: number
  completeAndAccurate: number
}
const GATE = /^gate-(passed|failed|waived)$/
const product = (shares: number[]) =>
  shares.length === 0 ? null : shares.reduce((all, share) => all * share, 1)
const sorted = <T>(entries: Iterable<[string, T]>) =>
  Object.fromEntries([...entries].sort(([a], [b]) => inOrder(a, b)))

/**
 * First-pass yield by gate: items whose first answer at a station fell in the window and was *passed*. A waiver is no pass. Rolled, the
 * product of all gates; null without one.
 */
export function gateYields(histories: Histories, window: Span) {
  const gates = new Map<string, GateYield>()
  for (const events of histories.values())
    for (const [station, { atS, type }] of firstAnswers(events)) {
      if (!isIn(atS, window)) continue
      const gate = gates.get(station) ?? { entered: 0, passed: 0, waived: 0, yield: 0 }
      gate.entered += 1
      if (type === 'gate-passed') gate.passed += 1
      if (type === 'gate-waived') gate.waived += 1
      gate.yield = gate.passed / gate.entered
      gates.set(station, gate)
    }
  return {
    gates: sorted(gates),
    rolledYield: product([...gates.values()].map((gate) => gate.yield)),
  }
}
function firstAnswers(events: readonly FlowEvent[]): Map<Station, FlowEvent> {
  const first = new Map<Station, FlowEvent>()
  for (const event of events)
    if (event.station !== undefined && GATE.test(event.type) && !first.has(event.station))
      first.set(event.station, event)
  return first
}

/**
 * Percent complete and accurate by hand-off (Martin and Osterling, Value Stream Mapping): entries further down the line that fell in the
 * window, less those that the receiver sent back before the item went on. Rolled, the product; null without one.
 */
export function handOffs(histories: Histories, window: Span) {
  const all = new Map<string, HandOff>()
  for (const events of histories.values()) follow(events, window, all)
  for (const one of all.values())
    one.completeAndAccurate = (one.received - one.sentBack) / one.received
  return {
    handOffs: sorted(all),
    rolledCompleteAndAccurate: product(
      [...all.values()].map(({ completeAndAccurate }) => completeAndAccurate),
    ),
  }
}
function follow(events: readonly FlowEvent[], window: Span, all: Map<string, HandOff>) {
  let at = -1
  let received: HandOff | undefined
  for (const { type, station, atS } of events) {
    if (type === 'entered' && station !== undefined) {
      const rank = rankOf(station)
      const forward = at >= 0 && rank > at && isIn(atS, window)
      received = forward ? receivedBy(all, `${STATION_ORDER[at] ?? ''} > ${station}`) : undefined
      at = rank
    } else if (type === 'sent-back' && received) {
      received.sentBack += 1
      received = undefined
    }
  }
}
function receivedBy(all: Map<string, HandOff>, name: string): HandOff {
  const one = all.get(name) ?? { received: 0, sentBack: 0, completeAndAccurate: 1 }
  one.received += 1
  all.set(name, one)
  return one
}
