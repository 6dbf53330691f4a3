import { useState } from 'react'
import type { Revision, WorkItem } from '../../../preload/contract/records'
import { hrefOf, lastKnown, useAction, useAsk, useWatch } from '../../client'
import { Button, Failed, formatMoment, LinkButton, Panel, Segmented, Tag } from '../../design'
import { RunPlan } from '../operations'
import { words } from './words'

type Result = 'none' | 'watch' | 'act'
const RESULTS: readonly Result[] = ['none', 'watch', 'act']
const TONE = { none: 'good', watch: 'warning', act: 'danger' } as const
interface DriftProps {
  item: WorkItem
  revision: Revision | undefined
}

/** Whether the data a revision was built on is still the data there is: checked against a watched model, or recorded by hand. */
export function DriftPanel({ item, revision }: DriftProps) {
  const known = revision?.status.drift
  return (
    <Panel
      title={words.drift}
      means={words.driftMeans}
      actions={
        known && (
          <>
            <span className="small meta">
              {known.by}, {formatMoment(known.checkedAt)}
            </span>
            <Tag tone={TONE[known.result]}>{words.driftResult[known.result]}</Tag>
          </>
        )
      }
    >
      <div className="stack control-text">
        <Check item={item} revision={revision} />
        <details>
          <summary className="soft">{words.driftByHand}</summary>
          <Record item={item} revision={revision} />
        </details>
      </div>
    </Panel>
  )
}
function Check({ item, revision }: DriftProps) {
  const fleet = useWatch((client, options) => client.drift.watchFleet({}, options), [])
  const rows = lastKnown(fleet.remote)?.value.rows ?? []
  const own = rows.find(
    ({ workItem }) =>
      workItem?.namespace === item.meta.namespace && workItem?.name === item.meta.name,
  )
  const [picked, setPicked] = useState<string>()
  const [planning, setPlanning] = useState(false)
  const monitor = picked ?? own?.id ?? rows[0]?.id
  if (monitor === undefined)
    return (
      <p className="row wrap">
        <span className="soft">{words.driftNothing}</span>
        <LinkButton small href={hrefOf(['drift'], { form: 'new' })}>
          {words.driftWatch}
        </LinkButton>
      </p>
    )
  return (
    <>
      <div className="row wrap">
        <label className="row grow">
          <span className="soft">{words.driftAgainst}</span>
          <select
            className="field-box grow"
            value={monitor}
            onChange={({ target }) => setPicked(target.value)}
          >
            {rows.map(({ id, model }) => (
              <option key={id} value={id}>
                {model}
              </option>
            ))}
          </select>
        </label>
        <LinkButton small look="quiet" href={hrefOf(['drift'], { model: monitor })}>
          {words.driftOpen}
        </LinkButton>
        <Button
          look="primary"
          disabledBecause={revision ? undefined : words.noRevision}
          onClick={() => setPlanning(true)}
        >
          {words.driftCheck}
        </Button>
      </div>
      {planning && revision && (
        <GatePlan
          key={monitor}
          namespace={item.meta.namespace ?? ''}
          name={revision.meta.name}
          monitor={monitor}
          onDone={() => setPlanning(false)}
        />
      )}
    </>
  )
}
function GatePlan({
  namespace,
  name,
  monitor,
  onDone,
}: {
  namespace: string
  name: string
  monitor: string
  onDone: () => void
}) {
  const plan = useAsk(
    (client, options) => client.drift.planGate({ namespace, name, monitor }, options),
    [namespace, name, monitor],
  )
  return <RunPlan title={words.drift} plan={plan} onStarted={onDone} />
}
function Record({ item, revision }: DriftProps) {
  const [result, setResult] = useState<Result>(revision?.status.drift?.result ?? 'none')
  const record = useAction((client, name: string) =>
    client.backlog.recordDrift({ namespace: item.meta.namespace ?? '', name, result }),
  )
  return (
    <div className="stack" style={{ paddingTop: 6 }}>
      <p className="soft">{words.driftHow}</p>
      <div className="row wrap">
        <Segmented
          label={words.drift}
          value={result}
          onChange={setResult}
          options={RESULTS.map((value) => ({ value, says: words.driftResult[value] }))}
        />
        <Button
          busy={record.busy}
          disabledBecause={revision ? undefined : words.noRevision}
          onClick={() => {
            if (revision) void record.act(revision.meta.name)
          }}
        >
          {words.record}
        </Button>
      </div>
      {record.trouble && (
        <Failed
          says={record.trouble.says}
          remedy={record.trouble.remedy}
          code={record.trouble.code}
        />
      )}
    </div>
  )
}
