import { useState } from 'react'
import type { Draft } from '../../../preload/contract/projects'
import { nameFrom } from '../../../preload/contract/names'
import type { Member, ProjectSpec } from '../../../preload/contract/records/project'
import {
  Button,
  ChoiceField,
  DayField,
  formatUsd,
  LinesField,
  NumberField,
  TextField,
  useForm,
} from '../../design'
import { memberForm, Suggestions } from '../people'
import { NameField } from './NameField'
import { problemsOf, type Facts } from './wizard'
import type { DefineForm } from './wizard-forms'
import { words } from './words'

interface StepProps {
  draft: Draft
  form: DefineForm
  facts: Facts
  change: (patch: Partial<Draft>) => void
  pressed: boolean
}
/** Step 1: the question, its people, its money and its time box. Problems are named once somebody tried to go on. */
export function DefineStep({ draft, form, facts, change, pressed }: StepProps) {
  const set = (patch: Partial<ProjectSpec>) => change({ project: { ...draft.project, ...patch } })
  return (
    <div className="form">
      <QuestionFields draft={draft} form={form} facts={facts} pressed={pressed} change={change} />
      <MoneyFields draft={draft} form={form} facts={facts} pressed={pressed} />
      <Sites draft={draft} facts={facts} set={set} />
      <Members members={draft.project.members ?? []} onChange={(members) => set({ members })} />
      <TextField
        form={form}
        name="repository"
        label={words.field.repository}
        help={words.field.repositoryHelp}
        mono
      />
    </div>
  )
}
type FieldsProps = Omit<StepProps, 'change'>
/** What is wrong with a field beyond its text, once it is filled or somebody tried to go on. */
const problemIn = ({ draft, facts, pressed }: FieldsProps, field: string, filled: boolean) =>
  pressed || filled ? problemsOf(draft, facts).find((one) => one.field === field)?.says : undefined

function QuestionFields(props: StepProps) {
  const { draft, form } = props
  const { title, name } = form.typed
  const follows = name === '' || name === nameFrom(title)
  // The name follows the title until somebody writes another.
  const titled: DefineForm = {
    ...form,
    set: (typed) => form.set(follows ? { ...typed, name: nameFrom(typed.title ?? title) } : typed),
  }
  return (
    <>
      <LinesField
        form={form}
        name="question"
        label={words.field.question}
        help={words.field.questionHelp}
        problem={problemIn(props, 'question', false)}
        autoFocus
      />
      <TextField form={titled} name="title" label={words.field.title} />
      <NameField
        draft={draft}
        form={form}
        problem={problemIn(props, 'name', draft.name !== '')}
        change={props.change}
      />
      <TextField
        form={form}
        name="owner"
        label={words.field.owner}
        problem={problemIn(props, 'owner', false)}
      />
    </>
  )
}
function MoneyFields(props: FieldsProps) {
  const { form, facts } = props
  const { costCentre, budgetUsd } = form.typed
  // A cost centre brings its team.
  const paid: DefineForm = {
    ...form,
    set: (typed) => {
      const budget = facts.budgets.find(({ meta }) => meta.name === typed.costCentre)
      form.set({ ...typed, ...(budget && { team: budget.spec.team }) })
    },
  }
  return (
    <>
      <ChoiceField
        form={paid}
        name="costCentre"
        label={words.field.costCentre}
        problem={problemIn(props, 'costCentre', costCentre !== '')}
        options={[
          { value: '', says: '…' },
          ...facts.budgets.map(({ meta, spec, status }) => ({
            value: meta.name,
            says: `${meta.name} ${spec.title}, ${formatUsd(spec.capUsd - (status.spentUsd ?? 0))} of ${formatUsd(spec.capUsd)} a ${spec.period}`,
          })),
        ]}
      />
      <TextField
        form={form}
        name="team"
        label={words.field.team}
        problem={problemIn(props, 'team', false)}
      />
      <DayField
        form={form}
        name="due"
        label={words.field.due}
        problem={problemIn(props, 'due', true)}
      />
      <NumberField
        form={form}
        name="budgetUsd"
        label={words.field.budget}
        step={10}
        width={160}
        problem={problemIn(props, 'budgetUsd', budgetUsd !== '')}
      />
    </>
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
  const form = useForm(memberForm, { name: '' })
  const [role, setRole] = useState<Member['role']>('engineer')
  const [kind, setKind] = useState<Member['kind']>('User')
  const addOne = (who: Pick<Member, 'kind' | 'name'>) => {
    onChange([
      ...members.filter((one) => one.name !== who.name || one.kind !== who.kind),
      { kind: who.kind, name: who.name, role },
    ])
    form.reset()
  }
  const add = () => {
    const wanted = form.tried()
    if (wanted) addOne({ kind, ...wanted })
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
          <div
            className="grow"
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                event.preventDefault()
                event.stopPropagation()
                add()
              }
            }}
          >
            <TextField
              form={form}
              name="name"
              label={words.field.memberName}
              layout="bare"
              placeholder={words.field.memberName}
            />
          </div>
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
        <Suggestions text={form.typed.name} onPick={addOne} />
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
