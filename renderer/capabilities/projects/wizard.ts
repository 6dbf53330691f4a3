import { Name } from '../../../preload/contract/common'
import { Draft } from '../../../preload/contract/projects'
import type { Budget, DataSource, Project, Tool } from '../../../preload/contract/records'
import type { SizeOffer } from '../../../preload/contract/projects'
import { words } from './words'

export const STEPS = ['define', 'environment', 'tools', 'data', 'button'] as const
export type Step = (typeof STEPS)[number]
export const isStep = (text: string | undefined): text is Step => STEPS.includes(text as Step)

/** What the wizard knows beside the draft itself. */
export interface Facts {
  projects: Project[]
  budgets: Budget[]
  tools: Tool[]
  sources: DataSource[]
  sites: string[]
  person: string
  now: number
  /** Fields whose text cannot be read: nothing is planned while there is one. */ unread?: Problem[]
}

const DAY = 86_400_000
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** A draft in which everything but the question is usable as it stands; `env-PROJECT` begins in a project, `use-SOURCE` with a source. */
export function newDraft(
  id: string,
  { projects, sources, budgets, sites, person, now }: Facts,
): Draft {
  const budget = budgets[0]
  const existing = projects.find(({ meta }) => id === `env-${meta.name}`)
  if (existing)
    return Draft.parse({
      id,
      step: 'environment',
      name: existing.meta.name,
      project: existing.spec,
      existingProject: existing.meta.name,
    })
  const source = sources.find(({ meta }) => id === `use-${meta.name}`)
  return Draft.parse({
    id,
    step: 'define',
    name: '',
    ...(source && { data: [{ source: source.meta.name }] }),
    project: {
      // What is not known yet is left out: a draft may be opened before the records arrived.
      ...(person && { owner: person }),
      ...(budget && {
        ...(budget.spec.team && { team: budget.spec.team }),
        costCentre: budget.meta.name,
        budgetUsd: Math.min(500, budget.spec.capUsd),
      }),
      members: [],
      sites,
      timeBox: { start: iso(now), due: iso(now + 15 * DAY) },
    },
  })
}

/** The tool a draft stands on: the one picked, else the first approved notebook. */
export function toolOf(draft: Draft, tools: Tool[]): Tool | undefined {
  const picked = tools.find(({ meta }) => meta.name === draft.tool)
  if (picked) return picked
  const approved = tools.filter(({ spec }) => spec.stage === 'approved')
  return approved.find(({ spec }) => spec.kind === 'jupyter') ?? approved[0]
}
/** The machine a draft stands on when nobody picked one: the cheapest that fits now. */
export function suggestedOffer(offers: SizeOffer[]): SizeOffer | undefined {
  const fitting = offers.filter(({ fitsNow, refused }) => fitsNow && refused === undefined)
  return [...fitting].sort((a, b) => (a.usdPerHour ?? Infinity) - (b.usdPerHour ?? Infinity))[0]
}

export interface Problem {
  field: string
  says: string
}
type Check = (draft: Draft, facts: Facts) => string | false
const CHECKS: [field: string, check: Check][] = [
  ['question', ({ project }) => !project.question?.trim() && words.problem.question],
  [
    'name',
    ({ name }) =>
      !Name.safeParse(name).success && (name === '' ? words.problem.name : words.problem.badName),
  ],
  [
    'name',
    ({ name }, { projects }) =>
      projects.some(({ meta }) => meta.name === name) && words.problem.nameTaken(name),
  ],
  ['owner', ({ project }) => !project.owner?.trim() && words.problem.owner],
  ['team', ({ project }) => !project.team?.trim() && words.problem.team],
  [
    'costCentre',
    ({ project }, { budgets }) =>
      !budgets.some(({ meta }) => meta.name === project.costCentre) && words.problem.costCentre,
  ],
  [
    'due',
    ({ project }, { now }) =>
      (!project.timeBox || !(Date.parse(project.timeBox.due) > now)) && words.problem.due,
  ],
  ['budgetUsd', ({ project }) => !((project.budgetUsd ?? 0) > 0) && words.problem.budget],
]
/** What the definition still lacks, field by field, checked again by the core. */
export function problemsOf(draft: Draft, facts: Facts): Problem[] {
  const { unread = [] } = facts
  if (draft.existingProject) return unread
  const named = CHECKS.flatMap(([field, check]) => {
    const says = check(draft, facts)
    return says === false ? [] : [{ field, says }]
  })
  return [...named, ...unread.filter(({ field }) => !named.some((one) => one.field === field))]
}

export interface StepView {
  id: Step
  number: number
  title: string
  summary: string
  state: 'done' | 'current' | 'open'
}
/** The step bar: what each step holds in a few words, and whether it was passed. */
export function stepsOf(draft: Draft, current: Step, facts: Facts): StepView[] {
  const reached = Math.max(STEPS.indexOf(draft.step), STEPS.indexOf(current))
  const tool = toolOf(draft, facts.tools)
  const problems = problemsOf(draft, facts).length
  const summaries: Record<Step, string> = {
    define: draft.project.question?.trim() || draft.existingProject || words.step.defineEmpty,
    environment: draft.size?.name ?? words.step.environmentEmpty,
    tools: draft.tool
      ? (tool?.spec.title ?? draft.tool)
      : tool
        ? words.step.suggested(tool.spec.title)
        : words.step.toolsEmpty,
    data: draft.data.length > 0 ? words.step.sources(draft.data.length) : words.step.dataEmpty,
    button: problems > 0 ? words.step.problems(problems) : words.step.ready,
  }
  return STEPS.map((id, index) => ({
    id,
    number: index + 1,
    title: words.step[id],
    summary: summaries[id],
    state:
      id === current
        ? 'current'
        : index < reached && (id !== 'define' || problems === 0)
          ? 'done'
          : 'open',
  }))
}
/** Why the button cannot be pushed yet; empty when it can. */
export function stepsLeft(draft: Draft, current: Step, facts: Facts): string[] {
  const reached = Math.max(STEPS.indexOf(draft.step), STEPS.indexOf(current))
  const unseen = STEPS.slice(reached + 1, 4).map((id) => words.step[id])
  return [
    ...problemsOf(draft, facts).map(({ says }) => says),
    ...(unseen.length > 0 ? [words.left(unseen)] : []),
  ]
}
/** The draft as it is planned: with the suggested tool and machine where nothing was picked. */
export function planned(draft: Draft, tools: Tool[], offer: SizeOffer | undefined): Draft {
  const tool = toolOf(draft, tools)
  const size = draft.size ?? offer?.size
  return { ...draft, ...(tool && { tool: tool.meta.name }), ...(size && { size }) }
}
/** Days from now until an instant, not below zero. */
export const daysUntil = (at: string, now: number): number =>
  Math.max(0, Math.round((Date.parse(at) - now) / DAY))
