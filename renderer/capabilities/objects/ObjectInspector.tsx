import { useEffect, useState } from 'react'
import type { ObjectRef, ObjectStory, Offer } from '../../../preload/contract/objects'
import { hrefOf, lastKnown, recordedTrouble, useAsk, useWatch, type Remote } from '../../client'
import {
  Button,
  Failed,
  Forbidden,
  formatMoment,
  Inspector,
  LinkButton,
  Loading,
  Stale,
} from '../../design'
import { useSiteNow } from '../sites/store'
import './objects.css'
import { Acting, Actions, type Change } from './parts/Actions'
import { offerOf } from './parts/because'
import { Events } from './parts/Events'
import { GpuUsePanel } from './parts/GpuUsePanel'
import { Logs } from './parts/Logs'
import { ObjectSignMark } from './parts/ObjectSignMark'
import { Overview } from './parts/Overview'
import { Ports } from './parts/Ports'
import { Terminal } from './parts/Terminal'
import { Tree } from './parts/Tree'
import { Yaml } from './parts/Yaml'
import { keyOf } from './refs'
import { headOf, tabsOf, type Tab } from './view-model'
import { words } from './words'

export interface ObjectInspectorProps extends ObjectRef {
  onClose: () => void
  tab?: Tab | undefined
}

/** Whatever is selected, with the same tabs for the same kind. What is opened out of its tree is opened in the same place, with a way back. */
export function ObjectInspector({ onClose, tab, ...selected }: ObjectInspectorProps) {
  const [trail, setTrail] = useState<ObjectRef[]>([])
  const key = keyOf(selected)
  // Another selection in the list begins a new trail.
  useEffect(() => setTrail([]), [key])
  const shown = trail.at(-1) ?? selected
  return (
    <Shown
      key={keyOf(shown)}
      objectRef={shown}
      initial={tab}
      onClose={onClose}
      onOpen={(ref) => setTrail([...trail, ref])}
      onBack={trail.length > 0 ? () => setTrail(trail.slice(0, -1)) : undefined}
    />
  )
}

interface ShownProps {
  objectRef: ObjectRef
  initial: Tab | undefined
  onClose: () => void
  onOpen: (ref: ObjectRef) => void
  onBack: (() => void) | undefined
}
function Shown({ objectRef, initial, onClose, onOpen, onBack }: ShownProps) {
  const [tab, setTab] = useState<Tab>(initial ?? 'overview')
  const [change, setChange] = useState<Change>()
  const { remote, again } = useWatch<ObjectStory>(
    (client, options) => client.objects.watch(objectRef, options),
    [keyOf(objectRef)],
  )
  const now = useSiteNow(1000)
  const story = lastKnown(remote)?.value
  const offers = useOffers(objectRef, story)
  return (
    <Inspector
      title={objectRef.name}
      onClose={onClose}
      glyph={story?.object && <ObjectSignMark sign={story.object.sign} />}
      says={story && <Head story={story} now={now} onBack={onBack} />}
      foot={
        isThere(story) &&
        !change && (
          <>
            <Actions offers={offers} onChange={setChange} />
            <Move objectRef={objectRef} />
          </>
        )
      }
      tabs={{
        value: tab,
        onChange: (next) => {
          setChange(undefined)
          setTab(next)
        },
        options: tabsOf(story ?? { ports: [] }),
      }}
    >
      <Standing
        story={story}
        remote={remote}
        again={again}
        onNew={() => onOpen(withoutUid(objectRef))}
      />
      {story &&
        (change ? (
          <Acting
            key={change}
            objectRef={objectRef}
            story={story}
            change={change}
            onClose={() => setChange(undefined)}
          />
        ) : (
          <Known
            tab={tab}
            story={story}
            objectRef={objectRef}
            now={now}
            onOpen={onOpen}
            offers={offers}
          />
        ))}
    </Inspector>
  )
}
const isThere = (story: ObjectStory | undefined): boolean =>
  story?.state === 'present' && story.live
/** What may be done, asked once the object is there, and again when it is suspended or resumed. */
function useOffers(
  objectRef: ObjectRef,
  story: ObjectStory | undefined,
): readonly Offer[] | undefined {
  const there = isThere(story)
  const { remote } = useAsk<Offer[]>(
    (client, options) => (there ? client.objects.offers(objectRef, options) : Promise.resolve([])),
    [keyOf(objectRef), there, story?.object?.suspended],
  )
  return lastKnown(remote)?.value
}
const Known = ({ story, ...rest }: Omit<BodyProps, 'story'> & { story: ObjectStory }) =>
  story.object ? <Body {...rest} story={{ ...story, object: story.object }} /> : null
const withoutUid = ({ uid: _uid, ...ref }: ObjectRef): ObjectRef => ref

function Head({
  story,
  now,
  onBack,
}: {
  story: ObjectStory
  now: number
  onBack: (() => void) | undefined
}) {
  return (
    <span className="object-head">
      {onBack && (
        <button type="button" className="link" onClick={onBack}>
          {words.back}
        </button>
      )}
      {headOf(story, now).map((part) => (
        <span key={part}>{part}</span>
      ))}
    </span>
  )
}

/** What is said before the content: nothing while it is live. */
function Standing({
  story,
  remote,
  again,
  onNew,
}: {
  story: ObjectStory | undefined
  remote: Remote<ObjectStory>
  again: () => void
  onNew: () => void
}) {
  if (remote.at === 'failed')
    return (
      <div className="section">
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </div>
    )
  if (!story)
    return (
      <div className="section">
        <Loading says={words.loading} />
      </div>
    )
  const trouble = recordedTrouble(story.failure)
  if (trouble)
    return (
      <div className="section">
        {trouble.code === 'FORBIDDEN' ? (
          <Forbidden says={trouble.says} remedy={trouble.remedy} />
        ) : (
          <Stale
            says={`${trouble.says} ${story.object ? words.asOf(formatMoment(story.asOf)) : ''}`}
            remedy={trouble.remedy}
            onRetry={again}
          />
        )}
      </div>
    )
  if (story.state === 'gone')
    return (
      <div className="section control-text soft" role="status">
        {words.gone}
      </div>
    )
  if (story.state === 'replaced')
    return (
      <div className="section">
        <div className="state" role="status">
          <span>{words.replaced}</span>
          <div className="state-actions">
            <Button onClick={onNew}>{words.openNew}</Button>
          </div>
        </div>
      </div>
    )
  return story.live ? null : (
    <div className="section control-text soft" role="status">
      {words.notLive} {words.asOf(formatMoment(story.asOf))}.
    </div>
  )
}

interface BodyProps {
  tab: Tab
  story: ObjectStory & { object: NonNullable<ObjectStory['object']> }
  objectRef: ObjectRef
  now: number
  onOpen: (ref: ObjectRef) => void
  offers: readonly Offer[] | undefined
}
function Body({ tab, story, objectRef, now, onOpen, offers }: BodyProps) {
  switch (tab) {
    case 'tree':
      return <Tree site={objectRef.site} story={story} onOpen={onOpen} />
    case 'logs':
      return <Logs objectRef={objectRef} story={story} />
    case 'terminal':
      return <Terminal objectRef={objectRef} story={story} offer={offerOf(offers, 'terminal')} />
    case 'yaml':
      return <Yaml objectRef={objectRef} offer={offerOf(offers, 'edit')} />
    case 'events':
      return <Events story={story} now={now} />
    case 'ports':
      return <Ports objectRef={objectRef} story={story} offer={offerOf(offers, 'forward')} />
    case 'gpu':
      return (
        <GpuUsePanel
          site={objectRef.site}
          of={
            story.object.kind === 'Node'
              ? { what: 'node', node: objectRef.name }
              : { what: 'pod', namespace: objectRef.namespace ?? '', pod: objectRef.name }
          }
        />
      )
    case 'overview':
      return <Overview story={story} />
  }
}
const MOVABLE = new Set(['jobs', 'trainjobs', 'pytorchjobs', 'workflows'])
/** Work that may leave the building opens its stay or go. */
const Move = ({ objectRef: { site, resource, namespace, name } }: { objectRef: ObjectRef }) =>
  MOVABLE.has(resource.plural) && namespace !== undefined ? (
    <LinkButton small href={hrefOf(['burst', 'find', site, namespace, name])}>
      {words.move}
    </LinkButton>
  ) : null
