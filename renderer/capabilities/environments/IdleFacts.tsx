import type { Environment } from '../../../preload/contract/records'
import { lastKnown, useAsk } from '../../client'
import { Button, Failed, Loading, Panel, Sign } from '../../design'
import { words } from './words'

/** Whether it will be paused as idle, by what that is told, and what of it cannot be read. */
export function IdleFacts({ environment: { meta, spec, status } }: { environment: Environment }) {
  const ref = { namespace: meta.namespace ?? '', name: meta.name }
  const { remote, again } = useAsk(
    (client, options) => client.environments.idle(ref, options),
    [ref.namespace, ref.name, status.phase],
  )
  if (spec.idle === undefined || status.phase !== 'Ready') return null
  const told = lastKnown(remote)?.value
  return (
    <Panel
      title={words.idleTitle}
      means={words.idleMeans(spec.idle.pauseAfterMinutes)}
      actions={
        <Button small look="quiet" onClick={again}>
          {words.lookAgain}
        </Button>
      }
    >
      {told ? (
        <>
          <p className="control-text">{told.says}</p>
          <ul className="move-steps">
            {told.readings.map(({ what, known, says }) => (
              <li key={what}>
                <Sign sign={known ? 'done' : 'warning'} />
                <span className="grow">
                  {words.idleReadings[what]}{' '}
                  <span className="soft">{known ? says : words.notRead(says)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : remote.at === 'failed' ? (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      ) : (
        <Loading says={words.idleLooking} />
      )}
    </Panel>
  )
}
