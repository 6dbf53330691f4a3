import { useState } from 'react'
import type { NodeGroupsView, NodeGroupView, Orphan } from '../../../../preload/contract/cloud'
import { lastKnown, recordedTrouble, useAsk, useWatch, type Remote } from '../../../client'
import {
  Button,
  CellStrip,
  Empty,
  Failed,
  formatBytes,
  formatUsd,
  formatWhen,
  Loading,
  PageHead,
  Panel,
  PlaceGlyph,
  ProgressBar,
  Section,
  Sign,
  Tag,
} from '../../../design'
import { useSiteNow } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { ChosenPlan, type Chosen } from '../parts/ChosenPlan'
import { Layout } from '../parts/Layout'
import { NewGroup } from '../parts/NewGroup'
import { Prices } from '../parts/Prices'
import { words } from '../words'

type Beside = Chosen | 'new' | 'queues' | 'prices'

/** What is rented, what is idle, and what nothing accounts for. */
export function MachinesScreen() {
  const groups = useWatch<NodeGroupsView>(
    (client, options) => client.cloud.nodeGroups(undefined, options),
    [],
  )
  const [chosen, setChosen] = useState<Beside>()
  const view = lastKnown(groups.remote)?.value
  return (
    <div className="screen">
      <PageHead
        title={words.tab.machines}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="machines" />}
      />
      <div className={chosen && chosen !== 'prices' ? 'screen-body with-side' : 'screen-body'}>
        <div className="machines">
          <Panel
            title={words.groups}
            means={view && words.groupsMeans(formatUsd(view.usdPerHourNow))}
            flush
            actions={<Offers onChoose={setChosen} />}
          >
            <Groups remote={groups.remote} again={groups.again} onChoose={setChosen} />
          </Panel>
          <div className="machines-below">
            <Orphans onChoose={setChosen} />
            <Shipments />
          </div>
        </div>
        {chosen && <Side chosen={chosen} onClose={() => setChosen(undefined)} />}
      </div>
    </div>
  )
}
const Offers = ({ onChoose }: { onChoose: (chosen: Beside) => void }) => (
  <>
    <Button small onClick={() => onChoose('new')}>
      {words.newGroup}
    </Button>
    <Button small look="quiet" onClick={() => onChoose('queues')}>
      {words.layout}
    </Button>
    <Button small look="quiet" onClick={() => onChoose('prices')}>
      {words.pricesTitle}
    </Button>
  </>
)
function Side({ chosen, onClose }: { chosen: Beside; onClose: () => void }) {
  if (chosen === 'new') return <NewGroup onClose={onClose} />
  if (chosen === 'queues') return <Layout onClose={onClose} />
  if (chosen === 'prices') return <Prices onClose={onClose} />
  return <ChosenPlan key={chosen.key} chosen={chosen} onClose={onClose} />
}
function Groups({
  remote,
  again,
  onChoose,
}: {
  remote: Remote<NodeGroupsView>
  again: () => void
  onChoose: (chosen: Chosen) => void
}) {
  const view = lastKnown(remote)?.value
  if (!view)
    return (
      <div style={{ padding: '0 12px' }}>
        {remote.at === 'failed' ? (
          <Failed
            says={remote.trouble.says}
            remedy={remote.trouble.remedy}
            code={remote.trouble.code}
            onRetry={again}
          />
        ) : (
          <Loading says={words.loadingGroups} rows={4} />
        )}
      </div>
    )
  return (
    <div className="scroll grow" tabIndex={0} role="group" aria-label={words.groupsLabel}>
      {view.unread.map(({ site, failure }) => (
        <p key={site} className="control-text soft" style={{ padding: '4px 12px' }}>
          {words.unread(site, recordedTrouble(failure)?.says ?? failure.code)}
        </p>
      ))}
      {view.groups.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={`${words.noGroups} ${words.noGroupsSays}`} />
        </div>
      ) : (
        <ul className="groups">
          {view.groups.map((group) => (
            <Group key={group.id} group={group} onChoose={onChoose} />
          ))}
        </ul>
      )}
    </div>
  )
}
const planOf = (
  group: NodeGroupView,
): { scale: Chosen; drain: Chosen; remove: Chosen; adopt: Chosen } => {
  const at = { site: group.site, nodeGroup: group.name }
  return {
    scale: {
      key: `scale/${group.id}`,
      title: words.scale(group.name),
      group,
      ask: (desired) => (client, options) => client.cloud.planScale({ ...at, desired }, options),
    },
    drain: {
      key: `drain/${group.id}`,
      title: words.drain(group.name),
      ask: () => (client, options) =>
        client.cloud.planDrain({ ...at, then: 'scale-to-zero' }, options),
    },
    adopt: {
      key: `adopt/${group.id}`,
      title: words.adopt(group.name),
      ask: () => (client, options) => client.cloud.planAdopt(at, options),
    },
    remove: {
      key: `delete/${group.id}`,
      title: words.deleteGroup(group.name),
      ask: () => (client, options) => client.cloud.planDeletePool(at, options),
    },
  }
}
function Group({ group, onChoose }: { group: NodeGroupView; onChoose: (chosen: Chosen) => void }) {
  const leaving = group.nodes.filter(({ state }) => state === 'draining').length
  const cells = group.nodes.flatMap(({ gpus, gpusHeld, state }) =>
    Array.from({ length: Math.max(1, gpus) }, (_, index) =>
      state === 'booting'
        ? ('free' as const)
        : index < gpusHeld
          ? ('taken' as const)
          : ('idle' as const),
    ),
  )
  return (
    <li>
      <div className="row">
        <PlaceGlyph place="cloud" />
        <b>{group.name}</b>
        <span className="soft control-text">
          {group.site}, {group.instanceTypes.join(', ')}, {group.capacityType}
        </span>
        {group.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
        {group.status !== 'active' && <Tag tone="warning">{group.status}</Tag>}
        <span className="spring" />
        <span className="control-text">{words.nodesOf(group.ready, group.desired, group.max)}</span>
        {group.booting > 0 && <Tag>{words.booting(group.booting)}</Tag>}
        {group.idle > 0 && <Tag tone="warning">{words.idleNodes(group.idle)}</Tag>}
        {leaving > 0 && <Tag tone="warning">{words.leaving(leaving)}</Tag>}
        <span className="control-text soft">
          {group.price ? words.perHour(formatUsd(group.price.usd)) : words.noPrice}
        </span>
        {group.usdPerHourNow !== undefined && (
          <b className="cloud-text">{words.perHour(formatUsd(group.usdPerHourNow))}</b>
        )}
        <GroupChanges group={group} onChoose={onChoose} />
      </div>
      {cells.length > 0 && (
        <CellStrip
          cloud
          cells={cells}
          width={Math.min(600, cells.length * 18)}
          label={words.nodesOf(group.ready, group.desired, group.max)}
        />
      )}
      {group.health.map(({ code, says, remedy }) => (
        <div key={code} className="row control-text">
          <Sign sign="warning" />
          <span>
            {says} <span className="soft">{remedy}</span>
          </span>
        </div>
      ))}
    </li>
  )
}
/** What may be done with a group: what somebody else made is seen, and a lead may adopt it. */
function GroupChanges({
  group,
  onChoose,
}: {
  group: NodeGroupView
  onChoose: (chosen: Chosen) => void
}) {
  const { scale, drain, remove, adopt } = planOf(group)
  if (group.ownership === 'another-cluster') return <Tag tone="dashed">{words.notOurs}</Tag>
  if (group.ownership === 'unmarked')
    return (
      <>
        <Tag tone="dashed">{words.notOurs}</Tag>
        {group.provisioner === 'node-group' && (
          <Button small look="quiet" onClick={() => onChoose(adopt)}>
            {adopt.title}
          </Button>
        )}
      </>
    )
  return (
    <>
      {group.ownership === 'adopted' && <Tag>{words.adopted}</Tag>}
      <Button small onClick={() => onChoose(scale)}>
        {scale.title}
      </Button>
      {group.desired > 0 && (
        <Button small look="quiet" onClick={() => onChoose(drain)}>
          {drain.title}
        </Button>
      )}
      {group.ownership === 'made' && (
        <Button small look="quiet" onClick={() => onChoose(remove)}>
          {remove.title}
        </Button>
      )}
    </>
  )
}
function Orphans({ onChoose }: { onChoose: (chosen: Chosen) => void }) {
  const { remote, again } = useAsk(
    (client, options) => client.cloud.orphans(undefined, options),
    [],
  )
  const now = useSiteNow(30_000)
  const found = lastKnown(remote)?.value
  const choose = ({ id, name, site, kind }: Orphan): Chosen => ({
    key: `orphan/${id}`,
    title: words.removeOrphan(name),
    ask: () => (client, options) => client.cloud.planRemoveOrphan({ site, kind, id }, options),
  })
  return (
    <Panel
      title={words.orphans}
      means={words.orphansMeans}
      actions={
        <Button small look="quiet" onClick={again}>
          {words.retry}
        </Button>
      }
    >
      {!found ? (
        remote.at === 'failed' ? (
          <Failed
            says={remote.trouble.says}
            remedy={remote.trouble.remedy}
            code={remote.trouble.code}
            onRetry={again}
          />
        ) : (
          <Loading says={words.loadingGroups} />
        )
      ) : (
        <div className="scroll" style={{ maxHeight: '100%' }}>
          {found.orphans.length === 0 ? (
            <p className="control-text">
              {words.noOrphans}{' '}
              <span className="soft">{words.looked(found.looked.join(', '))}</span>
            </p>
          ) : (
            <>
              <OrphanList
                orphans={found.orphans.filter(({ whose }) => whose === undefined)}
                now={now}
                onRemove={(orphan) => onChoose(choose(orphan))}
              />
              <OrphanList
                orphans={found.orphans.filter(({ whose }) => whose !== undefined)}
                now={now}
              />
            </>
          )}
        </div>
      )}
    </Panel>
  )
}
/** Left-over things in a list; those that are not ours say whose they are and have no button. */
function OrphanList({
  orphans,
  now,
  onRemove,
}: {
  orphans: Orphan[]
  now: number
  onRemove?: (orphan: Orphan) => void
}) {
  if (orphans.length === 0) return null
  return (
    <ul className="move-steps" aria-label={onRemove ? words.orphans : words.notOursTitle}>
      {orphans.map((orphan) => (
        <li key={orphan.id}>
          <Sign sign={onRemove ? 'warning' : 'skipped'} />
          <span className="grow">
            <b>{orphan.name}</b>{' '}
            <span className="soft">
              {orphan.says.replace(/\.$/, '')}
              {orphan.since ? `, ${words.sinceSays(formatWhen(orphan.since, now))}` : ''}
              {orphan.whose === undefined ? '' : `. ${orphan.whose}`}
            </span>
          </span>
          {orphan.usdPerHour !== undefined && <b>{words.perHour(formatUsd(orphan.usdPerHour))}</b>}
          {onRemove ? (
            <Button small onClick={() => onRemove(orphan)}>
              {words.remove}
              <span className="visually-hidden"> {orphan.name}</span>
            </Button>
          ) : (
            <Tag tone="dashed">{words.notOurs}</Tag>
          )}
        </li>
      ))}
    </ul>
  )
}
function Shipments() {
  const { remote, again } = useWatch(
    (client, options) => client.cloud.shipments(undefined, options),
    [],
  )
  const found = lastKnown(remote)?.value
  return (
    <Panel title={words.shipments}>
      {!found ? (
        remote.at === 'failed' ? (
          <Failed
            says={remote.trouble.says}
            remedy={remote.trouble.remedy}
            code={remote.trouble.code}
            onRetry={again}
          />
        ) : (
          <Loading says={words.loadingGroups} />
        )
      ) : found.shipments.length === 0 ? (
        <Empty says={words.noShipments} />
      ) : (
        <div className="scroll" style={{ maxHeight: '100%' }}>
          {found.shipments.map((one) => (
            <Section key={one.id} title={one.title} note={one.state}>
              <div className="row small">
                <ProgressBar
                  share={one.bytes > 0 ? one.bytesDone / one.bytes : 1}
                  label={one.title}
                />
                <span className="soft">
                  {words.shipped(formatBytes(one.bytesDone), formatBytes(one.bytes))},{' '}
                  {one.fromSite} → {one.toSite}
                </span>
              </div>
            </Section>
          ))}
        </div>
      )}
    </Panel>
  )
}
