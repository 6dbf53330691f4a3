import { useEffect, useMemo, useState } from 'react'
import type { Plan } from '../../../preload/contract/operations'
import type { Draft } from '../../../preload/contract/projects'
import {
  hrefOf,
  lastKnown,
  navigate,
  useAddress,
  useAsk,
  useCore,
  usePlan,
  useRecords,
  type Remote,
} from '../../client'
import {
  Answer,
  Button,
  formatDay,
  formatWhen,
  formatUsd,
  Loading,
  PageHead,
  Panel,
  Tag,
  useKeys,
} from '../../design'
import { DataStep } from '../catalog/DataStep'
import { ToolsStep } from '../catalog/ToolsStep'
import { EnvironmentStep } from '../environments/EnvironmentStep'
import { PlanPanel } from '../operations'
import { useSiteNow, useSites } from '../sites/store'
import { planFor } from './asking'
import { ButtonStep } from './ButtonStep'
import type { Conflict } from './ConflictPanel'
import { DefineStep } from './DefineStep'
import {
  daysUntil,
  isStep,
  newDraft,
  planned,
  problemsOf,
  STEPS,
  stepsLeft,
  stepsOf,
  suggestedOffer,
  toolOf,
  type Facts,
  type Step,
} from './wizard'
import { unreadOf, useWizardForms } from './wizard-forms'
import { DraftConflict, MergedIn, OtherWindow } from './OtherWindow'
import { beginWith, discardDraft, leaveFulfilled, useDraft } from './wizard-store'
import { words } from './words'
import './wizard.css'

/** Everything the wizard knows: shared records, the sites at hand and who is using it. */
function useFacts(): Facts {
  const now = useSiteNow(30_000)
  const projects = useRecords('Project')
  const budgets = useRecords('Budget')
  const tools = useRecords('Tool')
  const sources = useRecords('DataSource')
  const sites = useSites()
  return useMemo(
    () => ({
      projects,
      budgets,
      tools,
      sources,
      sites: sites.map(({ id }) => id),
      person: sites.find(({ home }) => home)?.user ?? '',
      now,
    }),
    [projects, budgets, tools, sources, sites, now],
  )
}

/** The discovery line as five steps; the plan grows at the right, and nothing changes before its button. */
export function WizardScreen() {
  const { path } = useAddress()
  const facts = useFacts()
  const id = path[2] ?? 'new'
  const step: Step = isStep(path[3]) ? path[3] : 'define'
  const ready = facts.person !== '' && facts.budgets.length > 0
  const { draft, base, saving, trouble, conflict, change } = useDraft(id, () => newDraft(id, facts))
  // A draft begun before the records arrived takes the defaults they bring, unless somebody typed there.
  useEffect(() => {
    if (!draft || !ready || draft.project.owner || draft.project.costCentre) return
    const project = {
      ...newDraft(id, facts).project,
      ...(draft.project.question && { question: draft.project.question }),
    }
    if (draft.revision === undefined && draft === base) beginWith({ ...draft, project })
    else change({ project })
  }, [draft, ready, id])
  if (!draft)
    return (
      <div className="screen">
        <PageHead
          title={words.newProject}
          crumbs={[{ says: words.discover, href: hrefOf(['discover']) }]}
        />
        <div className="screen-body">
          <Panel title={words.step.define}>
            <Loading />
          </Panel>
        </div>
      </div>
    )
  return (
    <Wizard
      draft={draft}
      step={step}
      facts={facts}
      change={change}
      saving={saving}
      savedAt={base?.savedAt}
      unsaved={trouble?.says}
      conflict={conflict}
    />
  )
}

/** What the sites offer and what the draft would become, as a plan that is asked for again when typing pauses. */
function usePlanned(draft: Draft, facts: Facts, running: Plan | undefined) {
  const { existingProject } = draft
  const offers = useAsk(
    (core, options) =>
      core.environments.offers({ ...(existingProject && { project: existingProject }) }, options),
    [existingProject],
  )
  const known = lastKnown(offers.remote)?.value.offers ?? []
  const suggested = suggestedOffer(known)
  const whole = planned(draft, facts.tools, suggested)
  const problems = problemsOf(draft, facts)
  // Somebody who may not see the machines may still ask for the project.
  const hidden = offers.remote.at === 'failed' && draft.existingProject === undefined
  const plannable =
    running === undefined &&
    problems.length === 0 &&
    (hidden || (whole.size !== undefined && whole.tool !== undefined))
  const { savedAt: _, revision: __, ...asked } = whole
  const plan = usePlan(
    plannable ? { ...asked, step: 'button' as const } : undefined,
    (core, wanted: Draft, options) => planFor(core, wanted, options),
  )
  const site = known.find(({ size }) => size.name === whole.size?.name)?.site
  const shown: Remote<Plan> | undefined = running
    ? { at: 'ready', value: running, asOf: facts.now }
    : plan.remote
  return { offers, suggested, whole, problems, plan: { remote: shown, again: plan.again }, site }
}
const reasonOf = (left: string[]): string | undefined =>
  left.length > 1 ? `${left[0]} ${left.length - 1} more.` : left[0]

interface WizardProps {
  draft: Draft
  step: Step
  facts: Facts
  change: (patch: Partial<Draft>) => void
  saving: boolean
  savedAt: string | undefined
  unsaved: string | undefined
  conflict: Conflict | undefined
}
function Wizard({
  draft,
  step,
  facts: all,
  change,
  saving,
  savedAt,
  unsaved,
  conflict,
}: WizardProps) {
  const { client } = useCore()
  const [pressed, setPressed] = useState(false)
  const [started, setStarted] = useState<{ operationId: string; plan: Plan }>()
  // The project that this very wizard is making does not stand in its own way.
  const forms = useWizardForms(draft, { change, now: all.now, pressed })
  const facts = {
    ...all,
    ...(started && { projects: all.projects.filter(({ meta }) => meta.name !== draft.name) }),
    unread: unreadOf(forms, draft),
  }
  const { offers, suggested, whole, problems, plan, site } = usePlanned(draft, facts, started?.plan)
  useEffect(() => (started ? leaveFulfilled : undefined), [started])
  // A step counts as looked at however somebody came there: by the button, the keys or its link.
  useEffect(() => {
    if (STEPS.indexOf(step) > STEPS.indexOf(draft.step)) change({ step })
  }, [step, draft.step])
  const go = (to: Step) => navigate(hrefOf(['discover', 'new', draft.id, to]))
  const next = STEPS[STEPS.indexOf(step) + 1]
  const shown = conflict ? undefined : step
  const forward = () => {
    if (step === 'define' && problems.length > 0) return setPressed(true)
    if (next) go(next)
  }
  useKeys(Object.fromEntries(STEPS.map((one, index) => [`alt+${index + 1}`, () => go(one)])))
  const discard = () =>
    void discardDraft(client, draft.id).then(() => navigate(hrefOf(['discover'])))
  return (
    <div className="screen">
      <WizardHead
        draft={draft}
        facts={facts}
        saving={saving}
        savedAt={savedAt}
        unsaved={unsaved}
        onDiscard={discard}
      />
      <div className="wizard-body">
        <StepBar draft={draft} step={step} facts={facts} />
        <form
          className="panel"
          onSubmit={(event) => {
            event.preventDefault()
            forward()
          }}
          noValidate
        >
          <OtherWindow started={started !== undefined} />
          <div className="wizard-step">
            {conflict && <DraftConflict name={draft.name} conflict={conflict} />}
            {shown === 'define' && (
              <Panel title={words.step.define}>
                <div className="scroll">
                  <DefineStep
                    draft={draft}
                    form={forms.define}
                    facts={facts}
                    change={change}
                    pressed={pressed}
                  />
                </div>
              </Panel>
            )}
            {shown === 'environment' && (
              <EnvironmentStep
                draft={draft}
                form={forms.machine}
                remote={offers.remote}
                suggested={suggested}
                tool={toolOf(draft, facts.tools)}
                now={facts.now}
                change={change}
                states={<OfferStates {...offers} />}
              />
            )}
            {shown === 'tools' && (
              <ToolsStep
                draft={whole}
                tools={facts.tools}
                suggested={toolOf({ ...draft, tool: undefined }, facts.tools)}
                change={change}
              />
            )}
            {shown === 'data' && (
              <DataStep
                draft={draft}
                sources={facts.sources}
                site={site}
                now={facts.now}
                change={change}
              />
            )}
            {shown === 'button' && (
              <ButtonStep draft={whole} problems={problems} operationId={started?.operationId} />
            )}
          </div>
          <WizardFoot step={step} next={next} go={go} />
        </form>
        <PlanPanel
          grows
          remote={plan.remote}
          again={plan.again}
          title={words.plan}
          empty={words.planWaits}
          disabledBecause={started ? words.started : reasonOf(stepsLeft(draft, step, facts))}
          onStarted={(operationId, ran) => {
            setStarted({ operationId, plan: ran })
            go('button')
          }}
        />
      </div>
    </div>
  )
}
const OfferStates = ({ remote, again }: { remote: Remote<unknown>; again: () => void }) => (
  <Answer remote={remote} again={again}>
    {() => null}
  </Answer>
)
function WizardFoot({
  step,
  next,
  go,
}: {
  step: Step
  next: Step | undefined
  go: (to: Step) => void
}) {
  return (
    <div className="panel-foot">
      <div className="wizard-foot">
        {step !== 'define' && (
          <Button look="quiet" onClick={() => go(STEPS[STEPS.indexOf(step) - 1] ?? 'define')}>
            {words.back}
          </Button>
        )}
        <span className="meta">{next ? words.keys : words.keysAtEnd}</span>
        <span className="spring" />
        {next && (
          <Button look="primary" type="submit">
            {words.continueTo(words.step[next])}
          </Button>
        )}
      </div>
    </div>
  )
}
interface HeadProps {
  draft: Draft
  facts: Facts
  saving: boolean
  savedAt: string | undefined
  unsaved: string | undefined
  onDiscard: () => void
}
function WizardHead({ draft, facts, saving, savedAt, unsaved, onDiscard }: HeadProps) {
  const { timeBox, costCentre } = draft.project
  const budget = facts.budgets.find(({ meta }) => meta.name === costCentre)
  const crumbs = [
    { says: words.discover, href: hrefOf(['discover']) },
    { says: words.newProject, href: hrefOf(['discover', 'new', draft.id, 'define']) },
  ]
  return (
    <PageHead
      title={draft.name || words.untitled}
      crumbs={crumbs}
      actions={
        <>
          {timeBox?.due && (
            <span className="control-text soft">
              {words.timeBox} <b>{daysUntil(timeBox.due, facts.now)} d</b>,{' '}
              {words.due(formatDay(timeBox.due))}
            </span>
          )}
          {budget && (
            <span className="control-text soft">
              {words.costCentre}{' '}
              <b>
                {budget.meta.name} {budget.spec.title}
              </b>
              , {words.moneyLeft(formatUsd(budget.spec.capUsd - (budget.status.spentUsd ?? 0)))}
            </span>
          )}
          <Button look="quiet" onClick={onDiscard}>
            {words.discard}
          </Button>
        </>
      }
    >
      <span role="status">
        <Tag tone={unsaved ? 'warning' : 'normal'}>
          {unsaved ??
            (saving
              ? words.saving
              : savedAt
                ? words.saved(formatWhen(savedAt, facts.now))
                : words.notSaved)}
        </Tag>
      </span>
      <MergedIn />
    </PageHead>
  )
}
function StepBar({ draft, step, facts }: { draft: Draft; step: Step; facts: Facts }) {
  return (
    <nav className="steps" aria-label="Steps">
      {stepsOf(draft, step, facts).map(({ id, number, title, summary, state }) => (
        <a
          key={id}
          href={hrefOf(['discover', 'new', draft.id, id])}
          className={state}
          aria-current={state === 'current' ? 'step' : undefined}
        >
          <span className="number">{state === 'done' ? '✓' : number}</span>
          <b>{title}</b>
          <span className="meta ellipsis">{summary}</span>
        </a>
      ))}
    </nav>
  )
}
