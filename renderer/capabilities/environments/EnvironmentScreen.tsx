import { useState } from 'react'
import type { Environment } from '../../../preload/contract/records'
import type { EnvironmentChange, SizeOffer } from '../../../preload/contract/projects'
import type { z } from 'zod'
import {
  hrefOf,
  lastKnown,
  navigate,
  useAddress,
  useAsk,
  useRecord,
  useRecords,
} from '../../client'
import {
  Button,
  Empty,
  Facts,
  formatDay,
  formatGi,
  formatMoment,
  PageHead,
  Panel,
  Segmented,
  Table,
  Tag,
} from '../../design'
import { RunPlan } from '../operations'
import { SaveRevision } from '../revisions/SaveRevision'
import { revisionColumns } from '../revisions/columns'
import { IdleFacts } from './IdleFacts'
import { MoveButton, MovePanel, PlaceFacts, usePlace } from './Moving'
import { StartPhases } from './StartPhases'
import { useSiteNow } from '../sites/store'
import { words } from './words'

type Change = z.infer<typeof EnvironmentChange>
type Side =
  { show: 'change'; change: Change } | { show: 'save' } | { show: 'move' | 'return' } | undefined
const DAY = 86_400_000

/** One environment: its start against the promise, the way in, what it stands on, and every change as a plan first. */
export function EnvironmentScreen() {
  const { path } = useAddress()
  const namespace = path[1] ?? ''
  const name = path[2] ?? ''
  const environment = useRecord('Environment', name, namespace)
  const crumbs = [
    { says: 'Discover', href: hrefOf(['discover']) },
    { says: namespace, href: hrefOf(['discover', namespace]) },
  ]
  if (!environment)
    return (
      <div className="screen">
        <PageHead title={name} crumbs={crumbs} />
        <div className="screen-body">
          <Panel title={words.facts}>
            <Empty says={words.notThere} />
          </Panel>
        </div>
      </div>
    )
  return <Known environment={environment} crumbs={crumbs} />
}
function Known({
  environment,
  crumbs,
}: {
  environment: Environment
  crumbs: { says: string; href: string }[]
}) {
  const { meta, spec, status } = environment
  const now = useSiteNow(10_000)
  const [side, setSide] = useState<Side>()
  const namespace = meta.namespace ?? ''
  const place = usePlace(environment)
  const away = place?.away
  const change = (to: Change) => setSide({ show: 'change', change: to })
  const extended = new Date(Math.max(now, Date.parse(spec.expiresAt)) + 7 * DAY)
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
  return (
    <div className="screen">
      <PageHead
        title={meta.name}
        crumbs={crumbs}
        actions={
          <>
            {spec.state === 'running' ? (
              <Button onClick={() => change({ to: 'stop' })}>{words.stop}</Button>
            ) : (
              !away && (
                <Button look="primary" onClick={() => change({ to: 'resume' })}>
                  {words.resume}
                </Button>
              )
            )}
            <MoveButton place={place} onPress={(show) => setSide({ show })} />
            <Button onClick={() => change({ to: 'extend', expiresAt: extended })}>
              {words.extendDays(7)}
            </Button>
            <Button onClick={() => change({ to: 'resize', size: spec.size })}>
              {words.resize}
            </Button>
            <Button look="danger" onClick={() => change({ to: 'delete', keepWorkspace: true })}>
              {words.delete}
            </Button>
            <Button look="primary" onClick={() => setSide({ show: 'save' })}>
              {words.save}
            </Button>
          </>
        }
      >
        <Tag
          tone={status.phase === 'Ready' ? 'good' : status.phase === 'Failed' ? 'danger' : 'normal'}
        >
          {status.phase ?? spec.state}
        </Tag>
      </PageHead>
      <div className={side ? 'screen-body with-side' : 'screen-body'}>
        <div className="environment-columns">
          <Panel title={words.phases} means={words.phasesMeaning}>
            <StartPhases namespace={namespace} name={meta.name} />
          </Panel>
          <Panel title={words.facts}>
            <PlaceFacts place={place} />
            <EnvironmentFacts environment={environment} />
          </Panel>
          <IdleFacts environment={environment} />
          <Revisions environment={environment} onSave={() => setSide({ show: 'save' })} />
        </div>
        {side && (
          <SidePanel
            environment={environment}
            side={side}
            onChange={change}
            onClose={() => setSide(undefined)}
          />
        )}
      </div>
    </div>
  )
}
function SidePanel({
  environment,
  side,
  onChange,
  onClose,
}: {
  environment: Environment
  side: NonNullable<Side>
  onChange: (change: Change) => void
  onClose: () => void
}) {
  if (side.show === 'change')
    return (
      <ChangePanel
        environment={environment}
        change={side.change}
        onChange={onChange}
        onClose={onClose}
      />
    )
  if (side.show === 'save') return <SaveRevision environment={environment} onClose={onClose} />
  return <MovePanel environment={environment} way={side.show} onClose={onClose} />
}
function EnvironmentFacts({ environment: { meta, spec, status } }: { environment: Environment }) {
  return (
    <Facts
      facts={[
        [
          words.project,
          <a key="p" href={hrefOf(['discover', spec.project])}>
            {spec.project}
          </a>,
        ],
        [words.owner, spec.owner],
        [
          words.machine,
          `${spec.size.name}: ${spec.size.cpuCores} cores, ${formatGi(spec.size.memoryGi)} on ${spec.site}`,
        ],
        [words.tool, spec.tool.name],
        [
          words.image,
          <span key="i" className="mono">
            {spec.tool.image.replace(/@sha256:(.{12}).*/, '@sha256:$1…')}
          </span>,
        ],
        [words.workload, status.workload ?? ''],
        [words.pod, status.pod ?? ''],
        [words.node, status.node ?? ''],
        [
          words.data,
          spec.data.map(({ source, mount }) => `${source} (${mount})`).join(', ') || words.noData,
        ],
        [words.workspace, `${spec.workspace.gi} GB`],
        [words.endsLabel, formatMoment(spec.expiresAt)],
        ...(spec.workItem
          ? [
              [
                words.item,
                <a key="w" href={hrefOf(['line', meta.namespace ?? '', spec.workItem])}>
                  {spec.workItem}
                </a>,
              ] as const,
            ]
          : []),
      ]}
    />
  )
}
function Revisions({ environment, onSave }: { environment: Environment; onSave: () => void }) {
  const mine = useRecords('Revision').filter(
    ({ meta, spec }) =>
      meta.namespace === environment.meta.namespace && spec.environment === environment.meta.name,
  )
  return (
    <Panel title={words.revisions} means={words.revisionsMeaning} flush>
      {mine.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noRevisions}>
            <Button look="primary" onClick={onSave}>
              {words.save}
            </Button>
          </Empty>
        </div>
      ) : (
        <Table
          label={words.revisions}
          rows={mine}
          columns={revisionColumns}
          idOf={({ meta }) => meta.uid}
          sortBy={{ id: 'number', desc: true }}
          onOpen={({ meta, spec }) =>
            navigate(hrefOf(['line', meta.namespace ?? '', spec.workItem]))
          }
        />
      )}
    </Panel>
  )
}
interface ChangeProps {
  environment: Environment
  change: Change
  onChange: (change: Change) => void
  onClose: () => void
}
function ChangePanel({ environment, change, onChange, onClose }: ChangeProps) {
  const namespace = environment.meta.namespace ?? ''
  const plan = useAsk(
    (client, options) =>
      client.environments.planChange({ namespace, name: environment.meta.name, change }, options),
    [namespace, environment.meta.name, JSON.stringify(change)],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={words.change}
        means={words.changeMeaning}
        actions={
          <Button look="quiet" small onClick={onClose}>
            ✕ Close
          </Button>
        }
      >
        {change.to === 'resize' && (
          <SizeChoice
            value={change.size.name}
            onChoose={(size) => onChange({ to: 'resize', size })}
          />
        )}
        {change.to === 'extend' && (
          <Segmented
            label={words.extend}
            value={change.expiresAt}
            onChange={(expiresAt) => onChange({ to: 'extend', expiresAt })}
            options={[7, 14, 30].map((days) => {
              const at = new Date(Date.parse(environment.spec.expiresAt) + days * DAY)
                .toISOString()
                .replace(/\.\d{3}Z$/, 'Z')
              return { value: at, says: `+${days} d, ${formatDay(at)}` }
            })}
          />
        )}
        {change.to === 'delete' && (
          <label className="check control-text">
            <input
              type="checkbox"
              checked={change.keepWorkspace}
              onChange={({ target }) => onChange({ to: 'delete', keepWorkspace: target.checked })}
            />{' '}
            {words.keepWorkspace}
          </label>
        )}
        {(change.to === 'stop' || change.to === 'resume') && (
          <p className="control-text soft">
            {change.to === 'stop' ? words.stop : words.resume} {environment.meta.name}
          </p>
        )}
      </Panel>
      <RunPlan plan={plan} onStarted={onClose} />
    </div>
  )
}
function SizeChoice({
  value,
  onChoose,
}: {
  value: string
  onChoose: (size: SizeOffer['size']) => void
}) {
  const { remote } = useAsk((client, options) => client.environments.offers({}, options), [])
  const offers = (lastKnown(remote)?.value.offers ?? []).filter(
    ({ refused }) => refused === undefined,
  )
  return (
    <label className="row control-text">
      {words.size}
      <select
        className="field-box grow"
        value={value}
        onChange={({ target }) => {
          const offer = offers.find(({ size }) => size.name === target.value)
          if (offer) onChoose(offer.size)
        }}
      >
        {!offers.some(({ size }) => size.name === value) && <option>{value}</option>}
        {offers.map(({ size, starts }) => (
          <option key={size.name} value={size.name}>{`${size.name}, ${starts.says}`}</option>
        ))}
      </select>
    </label>
  )
}
