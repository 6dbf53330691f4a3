import { useState } from 'react'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import { Button, Dialog, formatMoment, Panel, Sign } from '../../../design'
import { words } from '../words'
import { ReasonForm } from './ReasonForm'

/** Stops everything that acts by itself, at once and for everybody; what runs goes on. */
export function KillSwitch({
  stopped,
  fixed,
  again,
}: {
  stopped: BurstPolicySpec['stopped']
  fixed: boolean
  again: () => void
}) {
  const [asking, setAsking] = useState(false)
  const verb = stopped ? words.allowAll : words.stopAll
  return (
    <Panel title={words.killTitle}>
      <div className="stack">
        <p className="control-text soft">
          {stopped ? (
            <span className="row" style={{ alignItems: 'flex-start' }}>
              <Sign sign="failed" />
              {words.stoppedBy(stopped.by, formatMoment(stopped.at), stopped.reason)}
            </span>
          ) : (
            words.killSays
          )}
        </p>
        <div>
          <Button
            look={stopped ? 'normal' : 'danger'}
            disabledBecause={fixed ? words.mayNot : undefined}
            onClick={() => setAsking(true)}
          >
            {verb}
          </Button>
        </div>
      </div>
      <Dialog title={verb.replace('…', '')} opened={asking} onClose={() => setAsking(false)}>
        <ReasonForm
          label={words.stopReason}
          verb={verb.replace('…', '')}
          look={stopped ? 'primary' : 'danger'}
          run={(client, reason) => client.burst.stop({ stopped: stopped === undefined, reason })}
          onDone={() => {
            setAsking(false)
            again()
          }}
        >
          <p className="control-text">{words.killSays}</p>
        </ReasonForm>
      </Dialog>
    </Panel>
  )
}
