import type { ReactNode } from 'react'
import type { NodeGroupView } from '../../../../preload/contract/cloud'
import type { Plan } from '../../../../preload/contract/operations'
import { usePlan, type Client } from '../../../client'
import { NumberField, useForm } from '../../../design'
import { SidePlan } from '../../operations'
import { nodesForm } from '../forms'
import { words } from '../words'

type Ask = (client: Client, options: { signal: AbortSignal }) => Promise<Plan>
/** What a person is about to do to machines, as the plan it is asked as. */
export interface Chosen {
  key: string
  title: string
  group?: NodeGroupView
  ask: (desired: number) => Ask
}
interface ChosenProps {
  chosen: Chosen
  onClose: () => void
}
/** The plan of what was chosen; a group that is scaled is asked for how many. */
export const ChosenPlan = (props: ChosenProps) =>
  props.chosen.group ? (
    <Scaling {...props} before={props.chosen.group.desired} />
  ) : (
    <Planned {...props} desired={0} />
  )
function Scaling({ before, ...props }: ChosenProps & { before: number }) {
  const form = useForm(nodesForm, { desired: String(before) })
  return (
    <Planned
      {...props}
      desired={form.reading.ok ? form.reading.value.desired : undefined}
      missing={form.missing}
    >
      <NumberField form={form} name="desired" label={words.scaleTo} layout="inline" />
    </Planned>
  )
}
function Planned({
  chosen,
  desired,
  missing,
  onClose,
  children,
}: ChosenProps & {
  desired: number | undefined
  missing?: string | undefined
  children?: ReactNode
}) {
  const plan = usePlan(
    desired === undefined ? undefined : { of: chosen.key, desired },
    (client, wanted, options) => chosen.ask(wanted.desired)(client, options),
  )
  return (
    <SidePlan grows plan={plan} missing={missing} onClose={onClose}>
      <b>{chosen.title}</b>
      {children}
    </SidePlan>
  )
}
