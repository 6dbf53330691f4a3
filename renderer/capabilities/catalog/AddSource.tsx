import { useState } from 'react'
import { Classification, SourceKind } from '../../../preload/contract/records/catalog'
import { usePlan } from '../../client'
import { Button, ChoiceField, NumberField, Panel, TextField, useForm } from '../../design'
import { RunPlan } from '../operations'
import { useHome, useSites } from '../sites/store'
import { nameFollows, sourceForm } from './forms'
import { words } from './words'

const BLANK = { ...sourceForm.example, title: '', name: '', lies: '', team: '' }
const KINDS = SourceKind.options.map((value) => ({ value, says: words.kinds[value] }))
const CLASSES = Classification.options.map((value) => ({ value, says: value }))

/** A source of data: where it lies, whose it is, how fresh it has to be and where it may be used. */
export function AddSource({ onClose }: { onClose: () => void }) {
  const home = useHome()
  const form = useSourceForm(home?.id ?? '')
  const [mayGoTo, setMayGoTo] = useState<string[]>(home ? [home.id] : [])
  const { reading } = form
  const plan = usePlan(
    reading.ok
      ? {
          name: reading.value.name,
          spec: { ...reading.value.spec, owner: home?.user ?? '', mayGoTo },
        }
      : undefined,
    (client, input, options) => client.catalog.planAddSource(input, options),
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={words.addTitle}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {words.form.cancel}
          </Button>
        }
      >
        <div className="mini-form">
          <SourceFields form={form} />
          <MayGoTo mayGoTo={mayGoTo} onChange={setMayGoTo} />
        </div>
      </Panel>
      <RunPlan grows plan={plan} missing={form.missing} onStarted={onClose} />
    </div>
  )
}
const useSourceForm = (site: string) =>
  nameFollows(useForm(sourceForm, { ...BLANK, site }, words.form))
function SourceFields({ form }: { form: ReturnType<typeof useSourceForm> }) {
  const sites = useSites().map(({ id, name }) => ({ value: id, says: name }))
  const says = words.form
  return (
    <>
      <TextField form={form} name="title" label={says.title} layout="mini" autoFocus />
      <TextField form={form} name="name" label={says.name} layout="mini" mono />
      <ChoiceField form={form} name="kind" label={says.kind} layout="mini" options={KINDS} />
      <TextField
        form={form}
        name="lies"
        label={says.lies}
        layout="mini"
        mono
        placeholder={says.locationHelp}
      />
      <ChoiceField form={form} name="site" label={says.site} layout="mini" options={sites} />
      <TextField form={form} name="team" label={says.team} layout="mini" />
      <ChoiceField
        form={form}
        name="classification"
        label={says.class}
        layout="mini"
        options={CLASSES}
      />
      <NumberField
        form={form}
        name="freshWithinHours"
        label={says.freshWithinHours}
        layout="mini"
      />
      <TextField form={form} name="description" label={says.description} layout="mini" />
    </>
  )
}
function MayGoTo({
  mayGoTo,
  onChange,
}: {
  mayGoTo: string[]
  onChange: (mayGoTo: string[]) => void
}) {
  const sites = useSites()
  return (
    <fieldset className="wide row" style={{ border: 0, padding: 0, margin: 0 }}>
      <legend className="visually-hidden">{words.columns.mayGoTo}</legend>
      {words.columns.mayGoTo}
      {sites.map((one) => (
        <label key={one.id} className="check">
          <input
            type="checkbox"
            checked={mayGoTo.includes(one.id)}
            onChange={({ target }) =>
              onChange(
                target.checked ? [...mayGoTo, one.id] : mayGoTo.filter((id) => id !== one.id),
              )
            }
          />{' '}
          {one.name}
        </label>
      ))}
    </fieldset>
  )
}
