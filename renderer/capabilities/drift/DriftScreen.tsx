import type { Fleet, FleetRow, ModelDrift } from '../../../preload/contract/drift-review'
import { lastKnown, setQuery, useAddress, useAsk, useNow, useWatch } from '../../client'
import { Empty, formatWhen, Loading, PageHead, Panel, Partly } from '../../design'
import { BundleHead } from './BundleHead'
import { DropBundle } from './DropBundle'
import { FeaturePanel } from './FeaturePanel'
import { FeaturesPanel } from './FeaturesPanel'
import { FleetPanel } from './FleetPanel'
import { MergeHead } from './MergeHead'
import { ModelPanel } from './ModelPanel'
import { MonitorForm } from './MonitorForm'
import { whereOf, Wrong } from './parts'
import { VerdictBar } from './VerdictBar'
import { chosenWindows } from './view-model'
import { words } from './words'
import './drift.css'

/** Which model moved, whether it matters, and what to do: the whole fleet, or that of an opened bundle. */
export function DriftScreen() {
  const { query } = useAddress()
  const bundle = query.get('bundle') ?? undefined
  const { remote, again } = useWatch(
    (client, options) => client.drift.watchFleet(bundle === undefined ? {} : { bundle }, options),
    [bundle],
  )
  const fleet = lastKnown(remote)?.value
  const editing = query.get('form')
  return (
    <DropBundle>
      <div className="screen drift">
        <PageHead title={words.title} actions={<MergeHead fleet={fleet} />}>
          <BundleHead bundle={fleet?.bundle} rows={fleet?.rows ?? []} />
        </PageHead>
        {!fleet && (
          <div className="screen-body">
            <Panel title={words.fleet}>
              {remote.at === 'failed' ? (
                <Wrong trouble={remote.trouble} again={again} />
              ) : (
                <Loading says={words.loading} rows={8} />
              )}
            </Panel>
          </div>
        )}
        {fleet && (
          <div className="screen-body drift-body">
            <FleetPanel fleet={fleet} />
            {editing !== null ? (
              <MonitorForm
                key={editing}
                id={editing === 'new' ? undefined : editing}
                onClose={() => setQuery({ form: undefined })}
              />
            ) : (
              <Chosen fleet={fleet} bundle={bundle} />
            )}
          </div>
        )}
      </div>
    </DropBundle>
  )
}
function Chosen({ fleet, bundle }: { fleet: Fleet; bundle: string | undefined }) {
  const { query } = useAddress()
  const named = query.get('model')
  const row =
    fleet.rows.find(({ id }) => id === named) ?? (named === null ? fleet.rows[0] : undefined)
  if (!row)
    return (
      <Panel title={words.drift}>
        <Empty says={named === null ? words.pick : words.notThere} />
      </Panel>
    )
  return <Model key={row.id} row={row} fleet={fleet} bundle={bundle} />
}
/** One model: its way over time, its features in the chosen windows, the chosen feature, and the verdict. */
function Model({
  row,
  fleet,
  bundle,
}: {
  row: FleetRow
  fleet: Fleet
  bundle: string | undefined
}) {
  const where = whereOf(row.id, bundle)
  // Asked again whenever the fleet says that something of this model changed.
  const { remote, again } = useAsk(
    (client, options) => client.drift.model(where, options),
    [row.id, bundle, row.asOf, row.verdictAt, fleet.waiting, row.running === undefined],
  )
  const model = lastKnown(remote)?.value
  if (!model)
    return (
      <Panel title={row.model}>
        {remote.at === 'failed' ? (
          <Wrong trouble={remote.trouble} again={again} />
        ) : (
          <Loading says={words.loading} rows={6} />
        )}
      </Panel>
    )
  return <Known model={model} row={row} fleet={fleet} bundle={bundle} />
}
function Known({
  model,
  row,
  fleet,
  bundle,
}: {
  model: ModelDrift
  row: FleetRow
  fleet: Fleet
  bundle: string | undefined
}) {
  const { query } = useAddress()
  const now = useNow(30_000)
  const asOf =
      bundle === undefined || model.asOf === undefined ? undefined : formatWhen(model.asOf, now),
    where = whereOf(row.id, bundle)
  const chosen = chosenWindows(model, { last: query.get('w'), since: query.get('since') })
  const window = model.windows.find(({ name }) => name === chosen.at(-1))
  return (
    <div className="drift-model">
      <ModelPanel model={model} row={row} bundle={bundle} asOf={asOf} chosen={chosen} />
      {window ? (
        <>
          <div className="drift-features">
            <FeaturesPanel
              where={where}
              window={window.name}
              worst={window.worstColumn}
              of={`${model.asOf ?? ''}${chosen.join()}`}
            />
            <FeaturePanel
              where={where}
              windows={chosen}
              column={query.get('column') ?? window.worstColumn}
              of={model.asOf ?? ''}
            />
          </div>
          <VerdictBar
            key={`${row.id}/${window.name}`}
            model={model}
            row={row}
            fleet={fleet}
            bundle={bundle}
            window={window.name}
          />
        </>
      ) : (
        <Panel title={words.features}>
          <Partly says={words.noWindows} />
        </Panel>
      )}
    </div>
  )
}
