import type {
  ObjectForward,
  ObjectRef,
  ObjectStory,
  Offer,
} from '../../../../preload/contract/objects'
import { lastKnown, useAction, useWatch } from '../../../client'
import { Button, CopyButton, Failed, NumberField, Section, Sign, useForm } from '../../../design'
import { forwardForm } from '../forms'
import { words } from '../words'
import { because } from './because'

/** Ports that can be reached from this machine, and those that are. */
export function Ports({
  objectRef,
  story,
  offer,
}: {
  objectRef: ObjectRef
  story: ObjectStory
  offer: Offer | undefined
}) {
  const { remote } = useWatch<ObjectForward[]>(
    (client, options) => client.objects.forwards(undefined, options),
    [],
  )
  const kind = story.object?.kind === 'Service' ? ('Service' as const) : ('Pod' as const)
  const mine = (lastKnown(remote)?.value ?? []).filter(
    ({ site, target }) =>
      site === objectRef.site &&
      target.kind === kind &&
      target.namespace === objectRef.namespace &&
      target.name === objectRef.name,
  )
  return (
    <Section title={words.ports.title} note={words.ports.means}>
      <ul className="object-ports">
        {story.ports.map((port) => (
          <Port
            key={port.port}
            objectRef={objectRef}
            kind={kind}
            port={port}
            forward={mine.find((one) => one.port === port.port)}
            offer={offer}
          />
        ))}
      </ul>
    </Section>
  )
}
interface PortProps {
  objectRef: ObjectRef
  kind: 'Pod' | 'Service'
  port: ObjectStory['ports'][number]
  forward: ObjectForward | undefined
  offer: Offer | undefined
}
const Port = (props: PortProps) => (
  <li className="stack tight">
    <span className="row wrap">
      <b className="control-text">{props.port.port}</b>
      <span className="control-text soft grow">
        {[props.port.name, props.port.says].filter(Boolean).join(', ')}
      </span>
      {!props.forward && <Opening {...props} />}
    </span>
    {props.forward && <Opened forward={props.forward} />}
  </li>
)
function Opening({
  objectRef: { site, namespace = '', name },
  kind,
  port: { port },
  offer,
}: PortProps) {
  const form = useForm(forwardForm, { localPort: '' })
  const open = useAction((client, localPort: number | undefined) =>
    client.objects.forward({
      ...{ site, kind, namespace, name, port },
      ...(localPort !== undefined && { localPort }),
    }),
  )
  return (
    <>
      <NumberField
        form={form}
        name="localPort"
        label={words.ports.local}
        layout="inline"
        placeholder={words.ports.any}
      />
      <Button
        small
        look="primary"
        busy={open.busy}
        disabledBecause={because(offer) ?? form.missing}
        onClick={() => {
          if (form.reading.ok) void open.act(form.reading.value.localPort)
        }}
      >
        {words.ports.forward}
      </Button>
      {open.trouble && <Failed says={open.trouble.says} remedy={open.trouble.remedy} />}
    </>
  )
}
function Opened({ forward }: { forward: ObjectForward }) {
  const stop = useAction((client) => client.objects.stopForward({ id: forward.id }))
  return (
    <span className="row wrap small soft" role="status">
      <Sign sign={forward.state === 'open' ? 'done' : 'running'} />
      <a href={forward.url} target="_blank" rel="noreferrer">
        {new URL(forward.url).host}
      </a>
      <span className="grow">{words.ports.standing(forward)}</span>
      <CopyButton small says={words.ports.copy} text={() => forward.address} />
      <Button small busy={stop.busy} onClick={() => void stop.act()}>
        {words.ports.stop}
      </Button>
      {stop.trouble && <Failed says={stop.trouble.says} remedy={stop.trouble.remedy} />}
    </span>
  )
}
