import type { ReactNode } from 'react'
import type { Plan } from '../../../../preload/contract/operations'
import type { Remote } from '../../../client'
import { Button } from '../../../design'
import { openDrawer } from '../store'
import { words } from '../words'
import { PlanPanel } from './PlanPanel'

interface RunPlanProps {
  plan: { remote: Remote<Plan> | undefined; again: () => void }
  /** Why there is no plan of what stands in the form; undefined where there may be one. */
  missing?: string | undefined
  title?: string
  grows?: boolean
  onStarted: (operationId: string, plan: Plan) => void
}
/** The plan of what a screen or form asks for; once it runs, its steps are shown. */
export const RunPlan = ({ plan, missing, onStarted, ...rest }: RunPlanProps) => (
  <PlanPanel
    {...rest}
    {...plan}
    empty={words.planWaits}
    disabledBecause={missing}
    onStarted={(operationId, ran) => {
      openDrawer(operationId)
      onStarted(operationId, ran)
    }}
  />
)
/** A plan at the side of a screen, under what it is asked by, with a way to leave it. */
export const SidePlan = ({
  onClose,
  onStarted = onClose,
  children,
  ...rest
}: Omit<RunPlanProps, 'onStarted'> & {
  onClose: () => void
  onStarted?: RunPlanProps['onStarted']
  children?: ReactNode
}) => (
  <div className="stack" style={{ minHeight: 0 }}>
    <div className="row">
      {children}
      <span className="spring" />
      <Button look="quiet" small onClick={onClose}>
        {words.close}
      </Button>
    </div>
    <RunPlan {...rest} onStarted={onStarted} />
  </div>
)
