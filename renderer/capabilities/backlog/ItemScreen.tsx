import { useState } from 'react'
import type { Revision, WorkItem } from '../../../preload/contract/records'
import {
  hrefOf,
  lastKnown,
  navigate,
  useAddress,
  useAsk,
  usePlan,
  useRecord,
  useRecords,
} from '../../client'
import {
  Button,
  Empty,
  Facts,
  Failed,
  formatMoment,
  formatShortDuration,
  LinkButton,
  Loading,
  PageHead,
  Panel,
  Table,
  Tag,
  TextField,
  useForm,
} from '../../design'
import { RunPlan } from '../operations'
import { revisionColumns } from '../revisions/columns'
import { reproduceForm } from '../revisions/forms'
import { DriftPanel } from './DriftPanel'
import { GatesPanel } from './GatesPanel'
import { newestFirst, onDiscovery, STATION_ORDER } from './view-model'
import { words } from './words'
import './item.css'

/** One work item: where it stands, what the backlog still asks of it, what it is made of and what happened to it. */
export function ItemScreen() {
  const { path } = useAddress()
  const namespace = path[1] ?? ''
  const name = path[2] ?? ''
  const item = useRecord('WorkItem', name, namespace)
  const crumbs = [
    { says: words.line, href: hrefOf(['line']) },
    { says: namespace, href: hrefOf(['discover', namespace]) },
  ]
  if (!item)
    return (
      <div className="screen">
        <PageHead title={name} crumbs={crumbs} />
        <div className="screen-body">
          <Panel title={words.items}>
            <Empty says={words.notThere} />
          </Panel>
        </div>
      </div>
    )
  return <Known item={item} crumbs={crumbs} />
}
function Known({ item, crumbs }: { item: WorkItem; crumbs: { says: string; href: string }[] }) {
  const { meta, spec, status } = item
  const namespace = meta.namespace ?? ''
  const [handing, setHanding] = useState(false)
  const revisions = useRecords('Revision').filter(
    (one) => one.meta.namespace === namespace && one.spec.workItem === meta.name,
  )
  const current =
    revisions.find((one) => one.meta.name === spec.revision) ??
    [...revisions].sort((a, b) => b.spec.number - a.spec.number)[0]
  const discovery = onDiscovery(status.station)
  return (
    <div className="screen">
      <PageHead
        title={spec.title}
        crumbs={crumbs}
        actions={
          discovery ? (
            <Button look="primary" onClick={() => setHanding(true)}>
              {words.handOver}
            </Button>
          ) : undefined
        }
      >
        <Tag>{words.stations[status.station ?? 'define']}</Tag>
      </PageHead>
      <div className="item-strip">
        <Strip item={item} />
      </div>
      <div className={handing ? 'screen-body with-side' : 'screen-body'}>
        <div className="item-columns">
          <div className="stack scroll">
            {discovery ? (
              <GatesPanel item={item} />
            ) : (
              <Panel title={words.mlops}>
                <Empty says={words.mlopsLater} />
              </Panel>
            )}
            <DriftPanel item={item} revision={current} />
          </div>
          <div className="stack scroll">
            <Panel title={words.facts}>
              <Facts
                facts={[
                  [words.question, spec.question],
                  [words.owner, spec.owner || 'nobody yet'],
                  [
                    words.project,
                    <a key="p" href={hrefOf(['discover', spec.project])}>
                      {spec.project}
                    </a>,
                  ],
                  [words.description, spec.description || 'none yet'],
                  ...(spec.due ? [[words.due, formatMoment(spec.due)] as const] : []),
                ]}
              />
            </Panel>
            <Environments item={item} />
            <RevisionsPanel revisions={revisions} />
            <Times namespace={namespace} name={meta.name} />
          </div>
          <Events item={item} />
        </div>
        {handing && (
          <HandOver namespace={namespace} name={meta.name} onClose={() => setHanding(false)} />
        )}
      </div>
    </div>
  )
}
function Strip({ item }: { item: WorkItem }) {
  const at = STATION_ORDER.indexOf(item.status.station ?? 'define')
  return (
    <ol aria-label={words.line}>
      {STATION_ORDER.slice(0, -1).map((station, index) => (
        <li
          key={station}
          className={index < at ? 'done' : index === at ? 'here' : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          {words.stations[station]}
        </li>
      ))}
    </ol>
  )
}
function HandOver({
  namespace,
  name,
  onClose,
}: {
  namespace: string
  name: string
  onClose: () => void
}) {
  const plan = useAsk(
    (client, options) => client.backlog.planHandOver({ namespace, name }, options),
    [namespace, name],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <div className="row">
        <span className="spring" />
        <Button look="quiet" small onClick={onClose}>
          {words.cancel}
        </Button>
      </div>
      <RunPlan title={words.handOverPlan} plan={plan} onStarted={onClose} />
    </div>
  )
}
function Environments({ item }: { item: WorkItem }) {
  const mine = useRecords('Environment').filter(
    ({ meta, spec }) =>
      meta.namespace === item.meta.namespace &&
      (spec.workItem === undefined || spec.workItem === item.meta.name),
  )
  return (
    <Panel title={words.environments}>
      {mine.length === 0 ? (
        <Empty says={words.noEnvironments}>
          <LinkButton href={hrefOf(['discover', item.spec.project])}>
            {words.newEnvironment}
          </LinkButton>
        </Empty>
      ) : (
        <ul className="stack tight control-text">
          {mine.map(({ meta, spec, status }) => (
            <li key={meta.uid} className="row">
              <a href={hrefOf(['discover', meta.namespace ?? '', meta.name])}>{meta.name}</a>
              <span className="meta">
                {spec.size.name}, {spec.tool.name}
              </span>
              <span className="spring" />
              <Tag>{status.phase ?? spec.state}</Tag>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
function RevisionsPanel({ revisions }: { revisions: Revision[] }) {
  const [chosen, setChosen] = useState<Revision>()
  return (
    <Panel title={words.revisions} flush>
      {revisions.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noRevisions} />
        </div>
      ) : (
        <Table
          label={words.revisions}
          rows={revisions}
          columns={revisionColumns}
          idOf={({ meta }) => meta.uid}
          selected={chosen?.meta.uid}
          sortBy={{ id: 'number', desc: true }}
          onOpen={setChosen}
        />
      )}
      {chosen && <Reproduce revision={chosen} onClose={() => setChosen(undefined)} />}
    </Panel>
  )
}
function Reproduce({ revision, onClose }: { revision: Revision; onClose: () => void }) {
  const namespace = revision.meta.namespace ?? ''
  const name = revision.meta.name
  const form = useForm(reproduceForm, {
    as: `${revision.spec.environment}-r${revision.spec.number}`.slice(0, 63),
  })
  const [asking, setAsking] = useState(false)
  const as = form.reading.ok ? form.reading.value.as : undefined
  const plan = usePlan(
    asking && as !== undefined ? { namespace, name, as } : undefined,
    (client, input, options) => client.revisions.planReproduce(input, options),
  )
  return (
    <div className="stack" style={{ padding: 12 }}>
      <div className="row control-text">
        <TextField form={form} name="as" label={words.as} layout="inline" mono />
        <Button disabledBecause={form.missing} onClick={() => setAsking(true)}>
          {words.reproduce}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {words.cancel}
        </Button>
      </div>
      {asking && (
        <RunPlan
          grows
          plan={plan}
          missing={form.missing}
          onStarted={(_id, ran) => navigate(hrefOf(['discover', namespace, ran.subject.name]))}
        />
      )}
    </div>
  )
}
function Times({ namespace, name }: { namespace: string; name: string }) {
  const { remote, again } = useAsk(
    (client, options) => client.flow.item({ namespace, name }, options),
    [namespace, name],
  )
  const known = lastKnown(remote)?.value
  return (
    <Panel title={words.times}>
      {remote.at === 'failed' && (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      )}
      {remote.at !== 'failed' && !known && <Loading />}
      {known && (
        <Facts
          facts={[
            ...known.stations.map(
              ({ station, touchSeconds, waitSeconds }) =>
                [
                  words.stations[station],
                  `${words.touch} ${formatShortDuration(touchSeconds)}, ${words.wait} ${formatShortDuration(waitSeconds)}`,
                ] as const,
            ),
            ...known.causes.map(
              ({ cause, seconds }) =>
                [`${words.causes}: ${cause}`, formatShortDuration(seconds)] as const,
            ),
          ]}
        />
      )}
    </Panel>
  )
}
function Events({ item: { status } }: { item: WorkItem }) {
  const events = newestFirst(status.events)
  return (
    <Panel title={words.events} means={words.eventsMeaning(events.length)}>
      <div
        className="scroll"
        style={{ height: '100%' }}
        role="group"
        tabIndex={0}
        aria-label={words.eventsMeaning(events.length)}
      >
        {events.length === 0 && <Empty says={words.noEvents} />}
        <ol className="events">
          {events.map((event) => (
            <li key={event.id}>
              <span className="meta nowrap">{formatMoment(event.at)}</span>
              <span>
                {[
                  event.type.replace(/-/g, ' '),
                  event.station && words.stations[event.station],
                  event.cause,
                  event.text,
                ]
                  .filter(Boolean)
                  .join(', ')}
                {event.by && <span className="meta"> {event.by}</span>}
              </span>
            </li>
          ))}
        </ol>
        {(status.rolledEvents ?? 0) > 0 && (
          <p className="small meta">{words.rolled(status.rolledEvents ?? 0)}</p>
        )}
      </div>
    </Panel>
  )
}
