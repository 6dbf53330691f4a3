import { useState } from 'react'
import type { BurstWorkload, WorkloadRef } from '../../../../preload/contract/burst'
import type { Operation } from '../../../../preload/contract/operations'
import { lastKnown, useAction, useAsk } from '../../../client'
import {
  Button,
  Empty,
  Failed,
  formatClock,
  formatDuration,
  Panel,
  Section,
  Sign,
  Tag,
} from '../../../design'
import { RunPlan, useOperations } from '../../operations'
import { useSiteNow } from '../../sites/store'
import {
  clockTicks,
  gpusSay,
  operationOf,
  tickSays,
  trackOf,
  type Bar,
  type Track,
} from '../view-model'
import { words } from '../words'
import { useSize } from './Timelines'

/** A workload that is moving or away: one timeline over both sites, its steps, and the way back. */
export function OnItsWay({ workload, to }: { workload: BurstWorkload; to: string | undefined }) {
  const now = useSiteNow(1000)
  const operations = lastKnown(useOperations((state) => state.operations))?.value ?? []
  const operation = operationOf(operations, workload.ref)
  const [returning, setReturning] = useState(false)
  const { away } = workload
  return (
    <div className="screen-body move-body" data-away={workload.state}>
      <div
        className="move-main"
        style={{ gridTemplateRows: 'minmax(220px, 300px) minmax(0, 1fr)' }}
      >
        <Panel
          title={words.movedTitle}
          means={words.movedMeans}
          actions={
            <Tag tone="cloud">
              {away
                ? words.awaySince(away.site, formatClock(away.since))
                : words.state[workload.state]}
            </Tag>
          }
          flush
        >
          <TrackDrawing
            track={trackOf(workload, now, { operation, to })}
            now={now}
            gpus={gpusSay(workload)}
          />
        </Panel>
        <Panel title={words.steps} means={operation?.title}>
          {operation ? <Steps operation={operation} /> : <Empty says={words.original} />}
        </Panel>
      </div>
      {returning ? (
        <ReturnPlan workloadRef={workload.ref} onClose={() => setReturning(false)} />
      ) : (
        <Panel
          title={
            away ? words.awaySince(away.site, formatClock(away.since)) : words.state[workload.state]
          }
          flush
          foot={
            <div className="row grow">
              <Button look="primary" onClick={() => setReturning(true)}>
                {words.bring}
              </Button>
              {operation?.canUndo && <Undo operation={operation} />}
            </div>
          }
        >
          <div className="scroll grow" tabIndex={0} role="group" aria-label={words.reasonsLabel}>
            <Section title={words.original}>
              <p className="small soft">{away?.says}</p>
            </Section>
            <Section title={words.expected}>
              <p className="small soft">{workload.estimate.says}</p>
            </Section>
          </div>
        </Panel>
      )}
    </div>
  )
}
function Undo({ operation }: { operation: Operation }) {
  const undo = useAction((client) => client.operations.undo({ operationId: operation.id }))
  return (
    <>
      <Button busy={undo.busy} onClick={() => void undo.act()}>
        {words.undo}
      </Button>
      {undo.trouble && (
        <Failed says={undo.trouble.says} remedy={undo.trouble.remedy} code={undo.trouble.code} />
      )}
    </>
  )
}
function ReturnPlan({ workloadRef, onClose }: { workloadRef: WorkloadRef; onClose: () => void }) {
  const plan = useAsk(
    (client, options) => client.burst.planReturn(workloadRef, options),
    [workloadRef.site, workloadRef.namespace, workloadRef.name],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <div className="row">
        <Button look="quiet" small onClick={onClose}>
          {words.back}
        </Button>
      </div>
      <RunPlan plan={plan} onStarted={onClose} />
    </div>
  )
}
function Steps({ operation }: { operation: Operation }) {
  const now = useSiteNow(1000)
  return (
    <ol className="move-steps">
      {operation.steps.map((step) => (
        <li key={step.id}>
          <Sign sign={SIGNS[step.state]} />
          <span className="grow">
            {step.title}
            {step.detail && <span className="small soft"> {step.detail}</span>}
          </span>
          <span className="small meta">
            {step.startedAt
              ? formatDuration(
                  Math.max(
                    0,
                    ((step.endedAt ? Date.parse(step.endedAt) : now) - Date.parse(step.startedAt)) /
                      1000,
                  ),
                )
              : ''}
          </span>
        </li>
      ))}
    </ol>
  )
}
const SIGNS = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  skipped: 'skipped',
  undone: 'skipped',
} as const

const LEFT = 118,
  RIGHT = 24,
  TOP = 26,
  LANE = 74
/** Waiting here, then running there: the same clock for both sites. */
function TrackDrawing({ track, now, gpus }: { track: Track; now: number; gpus: string }) {
  const [frame, { width }] = useSize()
  const { from, to, left, here, there, says } = track
  const x = (at: number) =>
    LEFT +
    ((Math.min(Math.max(at, from), to) - from) / (to - from)) * Math.max(200, width - LEFT - RIGHT)
  const bottom = TOP + 2 * LANE
  return (
    <div ref={frame} className="chart">
      <svg width={width} height={bottom + 24} role="img" aria-label={says}>
        {clockTicks(from, to).map((at) => (
          <g key={at}>
            <path d={`M${x(at)} ${TOP}V${bottom}`} stroke="var(--grid)" />
            <text x={x(at)} y={bottom + 16} textAnchor="middle" fill="var(--ink3)">
              {tickSays(at, track)}
            </text>
          </g>
        ))}
        <Row y={TOP} says={here} note={words.state.waiting} />
        <Outline bar={{ from, to: left }} x={x} y={TOP} />
        <path
          d={`M${x(left)} ${TOP + 34}V${TOP + LANE + 34}`}
          stroke="var(--accent)"
          strokeDasharray="2 2"
        />
        <Row y={TOP + LANE} says={there} note={gpus} />
        <There track={track} now={now} x={x} width={width} />
        <path d={`M${x(now)} ${TOP}V${bottom}`} stroke="var(--accent)" strokeWidth="1.5" />
        <text x={Math.min(x(now), width - 70)} y={TOP - 8} fill="var(--accent)">
          {words.nowAt(formatClock(now))}
        </text>
      </svg>
    </div>
  )
}
type Scale = (at: number) => number
/** In the cloud: the node comes up, the copy runs, and what is still to come. */
function There({
  track: { left, start, end },
  now,
  x,
  width,
}: {
  track: Track
  now: number
  x: Scale
  width: number
}) {
  const y = TOP + LANE
  const begun = start ?? now
  return (
    <>
      <Outline bar={{ from: left, to: begun }} x={x} y={y} />
      {start !== undefined && (
        <rect
          x={x(start)}
          y={y + 18}
          width={Math.max(3, x(Math.max(now, start)) - x(start))}
          height="32"
          rx="2"
          fill="url(#hatch-cloud)"
        />
      )}
      {end !== undefined && end > now && (
        <>
          <rect
            x={x(Math.max(now, begun))}
            y={y + 18}
            width={Math.max(2, x(end) - x(Math.max(now, begun)))}
            height="32"
            fill="url(#dots-forecast)"
            stroke="var(--edge)"
            strokeDasharray="3 3"
          />
          <text x={Math.min(x(end), width - 92)} y={y + 66} fill="var(--ink)" className="halo">
            {words.done(formatClock(end))}
          </text>
        </>
      )}
    </>
  )
}
const Row = ({ y, says, note }: { y: number; says: string; note: string }) => (
  <>
    <text x="14" y={y + 32} fill="var(--ink)" fontWeight="600" style={{ fontSize: 13 }}>
      {says}
    </text>
    <text x="14" y={y + 48} fill="var(--ink2)">
      {note}
    </text>
  </>
)
const Outline = ({ bar, x, y }: { bar: Bar; x: Scale; y: number }) => (
  <rect
    x={x(bar.from)}
    y={y + 18}
    width={Math.max(2, x(bar.to) - x(bar.from))}
    height="32"
    fill="none"
    stroke="var(--edge)"
    strokeDasharray="3 3"
  />
)
