import type { Environment } from '../../../preload/contract/records'
import { lastKnown, useAsk, usePlan, useRecords } from '../../client'
import {
  Button,
  ChoiceField,
  Failed,
  formatShare,
  LinesField,
  Loading,
  Panel,
  Sign,
  TextField,
  useForm,
} from '../../design'
import { RunPlan } from '../operations'
import { revisionForm } from './forms'
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
  const first = environment.spec.workItem ?? items[0]?.meta.name ?? ''
  const form = useForm(revisionForm, { workItem: '', note: '', parameters: '', metrics: '' }, words)
  const workItem = form.typed.workItem || first
  const { reading } = form
  const missing = workItem === '' ? words.noItem : form.missing
  const plan = usePlan(
    reading.ok && workItem !== '' ? { ...reading.value, namespace, name, workItem } : undefined,
    (client, input, options) => client.revisions.planSave(input, options),
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
          <ChoiceField
            form={{ ...form, typed: { ...form.typed, workItem } }}
            name="workItem"
            label={words.workItem}
            layout="stacked"
            options={items.map(({ meta, spec }) => ({ value: meta.name, says: spec.title }))}
          />
          <TextField form={form} name="note" label={words.note} layout="stacked" />
          <LinesField
            form={form}
            name="parameters"
            label={words.parameters}
            help={words.parametersHelp}
            layout="stacked"
          />
          <LinesField
            form={form}
            name="metrics"
            label={words.metrics}
            help={words.metricsHelp}
            layout="stacked"
          />
        </div>
      </Panel>
      <RunPlan grows plan={plan} missing={missing} onStarted={onClose} />
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
