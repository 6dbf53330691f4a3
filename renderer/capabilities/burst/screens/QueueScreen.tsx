import { useState } from 'react'
import type { BurstQueue, BurstWorkload } from '../../../../preload/contract/burst'
import { navigate, setQuery, useAddress, type Remote } from '../../../client'
import {
  Avatar,
  Empty,
  Facts,
  Failed,
  formatDuration,
  formatMoment,
  formatWhen,
  LinkButton,
  Loading,
  PageHead,
  Panel,
  PlaceGlyph,
  Segmented,
  Table,
  Tag,
  type Column,
  type Tone,
} from '../../../design'
import { useSiteNow } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { BudgetSection } from '../parts/Advice'
import { useQueue, valueOf } from '../queue'
import {
  countWaiting,
  goSays,
  gpusSay,
  inClock,
  matches,
  moveHref,
  refKey,
  staySays,
} from '../view-model'
import { words } from '../words'

/** Which GPU work waits, and what the planner would do with each. */
export function QueueScreen() {
  const { remote, again } = useQueue()
  const queue = valueOf(remote)
  return (
    <div className="screen">
      <PageHead
        title={words.title}
        actions={<BurstTabs at="queue" waiting={countWaiting(queue)} />}
      >
        {queue && (
          <>
            <Tag>{words.modes[queue.mode]}</Tag>
            {queue.stopped && <Tag tone="danger">{words.stopTag}</Tag>}
            {queue.price.stale && <Tag tone="warning">{words.staleTag}</Tag>}
          </>
        )}
      </PageHead>
      {queue ? (
        <Body queue={queue} remote={remote} />
      ) : (
        <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
          <Panel title={words.queueTitle}>
            <NoQueue remote={remote} again={again} />
          </Panel>
        </div>
      )}
    </div>
  )
}
function NoQueue({ remote, again }: { remote: Remote<BurstQueue>; again: () => void }) {
  if (remote.at !== 'failed') return <Loading says={words.loadingQueue} rows={8} />
  return (
    <Failed
      says={remote.trouble.says}
      remedy={remote.trouble.remedy}
      code={remote.trouble.code}
      onRetry={again}
    >
      {/NO_HOME_SITE|SITE_/.test(remote.trouble.code) && (
        <LinkButton href="#/connect">{words.connect}</LinkButton>
      )}
    </Failed>
  )
}
function Body({ queue, remote }: { queue: BurstQueue; remote: Remote<BurstQueue> }) {
  return (
    <div className="screen-body queue-body">
      <div className="stack" style={{ minHeight: 0, gap: 12 }}>
        {!queue.to && (
          <Panel
            title={words.stay}
            actions={
              <LinkButton small href="#/connect">
                {words.connect}
              </LinkButton>
            }
          >
            <p className="control-text">
              {words.noCloud} <span className="soft">{words.noCloudRemedy}</span>
            </p>
          </Panel>
        )}
        <Workloads
          queue={queue}
          asOf={remote.at === 'failed' ? formatMoment(queue.asOf) : undefined}
        />
      </div>
      <Side queue={queue} />
    </div>
  )
}
const STATE_ORDER: Record<BurstWorkload['state'], number> = {
  waiting: 0,
  moving: 1,
  away: 2,
  running: 3,
}
const TONES: Record<'start' | 'hold' | 'go' | 'refuse', Tone> = {
  start: 'on-prem',
  hold: 'on-prem',
  go: 'cloud',
  refuse: 'normal',
}
const columnsFor = (now: number): Column<BurstWorkload>[] => [
  {
    id: 'job',
    says: words.columns.job,
    value: ({ ref }) => `${ref.namespace}/${ref.name}`,
    cell: ({ ref }) => (
      <span className="row" style={{ gap: 6 }}>
        <b>{ref.name}</b>
        <span className="meta ellipsis">{ref.namespace}</span>
      </span>
    ),
  },
  {
    id: 'by',
    says: words.columns.by,
    value: ({ by }) => by,
    cell: ({ by, team }) => (
      <span className="row" style={{ gap: 6 }}>
        {by && <Avatar person={by} />}
        <span className="soft">{team}</span>
      </span>
    ),
  },
  {
    id: 'gpus',
    says: words.columns.gpus,
    right: true,
    value: ({ gpus }) => gpus.count,
    cell: (row) => gpusSay(row),
  },
  {
    id: 'state',
    says: words.columns.state,
    value: ({ state, waitedSeconds }) => STATE_ORDER[state] * 1e9 - waitedSeconds,
    cell: ({ state, waitedSeconds, away }) =>
      state === 'waiting' ? (
        `${words.state.waiting} ${formatDuration(waitedSeconds)}`
      ) : state === 'away' && away ? (
        <span className="row" style={{ gap: 6 }}>
          <PlaceGlyph place="cloud" />
          {away.site}
        </span>
      ) : (
        words.state[state]
      ),
  },
  {
    id: 'due',
    says: words.columns.due,
    value: ({ dueAt }) => dueAt,
    cell: ({ dueAt }) =>
      dueAt ? formatWhen(dueAt, now) : <span className="meta">{words.noDue}</span>,
  },
  {
    id: 'runs',
    says: words.columns.runs,
    right: true,
    value: ({ estimate }) => estimate.seconds,
    cell: ({ estimate }) => formatDuration(estimate.seconds),
  },
  {
    id: 'stay',
    says: words.columns.stay,
    value: ({ decision }) => decision?.stay.finishes?.at,
    cell: (row) => staySays(row),
  },
  {
    id: 'go',
    says: words.columns.go,
    value: ({ decision }) => decision?.go?.usd,
    cell: (row) => <span className={row.decision?.go ? undefined : 'meta'}>{goSays(row)}</span>,
  },
  {
    id: 'decision',
    says: words.columns.decision,
    value: ({ decision }) => decision?.kind,
    cell: ({ decision, asked }) =>
      decision ? (
        <span className="row" style={{ gap: 6 }}>
          <Tag tone={TONES[decision.kind]}>{words.decision[decision.kind]}</Tag>
          {asked ? (
            <Tag tone="warning">{words.askedBy(asked.by)}</Tag>
          ) : (
            <span
              className="soft small ellipsis"
              style={{ maxWidth: 150 }}
              title={inClock(decision.says, now)}
            >
              {inClock(decision.says, now)}
            </span>
          )}
        </span>
      ) : (
        ''
      ),
  },
]
const FILTERS = ['all', 'waiting', 'running', 'away'] as const
function Workloads({ queue, asOf }: { queue: BurstQueue; asOf: string | undefined }) {
  const now = useSiteNow(15_000)
  const { query } = useAddress()
  const [typed, setTyped] = useState(query.get('q') ?? '')
  const wanted = FILTERS.find((one) => one === query.get('show')) ?? 'all'
  const inState = ({ state }: BurstWorkload) =>
    wanted === 'all' || state === wanted || (wanted === 'away' && state === 'moving')
  const rows = queue.workloads.filter((row) => inState(row) && matches(row, typed))
  const count = (state: string) =>
    queue.workloads.filter(
      (row) => row.state === state || (state === 'away' && row.state === 'moving'),
    ).length
  return (
    <Panel
      title={words.queueTitle}
      means={words.queueMeans(queue.site, queue.to)}
      asOf={asOf}
      flush
      className="grow"
      actions={
        <Segmented
          label={words.columns.state}
          value={wanted}
          onChange={(show) => setQuery({ show: show === 'all' ? undefined : show })}
          options={FILTERS.map((value) => ({
            value,
            says:
              value === 'all'
                ? `${words.all} ${queue.workloads.length}`
                : `${words.state[value]} ${count(value)}`,
          }))}
        />
      }
    >
      <div className="filters">
        <label className="filter-box">
          <span className="visually-hidden">{words.filter}</span>
          <input
            value={typed}
            placeholder={words.filter}
            data-filter
            onChange={({ target }) => {
              setTyped(target.value)
              setQuery({ q: target.value || undefined })
            }}
          />
          <kbd className="kbd">/</kbd>
        </label>
      </div>
      {queue.workloads.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={`${words.noJobs} ${words.noJobsSays}`} />
        </div>
      ) : rows.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noMatch} />
        </div>
      ) : (
        <Table
          label={words.queueTitle}
          rows={rows}
          columns={columnsFor(now)}
          idOf={({ ref }) => refKey(ref)}
          total={queue.workloads.length}
          onOpen={({ ref }) => navigate(moveHref(ref))}
        />
      )}
    </Panel>
  )
}
function Side({ queue }: { queue: BurstQueue }) {
  return (
    <div className="queue-side">
      <Panel title={words.now}>
        <Facts
          facts={[
            [words.mode, `${words.modes[queue.mode]}: ${words.modeSays[queue.mode]}`],
            [
              words.policy,
              <a key="policy" href="#/burst/policy">
                {queue.policy}
              </a>,
            ],
            [words.steward, queue.steward.says],
            [words.prices, queue.price.says],
            [words.queueing, words.queueings[queue.queueing]],
            [words.planTook, words.planned(queue.planMillis)],
          ]}
        />
      </Panel>
      <Panel title={words.budgets} flush>
        <div className="scroll" tabIndex={0} role="group" aria-label={words.capsLabel}>
          {queue.budgets.length === 0 ? (
            <div style={{ padding: '0 12px' }}>
              <Empty says={words.noBudgets} />
            </div>
          ) : (
            queue.budgets.map((stand) => (
              <BudgetSection key={`${stand.scope}${stand.period}`} stand={stand} />
            ))
          )}
        </div>
      </Panel>
      <Panel title={words.changes}>
        <div
          className="scroll"
          tabIndex={0}
          role="group"
          aria-label={words.changesLabel}
          style={{ maxHeight: '100%' }}
        >
          {queue.changes.length === 0 ? (
            <p className="small soft">{words.noChanges}</p>
          ) : (
            <ul className="small">
              {queue.changes.map(({ job, says }) => (
                <li key={job} style={{ padding: '3px 0' }}>
                  <b>{job}</b> <span className="soft">{inClock(says, Date.parse(queue.asOf))}</span>
                </li>
              ))}
            </ul>
          )}
          {queue.left.length > 0 && (
            <>
              <h3 className="small" style={{ paddingTop: 8 }}>
                {words.left}
              </h3>
              <ul className="small soft">
                {queue.left.map((says) => (
                  <li key={says}>{says}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      </Panel>
    </div>
  )
}
