import { useState } from 'react'
import type { ObjectRef, ObjectStory, Offer } from '../../../../preload/contract/objects'
import { useAsk } from '../../../client'
import { Button } from '../../../design'
import { openDrawer, PlanPanel } from '../../operations'
import { words } from '../words'
import { because, offerOf } from './because'

export type Change = 'scale' | 'restart' | 'suspend' | 'resume' | 'delete'
const CHANGES: readonly Change[] = ['scale', 'restart', 'suspend', 'resume', 'delete']

/** What can be done to the object, each by way of a plan. */
export function Actions({ offers, onChange }: { offers: readonly Offer[] | undefined; onChange: (change: Change) => void }) {
  const offered = CHANGES.flatMap((change) => offerOf(offers, change) ?? [])
  return <>{offered.map((offer) => <Button key={offer.action} small look={offer.action === 'delete' ? 'danger' : 'normal'} disabledBecause={because(offer)} onClick={() => onChange(offer.action as Change)}>{words[offer.action as Change]}</Button>)}</>
}

interface ActingProps { objectRef: ObjectRef; story: ObjectStory; change: Change; onClose: () => void }
/** The plan of a change in place of the tabs. */
export function Acting({ objectRef, story, change, onClose }: ActingProps) {
  const exact: ObjectRef = { ...objectRef, ...(story.object && { uid: story.object.uid }) }
  const [replicas, setReplicas] = useState(story.object?.replicas?.wanted ?? 1)
  const [keepDependents, setKeep] = useState(false)
  const { remote, again } = useAsk((client, options) => {
    switch (change) {
      case 'scale': return client.objects.planScale({ ...exact, replicas }, options)
      case 'restart': return client.objects.planRestart(exact, options)
      case 'suspend': return client.objects.planSuspend(exact, options)
      case 'resume': return client.objects.planResume(exact, options)
      case 'delete': return client.objects.planDelete({ ...exact, keepDependents }, options)
    }
  }, [change, replicas, keepDependents, exact.uid])
  return (
    <div className="stack">
      <div className="row object-bar control-text">
        {change === 'scale' && <label className="row">{words.scaleTo}<input type="number" className="field-box object-port" min={0} max={10_000} value={replicas} onChange={({ currentTarget }) => { const wanted = currentTarget.valueAsNumber; if (Number.isInteger(wanted) && wanted >= 0) setReplicas(wanted) }} /></label>}
        {change === 'delete' && story.tree.some(({ depth }) => depth > 0) && <label className="row"><input type="checkbox" checked={keepDependents} onChange={({ currentTarget }) => setKeep(currentTarget.checked)} />{words.keepDependents}</label>}
        <span className="spring" /><Button look="quiet" small onClick={onClose}>{words.cancel}</Button>
      </div>
      <PlanPanel remote={remote} again={again} grows={change === 'scale'} disabledBecause={change === 'scale' && replicas === story.object?.replicas?.wanted ? words.sameReplicas : undefined} onStarted={(operationId) => { openDrawer(operationId); onClose() }} />
    </div>
  )
}
