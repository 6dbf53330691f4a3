import { z } from 'zod'
import { Name } from '../../../preload/contract/common'
import { ProjectAsk, type Draft } from '../../../preload/contract/projects'
import type { ProjectSpec } from '../../../preload/contract/records/project'
import { choiceField, dayField, defineForm, numberField, textField, type Typed } from '../../design'

const ask = ProjectAsk.shape
const repository = textField(z.string().pipe(ask.repository.unwrap()))

/** Step 1 of the wizard. */
export const defineStepForm = defineForm({
  id: 'projects.define',
  fields: {
    question: textField(ask.question),
    title: textField(ask.title),
    name: textField(Name),
    owner: textField(ask.owner),
    costCentre: choiceField(z.string()),
    team: textField(ask.team),
    due: dayField(),
    budgetUsd: numberField(ask.budgetUsd),
    repository,
  },
  example: {
    question: 'Is this a live voice?',
    title: 'Voice liveness',
    name: 'voice-liveness',
    owner: 'mara.lind',
    costCentre: '4410',
    team: 'Voice',
    due: '2027-01-15',
    budgetUsd: '500',
    repository: '',
  },
})
export type DefineTyped = Typed<typeof defineStepForm.fields>

/** The end of a day, as time boxes end. */
const endOf = (day: string) => `${day}T18:00:00Z`
const dayOf = (at: string | undefined) => at?.slice(0, 10) ?? ''

/** What a draft says, as text in the fields. */
export const typedOfDraft = ({ name, project }: Draft): DefineTyped => ({
  question: project.question ?? '',
  title: project.title ?? '',
  name,
  owner: project.owner ?? '',
  costCentre: project.costCentre ?? '',
  team: project.team ?? '',
  due: dayOf(project.timeBox?.due),
  budgetUsd: project.budgetUsd === undefined ? '' : String(project.budgetUsd),
  repository: project.repository ?? '',
})
type Values = { [K in keyof DefineTyped]: z.output<(typeof defineStepForm.fields)[K]> }
/** A draft with the fields that could be read, without those that were emptied; a field that could not be read keeps what the draft had, and nothing is planned meanwhile. */
export function draftWith(
  draft: Draft,
  { name, due, repository: address, ...read }: Partial<Values>,
  nowIso: string,
): Pick<Draft, 'name' | 'project'> {
  const box = draft.project.timeBox ?? { start: nowIso, due: '' }
  const { repository: _, ...project } = { ...draft.project, ...read }
  const kept = address === undefined ? draft.project.repository : address
  return {
    name: name ?? draft.name,
    project: {
      ...Object.fromEntries(Object.entries(project).filter(([, value]) => value !== '')),
      ...(due !== undefined && dayOf(box.due) !== due && { timeBox: { ...box, due: endOf(due) } }),
      ...(kept !== undefined && kept !== '' && { repository: kept }),
    },
  }
}

export const editForm = defineForm({
  id: 'projects.edit',
  fields: {
    question: textField(ask.question),
    owner: textField(ask.owner),
    costCentre: choiceField(ask.costCentre),
    due: dayField(),
    budgetUsd: numberField(ask.budgetUsd),
  },
  example: {
    question: 'Is this a live voice?',
    owner: 'mara.lind',
    costCentre: '4410',
    due: '2027-01-15',
    budgetUsd: '500',
  },
})
export const typedOfSpec = (spec: ProjectSpec): Typed<typeof editForm.fields> => ({
  question: spec.question,
  owner: spec.owner,
  costCentre: spec.costCentre,
  due: dayOf(spec.timeBox.due),
  budgetUsd: String(spec.budgetUsd),
})
/** A project as it was read, with what the form says. A day that stayed keeps its hour. */
export const specWith = (
  base: ProjectSpec,
  { due, ...read }: z.output<typeof editForm.schema>,
): ProjectSpec => ({
  ...base,
  ...read,
  ...(dayOf(base.timeBox.due) !== due && { timeBox: { ...base.timeBox, due: endOf(due) } }),
})
