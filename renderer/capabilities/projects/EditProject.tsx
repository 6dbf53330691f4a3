import { useState } from 'react'
import type { Project } from '../../../preload/contract/records'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import type { FailureOf } from '../../../preload/contract/failures'
import { useAction, useRecords } from '../../client'
import {
  Button,
  ChoiceField,
  DayField,
  Failed,
  LinesField,
  NumberField,
  Panel,
  Tag,
  TextField,
  useForm,
  type Form,
} from '../../design'
import { editForm, specWith, typedOfSpec } from './forms'
import { words } from './words'

type Conflict = FailureOf<'CONFLICT'>['data']
type Keep = Record<string, 'mine' | 'theirs'>

/** Edits a project from the version that was read. What others changed meanwhile is merged; where both changed the same field, both stand side by side. */
export function EditProject({ project, onClose }: { project: Project; onClose: () => void }) {
  // The version this edit began with stays the base, even while newer ones arrive.
  const [base] = useState(project)
  const form = useForm(editForm, typedOfSpec(base.spec), words.field)
  const [keep, setKeep] = useState<Keep>({})
  const save = useAction((client, spec: ProjectSpec, settled: Keep) =>
    client.projects.edit({
      name: base.meta.name,
      basedOn: { resourceVersion: base.meta.resourceVersion, spec: base.spec },
      spec,
      ...(Object.keys(settled).length > 0 && { keep: settled }),
    }),
  )
  const conflict =
    save.trouble?.failure?.code === 'CONFLICT' ? save.trouble.failure.data : undefined
  const newer = project.meta.resourceVersion !== base.meta.resourceVersion
  const submit = async (settled: Keep) => {
    const read = form.tried()
    if (read && (await save.act(specWith(base.spec, read), settled))) onClose()
  }
  if (conflict)
    return (
      <ConflictPanel
        name={base.meta.name}
        conflict={conflict}
        keep={keep}
        onKeep={setKeep}
        busy={save.busy}
        onSave={() =>
          void submit({
            ...Object.fromEntries(conflict.fields.map(({ path }) => [path, 'mine' as const])),
            ...keep,
          })
        }
        onClose={onClose}
      />
    )
  return (
    <Panel
      title={words.edit}
      means={base.meta.name}
      actions={newer && <Tag tone="warning">{words.newer}</Tag>}
    >
      <form
        className="stack control-text"
        onSubmit={(event) => {
          event.preventDefault()
          void submit({})
        }}
      >
        <EditFields form={form} />
        {save.trouble && (
          <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
        )}
        <div className="row">
          <Button look="primary" type="submit" busy={save.busy} disabledBecause={form.missing}>
            {words.save}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {words.close}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
function EditFields({ form }: { form: Form<typeof editForm.fields, unknown> }) {
  const budgets = useRecords('Budget')
  return (
    <>
      <LinesField form={form} name="question" label={words.field.question} layout="stacked" />
      <TextField form={form} name="owner" label={words.field.owner} layout="stacked" />
      <ChoiceField
        form={form}
        name="costCentre"
        label={words.field.costCentre}
        layout="stacked"
        options={budgets.map(({ meta, spec }) => ({
          value: meta.name,
          says: `${meta.name} ${spec.title}`,
        }))}
      />
      <DayField form={form} name="due" label={words.field.due} layout="stacked" />
      <NumberField
        form={form}
        name="budgetUsd"
        label={words.field.budget}
        layout="stacked"
        width={160}
      />
    </>
  )
}
interface ConflictProps {
  name: string
  conflict: Conflict
  keep: Keep
  onKeep: (keep: Keep) => void
  busy: boolean
  onSave: () => void
  onClose: () => void
}
function ConflictPanel({ name, conflict, keep, onKeep, busy, onSave, onClose }: ConflictProps) {
  const choice = (path: string) => keep[path] ?? 'mine'
  return (
    <Panel title={words.changedByTwo(name)} means={words.bothStarted}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.fieldColumn}</th>
            <th scope="col">{words.you}</th>
            <th scope="col">{conflict.theirs}</th>
            <th scope="col">{words.before}</th>
          </tr>
        </thead>
        <tbody>
          {conflict.fields.map(({ path, mine, theirs, before }) => (
            <tr key={path}>
              <th scope="row">{path}</th>
              {(
                [
                  ['mine', mine],
                  ['theirs', theirs],
                ] as const
              ).map(([whose, value]) => (
                <td key={whose}>
                  <label className="row">
                    <input
                      type="radio"
                      name={path}
                      checked={choice(path) === whose}
                      onChange={() => onKeep({ ...keep, [path]: whose })}
                    />
                    {value}
                  </label>
                </td>
              ))}
              <td className="meta">{before}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="control-text soft" style={{ padding: '8px 0' }}>
        {words.restMerged}
      </p>
      <div className="row">
        <Button look="primary" busy={busy} onClick={onSave}>
          {words.saveChosen}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {words.close}
        </Button>
      </div>
    </Panel>
  )
}
