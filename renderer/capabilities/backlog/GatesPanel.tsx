import { useState } from 'react'
import type { GateState } from '../../../preload/contract/catalog'
import type { WorkItem } from '../../../preload/contract/records'
import { lastKnown, toTrouble, useAction, useAsk, type Client } from '../../client'
import {
  Button,
  Failed,
  LinesField,
  Loading,
  Panel,
  Sign,
  Tag,
  TextField,
  useForm,
} from '../../design'
import { describeForm, waiverForm } from './forms'
import { words } from './words'

/** What the backlog still asks of an item, with the way to meet each gate or to waive it with a reason. */
export function GatesPanel({ item }: { item: WorkItem }) {
  const ref = { namespace: item.meta.namespace ?? '', name: item.meta.name }
  // Checked again whenever the record itself moved.
  const { remote, again } = useAsk(
    (client, options) => client.backlog.gates(ref, options),
    [ref.namespace, ref.name, item.meta.resourceVersion],
  )
  const known = lastKnown(remote)?.value
  return (
    <Panel
      title={words.gates}
      means={words.gatesMeaning}
      actions={known?.ready ? <Tag tone="good">{words.passedHandOver}</Tag> : undefined}
    >
      {remote.at === 'failed' && (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      )}
      {!known && remote.at !== 'failed' && <Loading rows={4} />}
      {known && (
        <ul className="gates">
          {known.gates.map((gate) => (
            <GateRow key={gate.gate} gate={gate} item={item} onChanged={again} />
          ))}
        </ul>
      )}
      <Describe item={item} onSaved={again} />
    </Panel>
  )
}
function GateRow({
  gate,
  item,
  onChanged,
}: {
  gate: GateState
  item: WorkItem
  onChanged: () => void
}) {
  const [asking, setAsking] = useState(false)
  return (
    <li>
      <span style={{ paddingTop: 2 }}>
        <Sign
          sign={gate.state === 'passed' ? 'done' : gate.state === 'waived' ? 'skipped' : 'waiting'}
        />
      </span>
      <span>
        <b>{gate.title}</b> <span className="meta">{words.gateState[gate.state]}</span>
        <br />
        <span className="soft">
          {gate.says} {gate.state === 'open' && gate.remedy}
        </span>
        {asking && (
          <Waiving
            gate={gate}
            item={item}
            onCancel={() => setAsking(false)}
            onDone={() => {
              setAsking(false)
              onChanged()
            }}
          />
        )}
      </span>
      {gate.state === 'open' && !asking ? (
        <Button
          small
          onClick={() => setAsking(true)}
          aria-label={`${words.waive.replace('…', '')} ${gate.title}`}
        >
          {words.waive}
        </Button>
      ) : (
        <span />
      )}
    </li>
  )
}
function Waiving({
  gate,
  item,
  onCancel,
  onDone,
}: {
  gate: GateState
  item: WorkItem
  onCancel: () => void
  onDone: () => void
}) {
  const form = useForm(waiverForm, { reason: '' })
  const waive = useAction((client, reason: string) =>
    client.backlog.waive({
      namespace: item.meta.namespace ?? '',
      name: item.meta.name,
      gate: gate.gate,
      reason,
    }),
  )
  const submit = async () => {
    const wanted = form.tried()
    if (wanted && (await waive.act(wanted.reason))) onDone()
  }
  return (
    <form
      className="stack"
      style={{ paddingTop: 4 }}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField
        form={form}
        name="reason"
        label={words.reason}
        layout="bare"
        autoFocus
        placeholder={`${words.reason}: ${words.reasonHelp}`}
      />
      <div className="row wrap">
        <Button type="submit" busy={waive.busy} disabledBecause={form.missing}>
          {words.waive.replace('…', '')}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
      {waive.trouble && (
        <Failed says={waive.trouble.says} remedy={waive.trouble.remedy} code={waive.trouble.code} />
      )}
    </form>
  )
}
/** Saves what was typed. Where only something else of the record moved meanwhile, such as its events, it is saved on the newer version. */
async function describe(
  client: Client,
  item: WorkItem,
  typed: { owner: string; description: string },
) {
  const ref = { namespace: item.meta.namespace ?? '', name: item.meta.name }
  try {
    return await client.backlog.describe({
      ...ref,
      resourceVersion: item.meta.resourceVersion,
      ...typed,
    })
  } catch (error) {
    const newer =
      toTrouble(error).code === 'CONFLICT'
        ? await client.records.get({ kind: 'WorkItem', ...ref })
        : undefined
    if (
      newer?.kind !== 'WorkItem' ||
      newer.spec.owner !== item.spec.owner ||
      newer.spec.description !== item.spec.description
    )
      throw error
    return client.backlog.describe({
      ...ref,
      resourceVersion: newer.meta.resourceVersion,
      ...typed,
    })
  }
}
function Describe({ item, onSaved }: { item: WorkItem; onSaved: () => void }) {
  const form = useForm(describeForm, {
    owner: item.spec.owner,
    description: item.spec.description,
  })
  const save = useAction((client, typed: { owner: string; description: string }) =>
    describe(client, item, typed),
  )
  const submit = async () => {
    const typed = form.tried()
    if (typed && (await save.act(typed))) onSaved()
  }
  return (
    <form
      className="stack control-text"
      style={{ paddingTop: 8 }}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField form={form} name="owner" label={words.owner} layout="stacked" />
      <LinesField
        form={form}
        name="description"
        label={words.description}
        layout="stacked"
        rows={3}
      />
      {save.trouble && (
        <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
      )}
      <div className="row">
        <Button
          type="submit"
          busy={save.busy}
          disabledBecause={form.missing ?? (form.dirty ? undefined : words.saved)}
        >
          {words.save}
        </Button>
      </div>
    </form>
  )
}
