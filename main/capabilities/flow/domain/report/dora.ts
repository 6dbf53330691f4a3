import { isIn, type Span } from '../../../../kernel/spans'
import type { FlowEvent, Histories } from './events'
import { nearestRank } from './figures'

const WEEK_S = 7 * 86_400
/** A failure counts against the deployment of the same version within this time. */
const FAILS_WITHIN_S = WEEK_S

interface Deployment {
  leadS: number | undefined
  failed: boolean
  recoveryS: number | undefined
  unplanned: boolean
}

const ofVersion = (events: readonly FlowEvent[], type: FlowEvent['type'], version?: string) =>
  events.filter((event) => event.type === type && event.version === version).map(({ atS }) => atS)

function deployment(
  { atS, version, unplanned }: FlowEvent,
  events: readonly FlowEvent[],
  window: Span,
): Deployment {
  const registered = ofVersion(events, 'version-registered', version).filter((at) => at <= atS)
  const failedS = ofVersion(events, 'failed', version).find(
    (at) => atS <= at && at <= atS + FAILS_WITHIN_S && at < window.toS,
  )
  const recoveredS =
    failedS === undefined
      ? undefined
      : ofVersion(events, 'recovered', version).find((at) => at >= failedS && at < window.toS)
  return {
    leadS: registered.length > 0 ? atS - Math.max(...registered) : undefined,
    failed: failedS !== undefined,
    recoveryS: failedS === undefined || recoveredS === undefined ? undefined : recoveredS - failedS,
    unplanned: unplanned === true,
  }
}

/**
 * DORA's five figures for models (dora.dev, guide of January 2026): change lead time, deployment frequency and failed deployment recovery
 * time are throughput; change fail rate and deployment rework rate are instability. Times in seconds, medians by nearest rank.
 */
export function doraFigures(histories: Histories, window: Span) {
  const all = [...histories.values()].flatMap((events) =>
    events
      .filter(({ type, atS }) => type === 'deployed' && isIn(atS, window))
      .map((event) => deployment(event, events, window)),
  )
  const defined = (of: (one: Deployment) => number | undefined) =>
    all.map(of).filter((seconds) => seconds !== undefined)
  const share = (is: (one: Deployment) => boolean) =>
    all.length === 0 ? null : all.filter(is).length / all.length
  return {
    deployments: all.length,
    deploymentsPerWeek: (all.length * WEEK_S) / (window.toS - window.fromS),
    changeLeadTimeMedianSeconds: nearestRank(
      defined(({ leadS }) => leadS),
      0.5,
    ),
    changeFailRate: share(({ failed }) => failed),
    recoveryMedianSeconds: nearestRank(
      defined(({ recoveryS }) => recoveryS),
      0.5,
    ),
    notYetRecovered: all.filter(({ failed, recoveryS }) => failed && recoveryS === undefined)
      .length,
    reworkRate: share(({ unplanned }) => unplanned),
  }
}
