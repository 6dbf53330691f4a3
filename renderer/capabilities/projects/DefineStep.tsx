import { useId, useState, type ReactNode } from 'react'
import type { Draft } from '../../../preload/contract/projects'
import type { Member, ProjectSpec } from '../../../preload/contract/records/project'
import { Button, formatUsd } from '../../design'
import { Suggestions } from '../people'
import { nameFrom, problemsOf, type Facts } from './wizard'
import { words } from './words'

interface FieldProps {
  label: string
  help?: string
  problem?: string | undefined
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode
}
/** A label, its control, and beneath it what is wrong or what it is for. */
export function Field({ label, help, problem, children }: FieldProps) {
  const id = useId()
  const note = problem ?? help
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      <div className="form-control">
        {children({
          id,
          ...(note && { 'aria-describedby': `${id}-note` }),
          ...(problem && { 'aria-invalid': true }),
        })}
        {note && (
          <span id={`${id}-note`} className={problem ? 'form-note problem' : 'form-note'}>
            {note}
          </span>
        )}
      </div>
    </div>
  )
}
const dayOf = (at: string | undefined) => at?.slice(0, 10) ?? ''
/** The end of a day, as time boxes end. */
const endOf = (day: string) => `${day}T18:00:00Z`

interface StepProps {
  draft: Draft
  facts: Facts
  change: (patch: Partial<Draft>) => void
  pressed: boolean
}
/** Step 1: the question, its people, its money and its time box. Problems are named once somebody tried to go on. */
export function DefineStep({ draft, facts, change, pressed }: StepProps) {
  const problems = problemsOf(draft, facts)
  const problem = (field: string, filled: boolean) =>
    pressed || filled ? problems.find((one) => one.field === field)?.says : undefined
  const set = (patch: Partial<ProjectSpec>) => change({ project: { ...draft.project, ...patch } })
  const {
    question = '',
    title = '',
    owner = '',
    team = '',
    costCentre = '',
    timeBox,
    budgetUsd,
    repository = '',
  } = draft.project
  const box = timeBox ?? { start: new Date(facts.now).toISOString(), due: '' }
  const retitle = (text: string) => {
    const follows = draft.name === '' || draft.name === nameFrom(title)
    change({ project: { ...draft.project, title: text }, ...(follows && { name: nameFrom(text) }) })
  }
  return (
    <div className="form">
      <Field
        label={words.field.question}
        help={words.field.questionHelp}
        problem={problem('question', false)}
      >
        {(ids) => (
          <textarea
            {...ids}
            className="field-box tall"
            rows={2}
            maxLength={280}
            value={question}
            autoFocus
            onChange={({ target }) => set({ question: target.value })}
          />
        )}
      </Field>
      <Field label={words.field.title}>
        {(ids) => (
          <input
            {...ids}
            className="field-box"
            maxLength={80}
            value={title}
            onChange={({ target }) => retitle(target.value)}
          />
        )}
      </Field>
      <Field
        label={words.field.name}
        help={words.field.nameHelp}
        problem={problem('name', draft.name !== '')}
      >
        {(ids) => (
          <input
            {...ids}
            className="field-box mono"
            maxLength={63}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
          />
        )}
      </Field>
      <Field label={words.field.owner} problem={problem('owner', false)}>
        {(ids) => (
          <input
            {...ids}
            className="field-box"
            value={owner}
            onChange={({ target }) => set({ owner: target.value })}
          />
        )}
      </Field>
      <Field label={words.field.costCentre} problem={problem('costCentre', costCentre !== '')}>
        {(ids) => (
          <select
            {...ids}
            className="field-box"
            value={costCentre}
            onChange={({ target }) => {
              const budget = facts.budgets.find(({ meta }) => meta.name === target.value)
              set({ costCentre: target.value, ...(budget && { team: budget.spec.team }) })
            }}
          >
            <option value="">…</option>
            {facts.budgets.map(({ meta, spec, status }) => (
              <option
                key={meta.name}
                value={meta.name}
              >{`${meta.name} ${spec.title}, ${formatUsd(spec.capUsd - (status.spentUsd ?? 0))} of ${formatUsd(spec.capUsd)} a ${spec.period}`}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label={words.field.team} problem={problem('team', false)}>
        {(ids) => (
          <input
            {...ids}
            className="field-box"
            value={team}
            onChange={({ target }) => set({ team: target.value })}
          />
        )}
      </Field>
      <Field label={words.field.due} problem={problem('due', true)}>
        {(ids) => (
          <input
            {...ids}
            type="date"
            className="field-box"
            value={dayOf(box.due)}
            onChange={({ target }) =>
              set({ timeBox: { ...box, due: target.value ? endOf(target.value) : '' } })
            }
          />
        )}
      </Field>
      <Field label={words.field.budget} problem={problem('budgetUsd', budgetUsd !== undefined)}>
        {(ids) => (
          <input
            {...ids}
            type="number"
            min={0}
            step={10}
            className="field-box"
            value={budgetUsd ?? ''}
            onChange={({ target }) => {
              const { budgetUsd: _, ...rest } = draft.project
              change({
                project: target.value === '' ? rest : { ...rest, budgetUsd: Number(target.value) },
              })
            }}
          />
        )}
      </Field>
      <Sites draft={draft} facts={facts} set={set} />
      <Members members={draft.project.members ?? []} onChange={(members) => set({ members })} />
      <Field label={words.field.repository} help={words.field.repositoryHelp}>
        {(ids) => (
          <input
            {...ids}
            className="field-box mono"
            value={repository}
            onChange={({ target }) => {
              const { repository: _, ...rest } = draft.project
              change({
                project: target.value === '' ? rest : { ...rest, repository: target.value },
              })
            }}
          />
        )}
      </Field>
    </div>
  )
}
function Sites({
  draft,
  facts,
  set,
}: {
  draft: Draft
  facts: Facts
  set: (patch: Partial<ProjectSpec>) => void
}) {
  const chosen = draft.project.sites ?? []
  return (
    <fieldset className="form-row">
      <legend>{words.field.sites}</legend>
      <div className="form-control inline">
        {facts.sites.map((site) => (
          <label key={site} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(site)}
              onChange={({ target }) =>
                set({
                  sites: target.checked ? [...chosen, site] : chosen.filter((one) => one !== site),
                })
              }
            />{' '}
            {site}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
const ROLES = ['lead', 'engineer', 'analyst'] as const
function Members({
  members,
  onChange,
}: {
  members: Member[]
  onChange: (members: Member[]) => void
}) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Member['role']>('engineer')
  const [kind, setKind] = useState<Member['kind']>('User')
  const addOne = (who: Pick<Member, 'kind' | 'name'>) => {
    onChange([
      ...members.filter((one) => one.name !== who.name || one.kind !== who.kind),
      { kind: who.kind, name: who.name, role },
    ])
    setName('')
  }
  const add = () => {
    if (name.trim() !== '') addOne({ kind, name: name.trim() })
  }
  return (
    <fieldset className="form-row">
      <legend>{words.field.members}</legend>
      <div className="form-control">
        <div className="form-line">
          <select
            className="field-box"
            aria-label={words.field.kind}
            value={kind}
            onChange={({ target }) => setKind(target.value as Member['kind'])}
          >
            <option>User</option>
            <option>Group</option>
          </select>
          <input
            className="field-box grow"
            aria-label={words.field.memberName}
            placeholder={words.field.memberName}
            value={name}
            onChange={({ target }) => setName(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                event.preventDefault()
                event.stopPropagation()
                add()
              }
            }}
          />
          <select
            className="field-box"
            aria-label={words.field.role}
            value={role}
            onChange={({ target }) => setRole(target.value as Member['role'])}
          >
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <Button onClick={add}>{words.field.addMember}</Button>
        </div>
        <Suggestions text={name} onPick={addOne} />
        <div className="chips">
          {members.map((member) => (
            <button
              type="button"
              key={`${member.kind}/${member.name}`}
              className="chip"
              aria-label={`Remove ${member.name}`}
              onClick={() => onChange(members.filter((one) => one !== member))}
            >
              <b>{member.name}</b> {member.role} ✕
            </button>
          ))}
        </div>
      </div>
    </fieldset>
  )
}
