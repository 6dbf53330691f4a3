import type { Backtest, DriftLimits, ModelDrift } from '../../../preload/contract/drift-review'
import { lastKnown, useAction, useAsk } from '../../client'
import { Button } from '../../design'
import { useHome } from '../sites/store'
import { Wrong, whereOf } from './parts'
import { words } from './words'

interface BacktestProps {
  model: ModelDrift
  bundle: string | undefined
  limits: DriftLimits
  reset: () => void
}
/** What other limits would have meant in the past, and the way to propose them or, for the owner, to put them in force. */
export function BacktestBar({ model, bundle, limits, reset }: BacktestProps) {
  const me = useHome()?.user
  const { remote } = useAsk(
    (client, options) => client.drift.backtest({ ...whereOf(model.id, bundle), limits }, options),
    [model.id, bundle ?? '', limits.watch, limits.act],
  )
  const test = lastKnown(remote)?.value
  const last = model.windows.at(-1)?.name ?? ''
  const propose = useAction((client) =>
    client.drift.say({ ...whereOf(model.id, bundle), window: last, limits }),
  )
  const approve = useAction(async (client) => {
    await client.drift.approveLimits({ id: model.id, limits })
    return true
  })
  const {
    incidents: { length: incidents },
    owner,
  } = model.settings
  return (
    <div className="drift-backtest" role="status">
      <span className="control-text grow">
        {test && <Outcome test={test} incidents={incidents} />}
      </span>
      <Button
        small
        onClick={() => {
          void propose.act()
        }}
        busy={propose.busy}
      >
        {words.propose}
      </Button>
      {bundle === undefined && (
        <Button
          small
          look="primary"
          busy={approve.busy}
          disabledBecause={[undefined, owner].includes(me) ? undefined : words.onlyOwner(owner)}
          onClick={() => {
            void approve.act()
          }}
        >
          {words.approve}
        </Button>
      )}
      <Button small look="quiet" onClick={reset}>
        {words.reset}
      </Button>
      <Wrong trouble={propose.trouble} />
      <Wrong trouble={approve.trouble} />
      {remote.at === 'failed' && <Wrong trouble={remote.trouble} />}
    </div>
  )
}
const Outcome = ({
  test: { alarms, before, caught, missed, falseAlarms },
  incidents,
}: {
  test: Backtest
  incidents: number
}) => (
  <>
    <b>{words.backtest(alarms.length, before.length)}</b>,{' '}
    {words.incidents(caught.length, incidents)}
    {missed.length > 0 && <span className="danger"> {words.missed(missed.join(', '))}</span>}
    {incidents > 0 && `, ${words.falseAlarms(falseAlarms)}`}.
  </>
)
