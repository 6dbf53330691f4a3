import { useEffect, useState } from 'react'
import type { ObjectRef, ObjectStory } from '../../../preload/contract/objects'
import { lastKnown, recordedTrouble, useWatch, type Remote } from '../../client'
import { Button, Failed, Forbidden, formatMoment, Inspector, Loading, Stale } from '../../design'
import { useSiteNow } from '../sites/store'
import './objects.css'
import { Events } from './parts/Events'
import { ObjectSignMark } from './parts/ObjectSignMark'
import { Overview } from './parts/Overview'
import { Tree } from './parts/Tree'
import { keyOf } from './refs'
import { headOf, tabsOf, type Tab } from './view-model'
import { words } from './words'

export interface ObjectInspectorProps extends ObjectRef { onClose: () => void; tab?: Tab | undefined }

/** Whatever is selected, with the same tabs for the same kind. What is opened out of its tree is opened in the same place, with a way back. */
export function ObjectInspector({ onClose, tab, ...selected }: ObjectInspectorProps) {
  const [trail, setTrail] = useState<ObjectRef[]>([])
  const key = keyOf(selected)
  // Another selection in the list begins a new trail.
  useEffect(() => setTrail([]), [key])
  const shown = trail.at(-1) ?? selected
  return <Shown key={keyOf(shown)} objectRef={shown} initial={tab} onClose={onClose} onOpen={(ref) => setTrail([...trail, ref])} onBack={trail.length > 0 ? () => setTrail(trail.slice(0, -1)) : undefined} />
}

interface ShownProps { objectRef: ObjectRef; initial: Tab | undefined; onClose: () => void; onOpen: (ref: ObjectRef) => void; onBack: (() => void) | undefined }
function Shown({ objectRef, initial, onClose, onOpen, onBack }: ShownProps) {
  const [tab, setTab] = useState<Tab>(initial ?? 'overview')
  const { remote, again } = useWatch<ObjectStory>((client, options) => client.objects.watch(objectRef, options), [keyOf(objectRef)])
  const now = useSiteNow(1000)
  const story = lastKnown(remote)?.value
  const tabs = tabsOf(story ?? { ports: [] })
  return (
    <Inspector title={objectRef.name} onClose={onClose} glyph={story?.object && <ObjectSignMark sign={story.object.sign} />}
      says={story && <Head story={story} now={now} onBack={onBack} />}
      tabs={{ value: tab, onChange: setTab, options: tabs }}>
      <Standing story={story} remote={remote} again={again} onNew={() => onOpen(withoutUid(objectRef))} />
      {story?.object && <Body tab={tab} story={{ ...story, object: story.object }} objectRef={objectRef} now={now} onOpen={onOpen} />}
    </Inspector>
  )
}
const withoutUid = ({ uid: _uid, ...ref }: ObjectRef): ObjectRef => ref

function Head({ story, now, onBack }: { story: ObjectStory; now: number; onBack: (() => void) | undefined }) {
  return <span className="object-head">{onBack && <button type="button" className="link" onClick={onBack}>{words.back}</button>}{headOf(story, now).map((part) => <span key={part}>{part}</span>)}</span>
}

/** What is said before the content: nothing while it is live. */
function Standing({ story, remote, again, onNew }: { story: ObjectStory | undefined; remote: Remote<ObjectStory>; again: () => void; onNew: () => void }) {
  if (remote.at === 'failed') return <div className="section"><Failed says={remote.trouble.says} remedy={remote.trouble.remedy} code={remote.trouble.code} onRetry={again} /></div>
  if (!story) return <div className="section"><Loading says={words.loading} /></div>
  const trouble = recordedTrouble(story.failure)
  if (trouble) return <div className="section">{trouble.code === 'FORBIDDEN' ? <Forbidden says={trouble.says} remedy={trouble.remedy} /> : <Stale says={`${trouble.says} ${story.object ? words.asOf(formatMoment(story.asOf)) : ''}`} remedy={trouble.remedy} onRetry={again} />}</div>
  if (story.state === 'gone') return <div className="section control-text soft" role="status">{words.gone}</div>
  if (story.state === 'replaced') return <div className="section"><div className="state" role="status"><span>{words.replaced}</span><div className="state-actions"><Button onClick={onNew}>{words.openNew}</Button></div></div></div>
  return story.live ? null : <div className="section control-text soft" role="status">{words.notLive} {words.asOf(formatMoment(story.asOf))}.</div>
}

interface BodyProps { tab: Tab; story: ObjectStory & { object: NonNullable<ObjectStory['object']> }; objectRef: ObjectRef; now: number; onOpen: (ref: ObjectRef) => void }
function Body({ tab, story, objectRef, now, onOpen }: BodyProps) {
  switch (tab) {
    case 'tree': return <Tree site={objectRef.site} story={story} onOpen={onOpen} />
    case 'events': return <Events story={story} now={now} />
    default: return <Overview story={story} />
  }
}
