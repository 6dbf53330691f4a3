import { useState } from 'react'
import type { GateState } from '../../../preload/contract/catalog'
import type { WorkItem } from '../../../preload/contract/records'
import { lastKnown, toTrouble, useAction, useAsk, type Client } from '../../client'
import { Button, Failed, Loading, Panel, Sign, Tag } from '../../design'
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
  const [reason, setReason] = useState('')
  const waive = useAction((client) =>
    client.backlog.waive({
      namespace: item.meta.namespace ?? '',
      name: item.meta.name,
      gate: gate.gate,
      reason,
    }),
  )
  const submit = async () => {
    if (await waive.act()) {
      setAsking(false)
      onChanged()
    }
  }
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
          <form
            className="row wrap"
            style={{ paddingTop: 4 }}
            onSubmit={(event) => {
              event.preventDefault()
              void submit()
            }}
          >
            <label className="row grow">
              <span className="visually-hidden">{words.reason}</span>
              <input
                className="field-box grow"
                autoFocus
                placeholder={`${words.reason}: ${words.reasonHelp}`}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
              />
            </label>
            <Button
              type="submit"
              busy={waive.busy}
              disabledBecause={reason.trim().length < 10 ? words.reasonHelp : undefined}
            >
              {words.waive.replace('…', '')}
            </Button>
            <Button look="quiet" onClick={() => setAsking(false)}>
              {words.cancel}
            </Button>
            {waive.trouble && (
              <Failed
                says={waive.trouble.says}
                remedy={waive.trouble.remedy}
                code={waive.trouble.code}
              />
            )}
          </form>
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
  const [owner, setOwner] = useState(item.spec.owner)
  const [description, setDescription] = useState(item.spec.description)
  const save = useAction((client) => describe(client, item, { owner, description }))
  const changed = owner !== item.spec.owner || description !== item.spec.description
  return (
    <form
      className="stack control-text"
      style={{ paddingTop: 8 }}
      onSubmit={(event) => {
        event.preventDefault()
        void save.act().then((done) => {
          if (done) onSaved()
        })
      }}
    >
      <label className="stack tight">
        {words.owner}
        <input
          className="field-box"
          value={owner}
          onChange={({ target }) => setOwner(target.value)}
        />
      </label>
      <label className="stack tight">
        {words.description}
        <textarea
          className="field-box"
          style={{ height: 'auto' }}
          rows={3}
          value={description}
          onChange={({ target }) => setDescription(target.value)}
        />
      </label>
      {save.trouble && (
        <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
      )}
      <div className="row">
        <Button type="submit" busy={save.busy} disabledBecause={changed ? undefined : words.saved}>
          {words.save}
        </Button>
      </div>
    </form>
  )
}
