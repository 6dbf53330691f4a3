import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import { useAction } from '../../../client'
import { Button, Dialog, Failed, formatMoment, Panel, Sign } from '../../../design'
import { words } from '../words'

const LEAST_REASON = 3
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
  const [reason, setReason] = useState('')
  const stop = useAction((client) => client.burst.stop({ stopped: stopped === undefined, reason }))
  const ready = reason.trim().length >= LEAST_REASON
  const run = async () => {
    if (ready && (await stop.act())) {
      setAsking(false)
      setReason('')
      again()
    }
  }
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
        <form
          className="stack"
          style={{ padding: '0 16px 16px' }}
          onSubmit={(event) => {
            event.preventDefault()
            void run()
          }}
        >
          <p className="control-text">{words.killSays}</p>
          <TextInput
            data-autofocus
            label={words.stopReason}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
          {stop.trouble && (
            <Failed
              says={stop.trouble.says}
              remedy={stop.trouble.remedy}
              code={stop.trouble.code}
            />
          )}
          <div className="state-actions">
            <Button
              type="submit"
              look={stopped ? 'primary' : 'danger'}
              busy={stop.busy}
              disabledBecause={ready ? undefined : words.stopNeeds}
            >
              {verb.replace('…', '')}
            </Button>
          </div>
        </form>
      </Dialog>
    </Panel>
  )
}
