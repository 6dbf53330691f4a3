import { useState } from 'react'
import type { Project } from '../../../preload/contract/records'
import type { ProjectSpec } from '../../../preload/contract/records/project'
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
import { ConflictPanel, type Keep } from './ConflictPanel'
import { editForm, specWith, typedOfSpec } from './forms'
import { words } from './words'

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
        onSave={(settled) => void submit(settled)}
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
