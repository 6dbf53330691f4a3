import { useState, type ReactNode } from 'react'
import type { ObjectRef, ObjectStory, Offer, Revision } from '../../../../preload/contract/objects'
import type { Plan } from '../../../../preload/contract/operations'
import { lastKnown, useAsk, usePlan, type Client } from '../../../client'
import { Button, Failed, formatMoment, Loading, NumberField, useForm } from '../../../design'
import { RunPlan } from '../../operations'
import { scaleForm } from '../forms'
import { words } from '../words'
import { because, offerOf } from './because'

export type Change = 'scale' | 'restart' | 'rollback' | 'suspend' | 'resume' | 'delete'
const CHANGES: readonly Change[] = ['scale', 'restart', 'rollback', 'suspend', 'resume', 'delete']

/** What can be done to the object, each by way of a plan. */
export function Actions({
  offers,
  onChange,
}: {
  offers: readonly Offer[] | undefined
  onChange: (change: Change) => void
}) {
  const offered = CHANGES.flatMap((change) => offerOf(offers, change) ?? [])
  return (
    <>
      {offered.map((offer) => (
        <Button
          key={offer.action}
          small
          look={offer.action === 'delete' ? 'danger' : 'normal'}
          disabledBecause={because(offer)}
          onClick={() => onChange(offer.action as Change)}
        >
          {words[offer.action as Change]}
        </Button>
      ))}
    </>
  )
}

interface ActingProps {
  objectRef: ObjectRef
  story: ObjectStory
  change: Change
  onClose: () => void
}
/** The plan of a change in place of the tabs. */
export const Acting = (props: ActingProps) =>
  props.change === 'rollback' ? (
    <RollingBack {...props} />
  ) : (
    <Changing {...props} change={props.change} />
  )

/** What a change asks the core for, as plain data: the plan belongs to exactly this. */
type Wanted =
  | { change: 'scale'; ref: ObjectRef; replicas: number }
  | { change: 'restart' | 'suspend' | 'resume'; ref: ObjectRef }
  | { change: 'delete'; ref: ObjectRef; keepDependents: boolean }
function planOf(client: Client, wanted: Wanted, options: { signal: AbortSignal }): Promise<Plan> {
  switch (wanted.change) {
    case 'scale':
      return client.objects.planScale({ ...wanted.ref, replicas: wanted.replicas }, options)
    case 'restart':
      return client.objects.planRestart(wanted.ref, options)
    case 'suspend':
      return client.objects.planSuspend(wanted.ref, options)
    case 'resume':
      return client.objects.planResume(wanted.ref, options)
    case 'delete':
      return client.objects.planDelete(
        { ...wanted.ref, keepDependents: wanted.keepDependents },
        options,
      )
  }
}
type ChangingProps = ActingProps & { change: Wanted['change'] }
const exactly = ({ objectRef, story }: ActingProps): ObjectRef => ({
  ...objectRef,
  ...(story.object && { uid: story.object.uid }),
})
const Changing = (props: ChangingProps) => {
  const { change } = props
  if (change === 'scale') return <Scaling {...props} />
  if (change === 'delete') return <Deleting {...props} />
  return <ChangePlan {...props} wanted={{ change, ref: exactly(props) }} />
}
function Scaling(props: ActingProps) {
  const before = props.story.object?.replicas?.wanted
  const form = useForm(scaleForm, { replicas: String(before ?? 1) })
  const { reading } = form
  return (
    <ChangePlan
      {...props}
      wanted={
        reading.ok
          ? { change: 'scale', ref: exactly(props), replicas: reading.value.replicas }
          : undefined
      }
      missing={form.missing}
      disabledBecause={
        reading.ok && reading.value.replicas === before ? words.sameReplicas : undefined
      }
      grows
    >
      <NumberField form={form} name="replicas" label={words.scaleTo} layout="inline" />
    </ChangePlan>
  )
}
function Deleting(props: ActingProps) {
  const [keepDependents, setKeep] = useState(false)
  return (
    <ChangePlan {...props} wanted={{ change: 'delete', ref: exactly(props), keepDependents }}>
      {props.story.tree.some(({ depth }) => depth > 0) && (
        <label className="row">
          <input
            type="checkbox"
            checked={keepDependents}
            onChange={({ currentTarget }) => setKeep(currentTarget.checked)}
          />
          {words.keepDependents}
        </label>
      )}
    </ChangePlan>
  )
}
function ChangePlan({
  wanted,
  missing,
  disabledBecause,
  grows = false,
  onClose,
  children,
}: {
  wanted: Wanted | undefined
  missing?: string | undefined
  disabledBecause?: string | undefined
  grows?: boolean
  onClose: () => void
  children?: ReactNode
}) {
  const plan = usePlan(wanted, planOf)
  return (
    <div className="stack">
      <div className="row object-bar control-text">
        {children}
        <span className="spring" />
        <Button look="quiet" small onClick={onClose}>
          {words.cancel}
        </Button>
      </div>
      <RunPlan plan={plan} grows={grows} missing={missing ?? disabledBecause} onStarted={onClose} />
    </div>
  )
}

/** Which earlier template to go back to, the one before the present unless another is chosen. */
function RollingBack(props: ActingProps) {
  const { remote, again } = useAsk<Revision[]>(
    (client, options) => client.objects.revisions(props.objectRef, options),
    [props.objectRef.uid],
  )
  const earlier = lastKnown(remote)?.value.filter(({ current }) => !current)
  const [chosen, setChosen] = useState<string>()
  const to = chosen ?? earlier?.[0]?.name
  return (
    <div className="stack">
      <div className="row object-bar control-text">
        {earlier && to !== undefined && (
          <label className="row nowrap">
            {words.rollBackTo}
            <select
              className="field-box object-revision"
              value={to}
              onChange={({ target }) => setChosen(target.value)}
            >
              {earlier.map(({ name, revision, at, images, cause }) => (
                <option key={name} value={name}>
                  {words.revision(
                    revision,
                    formatMoment(at),
                    cause ?? images.map((image) => image.split('/').at(-1)).join(', '),
                  )}
                </option>
              ))}
            </select>
          </label>
        )}
        <span className="spring" />
        <Button look="quiet" small onClick={props.onClose}>
          {words.cancel}
        </Button>
      </div>
      {remote.at === 'failed' && (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      )}
      {!earlier && remote.at !== 'failed' && <Loading rows={3} />}
      {earlier &&
        (to === undefined ? (
          <p className="control-text soft object-bar">{words.noRevisions}</p>
        ) : (
          <RollbackPlan key={to} {...props} to={to} />
        ))}
    </div>
  )
}
function RollbackPlan({ objectRef, story, to, onClose }: ActingProps & { to: string }) {
  const exact: ObjectRef = { ...objectRef, ...(story.object && { uid: story.object.uid }) }
  const { remote, again } = useAsk(
    (client, options) => client.objects.planRollback({ ...exact, to }, options),
    [to, exact.uid],
  )
  return <RunPlan plan={{ remote, again }} onStarted={onClose} />
}
