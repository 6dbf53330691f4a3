import { useState } from 'react'
import type { ObjectRef, Offer } from '../../../../preload/contract/objects'
import { lastKnown, useAsk } from '../../../client'
import { Button, CopyButton, Failed, Loading } from '../../../design'
import { RunPlan } from '../../operations'
import { keyOf } from '../refs'
import { words } from '../words'
import { because } from './because'

/** The object as text; edited text is tried on the server and shown as a diff before anything is written. */
export function Yaml({ objectRef, offer }: { objectRef: ObjectRef; offer: Offer | undefined }) {
  const { remote, again } = useAsk(
    (client, options) => client.objects.yaml(objectRef, options),
    [keyOf(objectRef)],
  )
  const known = lastKnown(remote)?.value
  if (remote.at === 'failed' && !known)
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
  if (!known)
    return (
      <div className="section">
        <Loading />
      </div>
    )
  return (
    <Editor
      key={known.resourceVersion}
      objectRef={objectRef}
      read={known}
      offer={offer}
      again={again}
    />
  )
}
interface EditorProps {
  objectRef: ObjectRef
  read: { yaml: string; resourceVersion: string; uid: string; hidden: string[] }
  offer: Offer | undefined
  again: () => void
}
function Editor({ objectRef, read, offer, again }: EditorProps) {
  const [text, setText] = useState(read.yaml)
  const [planned, setPlanned] = useState<string>()
  const changed = text !== read.yaml
  const reason = because(offer)
  return (
    <div className="object-yaml">
      {read.hidden.length > 0 && (
        <p className="small soft object-bar">{words.yaml.hidden(read.hidden.length)}</p>
      )}
      <textarea
        className="mono"
        aria-label={words.yaml.label}
        spellCheck={false}
        readOnly={reason !== undefined}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value)
          setPlanned(undefined)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && changed) event.preventDefault()
          if (
            event.key === 'Enter' &&
            (event.ctrlKey || event.metaKey) &&
            changed &&
            planned === undefined
          ) {
            event.preventDefault()
            setPlanned(text)
          }
        }}
      />
      <div className="row wrap object-bar">
        <Button
          small
          look="primary"
          disabledBecause={reason ?? (changed ? undefined : words.yaml.unchanged)}
          onClick={() => setPlanned(text)}
        >
          {words.yaml.plan}
        </Button>
        {changed && (
          <Button
            small
            look="quiet"
            onClick={() => {
              setText(read.yaml)
              setPlanned(undefined)
            }}
          >
            {words.yaml.revert}
          </Button>
        )}
        <Button small look="quiet" onClick={again}>
          {words.yaml.reload}
        </Button>
        <CopyButton small says={words.yaml.copy} text={() => text} />
      </div>
      {planned !== undefined && (
        <Planned
          objectRef={objectRef}
          uid={read.uid}
          resourceVersion={read.resourceVersion}
          yaml={planned}
          onDone={() => {
            setPlanned(undefined)
            again()
          }}
        />
      )}
    </div>
  )
}
function Planned({
  objectRef,
  uid,
  resourceVersion,
  yaml,
  onDone,
}: {
  objectRef: ObjectRef
  uid: string
  resourceVersion: string
  yaml: string
  onDone: () => void
}) {
  const { remote, again } = useAsk(
    (client, options) =>
      client.objects.planApply({ ...objectRef, uid, resourceVersion, yaml }, options),
    [yaml, resourceVersion],
  )
  return <RunPlan plan={{ remote, again }} onStarted={onDone} />
}
