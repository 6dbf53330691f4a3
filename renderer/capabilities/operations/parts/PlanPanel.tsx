import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Plan } from '../../../../preload/contract/operations'
import { useAction, useNow, lastKnown, type Remote } from '../../../client'
import {
  Button,
  ConfirmDelete,
  CopyButton,
  Failed,
  Loading,
  Partly,
  Tag,
  useKeys,
} from '../../../design'
import { confirmSays, isExpired, whatDiffers } from '../view-model'
import { words } from '../words'
import { PlanBody } from './PlanBody'

interface PlanPanelProps {
  /** From useAsk over one of the plan… entries; undefined while there is nothing to plan yet. */
  remote: Remote<Plan> | undefined
  again: () => void
  onStarted: (operationId: string, plan: Plan) => void
  /** What is still missing before the button works, when the screen knows. */
  disabledBecause?: string | undefined
  /** Said while there is nothing to plan. */
  empty?: ReactNode
  title?: string
  /** Another way out beside the button of a plan that deletes data. */
  otherWay?: ReactNode
  /** The person is still choosing, so that a plan which differs from the one before is no news. */
  grows?: boolean
}
/**
 * Plan, preview, confirm: price and time first; the button repeats verb and price and runs the plan as it was shown. A plan that is
 * not of what the screen asks for now (another is being made) stays readable, is marked, and has no button.
 */
export function PlanPanel(props: PlanPanelProps) {
  const { remote, title = words.plan } = props
  const plan = shownPlan(remote)
  const earlier = plan !== undefined && remote?.at !== 'ready'
  return (
    <section className={earlier ? 'panel plan earlier' : 'panel plan'} aria-label={title}>
      <div className="panel-head" style={{ minHeight: 40 }}>
        <h2>{title}</h2>
        <span className="means ellipsis">{words.planMeans}</span>
        <span className="spring" />
        {plan && !earlier && <DryRun result={plan.dryRun.result} />}
        {earlier && <Tag tone="dashed">{words.earlierPlan}</Tag>}
      </div>
      <div className="scroll grow" aria-busy={remote?.at === 'loading'}>
        {plan ? (
          <Planned plan={plan} grows={props.grows === true} />
        ) : (
          <div style={{ padding: '0 14px' }}>
            <Unplanned {...props} />
          </div>
        )}
      </div>
      <Foot {...props} title={title} plan={plan} earlier={earlier} />
    </section>
  )
}
/** The button of a plan that is of what stands on the screen; else why there is none. */
function Foot({
  plan,
  earlier,
  title,
  again,
  onStarted,
  disabledBecause,
  otherWay,
}: PlanPanelProps & { plan: Plan | undefined; earlier: boolean; title: string }) {
  if (earlier)
    return (
      <div className="panel-foot" role="status">
        <span className="control-text soft">{words.planningAnew}</span>
      </div>
    )
  if (plan)
    return <PlanFoot key={plan.id} {...{ plan, again, onStarted, disabledBecause, otherWay }} />
  if (disabledBecause === undefined) return null
  return (
    <div className="panel-foot">
      <Button disabledBecause={disabledBecause}>{title}</Button>
    </div>
  )
}
/** The newest plan there is; none once planning has failed, for a plan that cannot be made again must not be run. */
const shownPlan = (remote: Remote<Plan> | undefined): Plan | undefined =>
  remote && remote.at !== 'failed' ? lastKnown(remote)?.value : undefined
const DryRun = ({ result }: { result: Plan['dryRun']['result'] }) => (
  <Tag tone={result === 'passed' ? 'good' : result === 'failed' ? 'danger' : 'normal'}>
    {words.dryRun[result]}
  </Tag>
)
function Planned({ plan, grows }: { plan: Plan; grows: boolean }) {
  const before = usePrevious(plan)
  return <PlanBody plan={plan} differs={before && !grows ? whatDiffers(before, plan) : []} />
}
function Unplanned({ remote, again, empty }: PlanPanelProps) {
  if (!remote) return <Partly says={empty} />
  return remote.at === 'failed' ? (
    <Failed
      says={remote.trouble.says}
      remedy={remote.trouble.remedy}
      code={remote.trouble.code}
      onRetry={again}
    />
  ) : (
    <Loading says={words.planning} />
  )
}

interface FootProps {
  plan: Plan
  again: () => void
  onStarted: PlanPanelProps['onStarted']
  disabledBecause: string | undefined
  otherWay: ReactNode
}
function PlanFoot({ plan, again, onStarted, disabledBecause, otherWay }: FootProps) {
  const now = useNow(1000)
  const [asking, setAsking] = useState(false)
  const start = useAction((client, typedName?: string) =>
    client.operations.start({ planId: plan.id, ...(typedName !== undefined && { typedName }) }),
  )
  const expired = isExpired(plan, now)
  const reason = whyNot({ plan, disabledBecause })
  const run = async (typedName?: string) => {
    const started = await start.act(typedName)
    if (started) {
      setAsking(false)
      onStarted(started.operationId, plan)
    }
  }
  const confirm = () => {
    if (!reason && !start.busy && !expired) {
      if (plan.losses) setAsking(true)
      else void run()
    }
  }
  useKeys({
    'ctrl+enter': (event) => {
      event.preventDefault()
      confirm()
    },
  })
  return (
    <div className="panel-foot" aria-live="polite">
      {start.trouble && (
        <Failed
          says={start.trouble.says}
          remedy={start.trouble.remedy}
          code={start.trouble.code}
          onRetry={again}
          retrySays={words.planAgain}
        />
      )}
      {!start.trouble && expired && (
        <>
          <span className="control-text soft">{words.stalePlan}</span>
          <Button look="primary" onClick={again}>
            {words.planAgain}
          </Button>
        </>
      )}
      {!start.trouble && !expired && (
        <Button
          look={plan.losses ? 'danger' : 'primary'}
          keys="Ctrl ⏎"
          busy={start.busy}
          disabledBecause={reason}
          onClick={confirm}
        >
          {plan.losses ? `${confirmSays(plan)}…` : confirmSays(plan)}
        </Button>
      )}
      {plan.yaml && <CopyButton says={words.yaml} text={() => plan.yaml ?? ''} />}
      {plan.losses && (
        <ConfirmDelete
          title={`${plan.title}?`}
          name={plan.losses.typeName}
          lost={plan.losses.lost}
          kept={plan.losses.kept}
          verb={plan.verb}
          busy={start.busy}
          opened={asking}
          onConfirm={(typed) => void run(typed)}
          onClose={() => setAsking(false)}
        >
          {otherWay}
        </ConfirmDelete>
      )}
    </div>
  )
}
function whyNot({
  plan,
  disabledBecause,
}: {
  plan: Plan
  disabledBecause: string | undefined
}): string | undefined {
  if (disabledBecause) return disabledBecause
  const [first, ...more] = plan.blockedBy
  if (first) return more.length > 0 ? words.blockedShort(plan.blockedBy.length) : first.says
  return undefined
}

/** The plan before this one, where it said what the same button would do. */
function usePrevious(plan: Plan): Plan | undefined {
  const current = useRef<Plan>(undefined)
  const [previous, setPrevious] = useState<Plan>()
  useEffect(() => {
    if (plan.id === current.current?.id) return
    setPrevious(
      current.current?.kind === plan.kind && current.current.subject.name === plan.subject.name
        ? current.current
        : undefined,
    )
    current.current = plan
  }, [plan])
  return previous
}
