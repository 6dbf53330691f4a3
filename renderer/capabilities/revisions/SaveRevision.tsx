import { useState } from 'react'
import type { Environment } from '../../../preload/contract/records'
import { lastKnown, useAsk, useRecords } from '../../client'
import { Button, Failed, formatShare, Loading, Panel, Sign } from '../../design'
import { openDrawer, PlanPanel } from '../operations'
import { useSettled } from '../projects/settled'
import { readNumbers, readPairs } from './pairs'
import { words } from './words'

/** Beside an environment: what a revision would bind now, what would be missing, and the plan that saves it. */
export function SaveRevision({
  environment,
  onClose,
}: {
  environment: Environment
  onClose: () => void
}) {
  const namespace = environment.meta.namespace ?? ''
  const name = environment.meta.name
  const items = useRecords('WorkItem').filter(({ meta }) => meta.namespace === namespace)
  const [workItem, setWorkItem] = useState(environment.spec.workItem ?? '')
  const [note, setNote] = useState('')
  const [parameters, setParameters] = useState('')
  const [metrics, setMetrics] = useState('')
  const item = workItem || items[0]?.meta.name || ''
  const read = { parameters: readPairs(parameters), metrics: readNumbers(metrics) }
  const problem =
    read.parameters.problem ?? read.metrics.problem ?? (item === '' ? words.noItem : undefined)
  const settled = useSettled(
    JSON.stringify({
      workItem: item,
      note,
      parameters: read.parameters.values,
      metrics: read.metrics.values,
    }),
    500,
  )
  const plan = useAsk(
    (client, options) =>
      client.revisions.planSave(
        {
          namespace,
          name,
          ...(JSON.parse(settled) as {
            workItem: string
            note: string
            parameters: Record<string, string>
            metrics: Record<string, number>
          }),
        },
        options,
      ),
    [namespace, name, settled],
  )
  return (
    <div className="stack scroll" style={{ minHeight: 0 }}>
      <Panel
        title={words.save}
        means={words.means}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {words.close}
          </Button>
        }
      >
        <Bindings namespace={namespace} name={name} />
        <div className="stack control-text" style={{ paddingTop: 8 }}>
          <label className="stack tight">
            {words.workItem}
            <select
              className="field-box"
              value={item}
              onChange={({ target }) => setWorkItem(target.value)}
            >
              {items.map(({ meta, spec }) => (
                <option key={meta.name} value={meta.name}>
                  {spec.title}
                </option>
              ))}
            </select>
          </label>
          <label className="stack tight">
            {words.note}
            <input
              className="field-box"
              value={note}
              maxLength={2000}
              onChange={({ target }) => setNote(target.value)}
            />
          </label>
          <label className="stack tight">
            {words.parameters} <span className="meta">{words.parametersHelp}</span>
            <textarea
              className="field-box"
              style={{ height: 'auto' }}
              rows={2}
              value={parameters}
              onChange={({ target }) => setParameters(target.value)}
            />
          </label>
          <label className="stack tight">
            {words.metrics} <span className="meta">{words.metricsHelp}</span>
            <textarea
              className="field-box"
              style={{ height: 'auto' }}
              rows={2}
              value={metrics}
              onChange={({ target }) => setMetrics(target.value)}
            />
          </label>
        </div>
      </Panel>
      <PlanPanel
        grows
        remote={item === '' ? undefined : plan.remote}
        again={plan.again}
        disabledBecause={problem}
        empty={words.noItem}
        onStarted={(operationId) => {
          openDrawer(operationId)
          onClose()
        }}
      />
    </div>
  )
}
function Bindings({ namespace, name }: { namespace: string; name: string }) {
  const { remote, again } = useAsk(
    (client, options) => client.revisions.preview({ namespace, name }, options),
    [namespace, name],
  )
  const known = lastKnown(remote)?.value
  if (remote.at === 'failed')
    return (
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    )
  if (!known) return <Loading />
  return (
    <div className="stack tight">
      <div className="row baseline">
        <b style={{ fontSize: 20, lineHeight: '26px' }}>{formatShare(known.score)}</b>
        <span className="meta">{words.score}</span>
      </div>
      <ul className="stack tight control-text" aria-label={words.binds}>
        {known.bindings.map(({ part, has, says }) => (
          <li key={part} className="row" style={{ alignItems: 'flex-start' }}>
            <span style={{ paddingTop: 2 }}>
              <Sign sign={has ? 'done' : 'warning'} />
            </span>
            <b style={{ minWidth: 72 }}>{words.parts[part]}</b>
            <span className="soft">{says}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
