import { useState, type ReactNode } from 'react'
import {
  Period,
  Task,
  type MonitorSettings,
  type SourceLook,
} from '../../../preload/contract/drift-review'
import { lastKnown, setQuery, useAction, useAsk } from '../../client'
import {
  Button,
  ChoiceField,
  formatCount,
  Loading,
  NumberField,
  Panel,
  Table,
  TextField,
  useForm,
} from '../../design'
import { useHome } from '../sites/store'
import { blankForm, formOf, monitorForm, settingsOf, type MonitorTyped } from './form-model'
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
      start={settings ? formOf(settings) : blankForm()}
      onClose={onClose}
    />
  )
}
interface FieldsProps {
  id: string | undefined
  before: MonitorSettings | undefined
  start: MonitorTyped
  onClose: () => void
}
const useMonitorForm = (start: MonitorTyped) => useForm(monitorForm, start, says)
type MonitorFormState = ReturnType<typeof useMonitorForm>

function Fields({ id, before, start, onClose }: FieldsProps) {
  const owner = useHome()?.user ?? ''
  const form = useMonitorForm(start)
  const settings = form.reading.ok ? settingsOf(form.reading.value, { owner, before }) : undefined
  return (
    <MonitorPanel id={id} settings={settings} missing={form.missing} onClose={onClose}>
      <SourceFields form={form} />
    </MonitorPanel>
  )
}
interface PanelProps {
  id: string | undefined
  settings: MonitorSettings | undefined
  missing: string | undefined
  onClose: () => void
  children: ReactNode
}
/** The form with its buttons: what is saved is what is on the screen, or nothing. */
function MonitorPanel({ id, settings, missing, onClose, children }: PanelProps) {
  const save = useAction((client, wanted: MonitorSettings) =>
    client.drift.saveMonitor({ ...(id !== undefined && { id }), settings: wanted }),
  )
  const remove = useAction(async (client) => {
    await client.drift.removeMonitor({ id: id ?? '' })
    return true
  })
  const commit = async () => {
    const saved = settings && (await save.act(settings))
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
            disabledBecause={missing}
            onClick={() => void commit()}
          >
            {says.start}
          </Button>
          {id !== undefined && (
            <>
              <Button look="danger" busy={remove.busy} onClick={() => void forget()}>
                {says.remove}
              </Button>
              <span className="small meta">{says.removeSays}</span>
            </>
          )}
        </>
      }
    >
      <div className="scroll drift-form" tabIndex={0} role="region" aria-label={says.title}>
        {children}
        <Wrong trouble={save.trouble} />
        <Wrong trouble={remove.trouble} />
      </div>
    </Panel>
  )
}
function SourceFields({ form }: { form: MonitorFormState }) {
  const [found, setFound] = useState<SourceLook>()
  return (
    <>
      <div className="mini-form">
        <DataFields form={form} />
        <ColumnFields form={form} />
        <AlertFields form={form} />
      </div>
      <datalist id="drift-columns">
        {found?.columns.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <Look form={form} found={found} onFound={setFound} />
    </>
  )
}
function DataFields({ form }: { form: MonitorFormState }) {
  const path = { layout: 'mini', mono: true, placeholder: says.pathHelp } as const
  return (
    <>
      <TextField form={form} name="model" label={says.model} layout="mini" />
      <TextField form={form} name="about" label={says.about} layout="mini" />
      <TextField form={form} name="reference" label={says.reference} {...path} />
      <TextField form={form} name="whereReference" label={says.where} layout="mini" mono />
      <TextField form={form} name="current" label={says.current} {...path} />
      <TextField form={form} name="whereCurrent" label={says.where} layout="mini" mono />
    </>
  )
}
const optionsOf = (values: readonly string[]) => values.map((value) => ({ value, says: value }))
function ColumnFields({ form }: { form: MonitorFormState }) {
  const column = { layout: 'mini', list: 'drift-columns', placeholder: says.noneOf } as const
  return (
    <>
      <TextField
        form={form}
        name="timeColumn"
        label={says.time}
        {...column}
        placeholder={says.noTime}
      />
      <ChoiceField
        form={form}
        name="period"
        label={says.period}
        layout="mini"
        options={optionsOf(Period.options)}
      />
      <TextField form={form} name="label" label={says.label} {...column} />
      <TextField form={form} name="prediction" label={says.prediction} {...column} />
      <TextField form={form} name="probability" label={says.probability} {...column} />
      <ChoiceField
        form={form}
        name="task"
        label={says.task}
        layout="mini"
        options={optionsOf(Task.options)}
      />
      <TextField
        form={form}
        name="segments"
        label={says.segments}
        layout="mini"
        placeholder={says.noneOf}
      />
    </>
  )
}
const AlertFields = ({ form }: { form: MonitorFormState }) => (
  <>
    <NumberField form={form} name="k" label={says.k} layout="mini" />
    <NumberField form={form} name="n" label={says.n} layout="mini" unit={says.windows} />
    <NumberField form={form} name="watch" label={says.watch} layout="mini" step={0.01} />
    <NumberField form={form} name="act" label={says.act} layout="mini" step={0.01} />
  </>
)
interface LookProps {
  form: MonitorFormState
  found: SourceLook | undefined
  onFound: (found: SourceLook) => void
}
/** Reads the first rows of the reference, as the fields name it. */
function Look({ form, found, onFound }: LookProps) {
  const { reference, whereReference } = form.typed
  const problem = form.reading.ok
    ? undefined
    : (form.reading.problems['reference'] ?? form.reading.problems['whereReference'])
  const look = useAction((client) =>
    client.drift.look({
      source: {
        path: reference.trim(),
        ...(whereReference.trim() !== '' && { where: whereReference.trim() }),
      },
    }),
  )
  const examine = async () => {
    const one = await look.act()
    if (one) onFound(one)
  }
  return (
    <>
      <div className="row">
        <Button
          small
          busy={look.busy}
          disabledBecause={reference.trim() === '' ? says.pathHelp : problem}
          onClick={() => void examine()}
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
      {found && <Found look={found} />}
    </>
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
