import { useState } from 'react'
import type { Project } from '../../../preload/contract/records'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import type { FailureOf } from '../../../preload/contract/failures'
import { useAction, useRecords } from '../../client'
import { Button, Failed, Panel, Tag } from '../../design'
import { words } from './words'

type Conflict = FailureOf<'CONFLICT'>['data']
type Keep = Record<string, 'mine' | 'theirs'>

/** Edits a project from the version that was read. What others changed meanwhile is merged; where both changed the same field, both stand side by side. */
export function EditProject({ project, onClose }: { project: Project; onClose: () => void }) {
  // The version this edit began with stays the base, even while newer ones arrive.
  const [base] = useState(project)
  const [spec, setSpec] = useState<ProjectSpec>(base.spec)
  const [keep, setKeep] = useState<Keep>({})
  const budgets = useRecords('Budget')
  const save = useAction((client, settled: Keep) =>
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
    if (await save.act(settled)) onClose()
  }
  const set = (patch: Partial<ProjectSpec>) => setSpec({ ...spec, ...patch })
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
        <label className="stack tight">
          {words.field.question}
          <textarea
            className="field-box"
            style={{ height: 'auto' }}
            rows={2}
            maxLength={280}
            value={spec.question}
            onChange={({ target }) => set({ question: target.value })}
          />
        </label>
        <label className="stack tight">
          {words.field.owner}
          <input
            className="field-box"
            value={spec.owner}
            onChange={({ target }) => set({ owner: target.value })}
          />
        </label>
        <label className="stack tight">
          {words.field.costCentre}
          <select
            className="field-box"
            value={spec.costCentre}
            onChange={({ target }) => set({ costCentre: target.value })}
          >
            {budgets.map(({ meta, spec: budget }) => (
              <option key={meta.name} value={meta.name}>{`${meta.name} ${budget.title}`}</option>
            ))}
          </select>
        </label>
        <label className="stack tight">
          {words.field.due}
          <input
            type="date"
            className="field-box"
            value={spec.timeBox.due.slice(0, 10)}
            onChange={({ target }) => {
              if (target.value)
                set({ timeBox: { ...spec.timeBox, due: `${target.value}T18:00:00Z` } })
            }}
          />
        </label>
        <label className="stack tight">
          {words.field.budget}
          <input
            type="number"
            min={0}
            className="field-box"
            value={spec.budgetUsd}
            onChange={({ target }) => set({ budgetUsd: Number(target.value) })}
          />
        </label>
        {save.trouble && (
          <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
        )}
        <div className="row">
          <Button look="primary" type="submit" busy={save.busy}>
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
