import type { Environment } from '../../../preload/contract/records'
import type { NotebookPlace } from '../../../preload/contract/burst'
import type { z } from 'zod'
import { lastKnown, useAsk } from '../../client'
import { Button, Facts, formatMoment, formatUsd, Panel } from '../../design'
import { RunPlan } from '../operations'
import { words } from './words'

type Place = z.infer<typeof NotebookPlace>

/** Where an environment is and where it could go; asked again when its record changes. */
export function usePlace({ meta }: Environment): Place | undefined {
  const { remote } = useAsk(
    (client, options) =>
      client.burst.notebook({ namespace: meta.namespace ?? '', name: meta.name }, options),
    [meta.namespace, meta.name, meta.resourceVersion],
  )
  return lastKnown(remote)?.value
}
export function MoveButton({
  place,
  onPress,
}: {
  place: Place | undefined
  onPress: (show: 'move' | 'return') => void
}) {
  if (!place) return null
  if (place.away)
    return (
      <Button look="primary" onClick={() => onPress('return')}>
        {words.returnIt}
      </Button>
    )
  return (
    <Button
      disabledBecause={place.to === undefined ? (place.cannot ?? words.noCloud) : undefined}
      onClick={() => onPress('move')}
    >
      {place.asked
        ? words.moveAsked(place.to ?? 'aws', place.asked.by)
        : words.moveTo(place.to ?? 'aws')}
    </Button>
  )
}
/** Where it works while it is away, and what a lead answered who said no. */
export function PlaceFacts({ place }: { place: Place | undefined }) {
  const { away, refused } = place ?? {}
  return (
    <>
      {away && (
        <Facts
          facts={[
            [
              words.awayLabel,
              `${words.awayOn(away.site, formatMoment(away.since))}${away.usdPerHour === undefined ? '' : `, ${words.perHourAway(formatUsd(away.usdPerHour))}`}`,
            ],
          ]}
        />
      )}
      {refused && (
        <Facts
          facts={[
            [
              words.refusedLabel,
              words.refusedBy(refused.by, formatMoment(refused.at), refused.reason),
            ],
          ]}
        />
      )}
    </>
  )
}
/** The loss stands above the plan, so that it is read before anything else. */
export function MovePanel({
  environment: { meta },
  way,
  onClose,
}: {
  environment: Environment
  way: 'move' | 'return'
  onClose: () => void
}) {
  const ref = { namespace: meta.namespace ?? '', name: meta.name }
  const plan = useAsk(
    (client, options) =>
      way === 'move'
        ? client.burst.planNotebookMove(ref, options)
        : client.burst.planNotebookReturn(ref, options),
    [ref.namespace, ref.name, way],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={way === 'move' ? words.move : words.returnIt}
        means={words.moveMeaning}
        actions={
          <Button look="quiet" small onClick={onClose}>
            ✕ Close
          </Button>
        }
      >
        <p className="control-text">{words.memoryLost}</p>
      </Panel>
      <RunPlan plan={plan} onStarted={onClose} />
    </div>
  )
}
