import { useState } from 'react'
import type { ObjectRef, ObjectStory, Offer, Revision } from '../../../../preload/contract/objects'
import { lastKnown, useAsk } from '../../../client'
import { Button, Failed, formatMoment, Loading } from '../../../design'
import { openDrawer, PlanPanel } from '../../operations'
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

function Changing({
  objectRef,
  story,
  change,
  onClose,
}: ActingProps & { change: Exclude<Change, 'rollback'> }) {
  const exact: ObjectRef = { ...objectRef, ...(story.object && { uid: story.object.uid }) }
  const [replicas, setReplicas] = useState(story.object?.replicas?.wanted ?? 1)
  const [keepDependents, setKeep] = useState(false)
  const { remote, again } = useAsk(
    (client, options) => {
      switch (change) {
        case 'scale':
          return client.objects.planScale({ ...exact, replicas }, options)
        case 'restart':
          return client.objects.planRestart(exact, options)
        case 'suspend':
          return client.objects.planSuspend(exact, options)
        case 'resume':
          return client.objects.planResume(exact, options)
        case 'delete':
          return client.objects.planDelete({ ...exact, keepDependents }, options)
      }
    },
    [change, replicas, keepDependents, exact.uid],
  )
  return (
    <div className="stack">
      <div className="row object-bar control-text">
        {change === 'scale' && (
          <label className="row">
            {words.scaleTo}
            <input
              type="number"
              className="field-box object-port"
              min={0}
              max={10_000}
              value={replicas}
              onChange={({ currentTarget }) => {
                const wanted = currentTarget.valueAsNumber
                if (Number.isInteger(wanted) && wanted >= 0) setReplicas(wanted)
              }}
            />
          </label>
        )}
        {change === 'delete' && story.tree.some(({ depth }) => depth > 0) && (
          <label className="row">
            <input
              type="checkbox"
              checked={keepDependents}
              onChange={({ currentTarget }) => setKeep(currentTarget.checked)}
            />
            {words.keepDependents}
          </label>
        )}
        <span className="spring" />
        <Button look="quiet" small onClick={onClose}>
          {words.cancel}
        </Button>
      </div>
      <PlanPanel
        remote={remote}
        again={again}
        grows={change === 'scale'}
        disabledBecause={
          change === 'scale' && replicas === story.object?.replicas?.wanted
            ? words.sameReplicas
            : undefined
        }
        onStarted={(operationId) => {
          openDrawer(operationId)
          onClose()
        }}
      />
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
  return (
    <PlanPanel
      remote={remote}
      again={again}
      onStarted={(operationId) => {
        openDrawer(operationId)
        onClose()
      }}
    />
  )
}
