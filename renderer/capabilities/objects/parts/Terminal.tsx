import { useState } from 'react'
import type { ObjectRef, ObjectStory, Offer } from '../../../../preload/contract/objects'
import { Button, Empty, Loading } from '../../../design'
import { useShell } from '../use-shell'
import { words } from '../words'
import { Choice } from './Logs'
import { because } from './because'

const runs = ({ sign }: { sign: string }) => sign === 'running' || sign === 'starting'
/** A shell in a container. It is opened by a person and never by itself: what ran in it may have ended. */
export function Terminal({
  objectRef: { site, namespace },
  story,
  offer,
}: {
  objectRef: ObjectRef
  story: ObjectStory
  offer: Offer | undefined
}) {
  const [chosen, setPod] = useState<string>()
  const pods = story.pods.filter(runs).map(({ name }) => name)
  const pod = chosen ?? pods[0]
  if (pod === undefined || namespace === undefined)
    return (
      <div className="section">
        <Empty says={words.terminal.none} />
      </div>
    )
  const containers =
    story.object?.kind === 'Pod'
      ? story.containers.filter(({ sign }) => sign === 'running').map(({ name }) => name)
      : []
  return (
    <PodTerminal
      key={pod}
      to={{ site, namespace, name: pod }}
      pods={pods}
      containers={containers}
      offer={offer}
      onPod={setPod}
    />
  )
}
interface PodTerminalProps {
  to: { site: string; namespace: string; name: string }
  pods: string[]
  containers: string[]
  offer: Offer | undefined
  onPod: (pod: string) => void
}
function PodTerminal({ to, pods, containers, offer, onPod }: PodTerminalProps) {
  const [chosen, setContainer] = useState<string>()
  const [round, setRound] = useState(0)
  const container = chosen ?? containers[0]
  return (
    <div className="object-terminal-tab">
      <div className="row wrap object-bar">
        {pods.length > 1 && (
          <Choice
            label={words.pod}
            value={to.name}
            options={pods.map((name) => [name, name])}
            onChange={onPod}
          />
        )}
        {containers.length > 1 && (
          <Choice
            label={words.container}
            value={container ?? ''}
            options={containers.map((name) => [name, name])}
            onChange={setContainer}
          />
        )}
        <Button
          small
          look={round === 0 ? 'primary' : 'normal'}
          disabledBecause={because(offer)}
          onClick={() => setRound(round + 1)}
        >
          {round === 0 ? words.terminal.open(to.name) : words.terminal.again}
        </Button>
      </div>
      {round === 0 ? (
        <div className="section">
          <Empty says={words.terminal.says} />
        </div>
      ) : (
        <Shell key={`${container ?? ''}/${String(round)}`} {...to} container={container} />
      )}
    </div>
  )
}
function Shell(to: {
  site: string
  namespace: string
  name: string
  container: string | undefined
}) {
  const { frame, standing } = useShell(to)
  return (
    <>
      <div
        ref={frame}
        className="object-terminal"
        role="region"
        aria-label={words.terminal.region(to.name)}
      />
      {standing.at === 'opening' && (
        <div className="section">
          <Loading says={words.terminal.opening} />
        </div>
      )}
      <p className="small meta object-bar" role="status">
        {standing.at === 'ended' ? standing.says : words.terminal.leave}
      </p>
    </>
  )
}
