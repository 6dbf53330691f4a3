import { useState } from 'react'
import {
  MonitorSettings,
  Period,
  Task,
  type SourceLook,
} from '../../../preload/contract/drift-review'
import { lastKnown, setQuery, useAction, useAsk } from '../../client'
import { Button, formatCount, Loading, Panel, Table } from '../../design'
import { firstIssue, MiniField } from '../catalog/MiniField'
import { useHome } from '../sites/store'
import { blankForm, formOf, settingsOf, type MonitorFields } from './form-model'
import { Wrong } from './parts'
import { words } from './words'

const { form: says } = words
/** What is watched of a model: its reference, where new rows arrive, how they are cut into windows and when a person is told. */
export function MonitorForm({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const known = useAsk(
    async (client, options) =>
      id === undefined ? undefined : (await client.drift.model({ id }, options)).settings,
    [id ?? ''],
  )
  const settings = lastKnown(known.remote)?.value
  const owner = useHome()?.user ?? ''
  if (id !== undefined && !settings)
    return (
      <Panel title={says.change}>
        {known.remote.at === 'failed' ? (
          <Wrong trouble={known.remote.trouble} again={known.again} />
        ) : (
          <Loading />
        )}
      </Panel>
    )
  return (
    <Fields
      id={id}
      before={settings}
      start={settings ? formOf(settings) : blankForm(owner)}
      onClose={onClose}
    />
  )
}
function Fields({
  id,
  before,
  start,
  onClose,
}: {
  id: string | undefined
  before: MonitorSettings | undefined
  start: MonitorFields
  onClose: () => void
}) {
  const [form, setForm] = useState(start)
  const set = (patch: Partial<MonitorFields>) => setForm({ ...form, ...patch })
  const settings = settingsOf(form, before)
  const empty = (['model', 'reference', 'current'] as const).find((name) => form[name] === '')
  const problem = empty ? `${says[empty]}: …` : firstIssue(MonitorSettings.safeParse(settings))
  const look = useAction((client) =>
    client.drift.look({
      source: {
        path: form.reference,
        ...(form.whereReference !== '' && { where: form.whereReference }),
      },
    }),
  )
  const [found, setFound] = useState<SourceLook>()
  const save = useAction((client) =>
    client.drift.saveMonitor({ ...(id !== undefined && { id }), settings }),
  )
  const remove = useAction(async (client) => {
    await client.drift.removeMonitor({ id: id ?? '' })
    return true
  })
  const commit = async () => {
    const saved = await save.act()
    if (saved) {
      onClose()
      setQuery({ model: saved.id, form: undefined })
    }
  }
  const forget = async () => {
    if (await remove.act()) {
      onClose()
      setQuery({ model: undefined })
    }
  }
  const examine = async () => {
    const one = await look.act()
    if (one) setFound(one)
  }
  const text = (
    name: keyof MonitorFields,
    label: string,
    more: { mono?: boolean; list?: string; placeholder?: string } = {},
  ) => (
    <MiniField label={label}>
      {(field) => (
        <input
          id={field}
          className={more.mono ? 'field-box mono' : 'field-box'}
          list={more.list}
          placeholder={more.placeholder}
          value={String(form[name])}
          onChange={({ target }) => set({ [name]: target.value })}
        />
      )}
    </MiniField>
  )
  return (
    <Panel
      title={id === undefined ? says.title : says.change}
      actions={
        <Button look="quiet" small onClick={onClose}>
          {says.cancel}
        </Button>
      }
      flush
      foot={
        <>
          <Button
            look="primary"
            busy={save.busy}
            disabledBecause={problem}
            onClick={() => {
              void commit()
            }}
          >
            {says.start}
          </Button>
          {id !== undefined && (
            <>
              <Button
                look="danger"
                busy={remove.busy}
                onClick={() => {
                  void forget()
                }}
              >
                {says.remove}
              </Button>
              <span className="small meta">{says.removeSays}</span>
            </>
          )}
        </>
      }
    >
      <div className="scroll drift-form" tabIndex={0} role="region" aria-label={says.title}>
        <div className="mini-form">
          {text('model', says.model)}
          {text('about', says.about)}
          {text('reference', says.reference, { mono: true, placeholder: says.pathHelp })}
          {text('whereReference', says.where, { mono: true })}
          {text('current', says.current, { mono: true, placeholder: says.pathHelp })}
          {text('whereCurrent', says.where, { mono: true })}
          {text('timeColumn', says.time, { list: 'drift-columns', placeholder: says.noTime })}
          <MiniField label={says.period}>
            {(field) => (
              <select
                id={field}
                className="field-box"
                value={form.period}
                onChange={({ target }) => set({ period: Period.parse(target.value) })}
              >
                {Period.options.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </MiniField>
          {text('label', says.label, { list: 'drift-columns', placeholder: says.noneOf })}
          {text('prediction', says.prediction, { list: 'drift-columns', placeholder: says.noneOf })}
          {text('probability', says.probability, {
            list: 'drift-columns',
            placeholder: says.noneOf,
          })}
          <MiniField label={says.task}>
            {(field) => (
              <select
                id={field}
                className="field-box"
                value={form.task}
                onChange={({ target }) => set({ task: Task.parse(target.value) })}
              >
                {Task.options.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </MiniField>
          {text('segments', says.segments, { placeholder: says.noneOf })}
          <MiniField label={says.k}>
            {(field) => (
              <span className="row">
                <input
                  id={field}
                  type="number"
                  min={1}
                  className="field-box"
                  style={{ width: 60 }}
                  value={form.k}
                  onChange={({ target }) => set({ k: Number(target.value) })}
                />
                <span className="small meta">{says.of}</span>
                <input
                  type="number"
                  min={1}
                  aria-label={says.of}
                  className="field-box"
                  style={{ width: 60 }}
                  value={form.n}
                  onChange={({ target }) => set({ n: Number(target.value) })}
                />
              </span>
            )}
          </MiniField>
          <MiniField label={says.watch}>
            {(field) => (
              <input
                id={field}
                type="number"
                min={0}
                max={1}
                step={0.01}
                className="field-box"
                value={form.watch}
                onChange={({ target }) => set({ watch: Number(target.value) })}
              />
            )}
          </MiniField>
          <MiniField label={says.act}>
            {(field) => (
              <input
                id={field}
                type="number"
                min={0}
                max={1}
                step={0.01}
                className="field-box"
                value={form.act}
                onChange={({ target }) => set({ act: Number(target.value) })}
              />
            )}
          </MiniField>
        </div>
        <datalist id="drift-columns">
          {found?.columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <div className="row">
          <Button
            small
            busy={look.busy}
            disabledBecause={form.reference === '' ? says.pathHelp : undefined}
            onClick={() => {
              void examine()
            }}
          >
            {says.look}
          </Button>
          {found && (
            <span className="small soft">
              {says.rowsFound(
                found.rows === undefined ? says.unknownRows : formatCount(found.rows),
                found.columns.length,
                found.files,
              )}
            </span>
          )}
        </div>
        <Wrong trouble={look.trouble} />
        <Wrong trouble={save.trouble} />
        <Wrong trouble={remove.trouble} />
        {found && <Found look={found} />}
      </div>
    </Panel>
  )
}
interface FirstRow {
  at: number
  values: string[]
}
/** The first rows as they were read, and how a text file was taken apart where that is not certain. */
function Found({ look: { columns, csv, first, skipped } }: { look: SourceLook }) {
  return (
    <div className="stack">
      {csv && (
        <p className={csv.sure ? 'small soft' : 'small warning'}>
          {!csv.sure && <b>{says.csvUnsure} </b>}
          {says.delimiter}:{' '}
          <span className="mono">{csv.delimiter === '\t' ? 'tab' : csv.delimiter}</span>,{' '}
          {says.encoding}: {csv.encoding}
          {csv.header ? `, ${says.header.toLowerCase()}` : ''}
        </p>
      )}
      {skipped.map((line) => (
        <p key={line} className="small warning">
          {line}
        </p>
      ))}
      <div className="drift-first">
        <Table
          label={says.look}
          rows={first.map((values, at) => ({ at, values }))}
          idOf={({ at }) => String(at)}
          columns={columns.map(({ name, type }, index) => ({
            id: `${index}`,
            says: <span title={type}>{name}</span>,
            cell: ({ values }: FirstRow) => <span className="mono">{values[index]}</span>,
          }))}
        />
      </div>
    </div>
  )
}
