import { useEffect, useRef, useState } from 'react'
import type { BurstQuote, BurstWorkload, WorkloadRef } from '../../../../preload/contract/burst'
import { lastKnown, useAsk, useNow, type Remote } from '../../../client'
import {
  Avatar,
  Button,
  ChartFrame,
  Failed,
  formatClock,
  formatDuration,
  formatPromise,
  LinkButton,
  Loading,
  PageHead,
  Panel,
  Tag,
} from '../../../design'
import { RunPlan } from '../../operations'
import { BurstTabs } from '../BurstTabs'
import { Advice, AdviceTitle } from '../parts/Advice'
import { Deny } from '../parts/Deny'
import { MoveFigures, TwoLinesPanel, WhatItTakes } from '../parts/MoveParts'
import { OnItsWay } from '../parts/OnItsWay'
import { Timelines } from '../parts/Timelines'
import { useQueue, valueOf } from '../queue'
import {
  actSays,
  countWaiting,
  gpusSay,
  refKey,
  timelineOf,
  timelineRows,
  whatMoved,
} from '../view-model'
import { words } from '../words'

/** Is it worth leaving the building? One workload, both ways on one clock. */
export function MoveScreen({
  workloadRef,
  startWithPlan,
}: {
  workloadRef: WorkloadRef
  startWithPlan: boolean
}) {
  const key = refKey(workloadRef)
  const queue = useQueue()
  const known = valueOf(queue.remote)
  const workload = known?.workloads.find(({ ref }) => refKey(ref) === key)
  const elsewhere = workload?.state === 'moving' || workload?.state === 'away'
  return (
    <div className="screen">
      <PageHead
        title={`${workloadRef.namespace} ${workloadRef.name}`}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="move" waiting={countWaiting(known)} />}
      >
        {workload && <Head workload={workload} />}
      </PageHead>
      {elsewhere && workload ? (
        <OnItsWay workload={workload} to={known?.to} />
      ) : (
        <Quoted
          key={key}
          workloadRef={workloadRef}
          startWithPlan={startWithPlan}
          queueMark={workload?.state ?? ''}
          gone={known !== undefined && !workload}
        />
      )}
    </div>
  )
}
function Head({ workload }: { workload: BurstWorkload }) {
  const { by, waitedSeconds, state, queue, submittedAt, asked } = workload
  return (
    <>
      <Tag>
        {state === 'waiting'
          ? `${words.state.waiting} ${formatDuration(waitedSeconds)}${queue ? `, ${queue}` : ''}`
          : words.state[state]}
      </Tag>
      <span className="control-text soft">{gpusSay(workload)}</span>
      {by && (
        <span className="row control-text soft">
          <Avatar person={by} />
          {by}, {formatClock(submittedAt)}
        </span>
      )}
      {asked && <Tag tone="warning">{words.askedBy(asked.by)}</Tag>}
    </>
  )
}

/** A quote lasts minutes; when it ends it is asked again, and what moved is told. */
function useQuote(ref: WorkloadRef, mark: string) {
  const quote = useAsk((client, options) => client.burst.quote(ref, options), [refKey(ref), mark])
  const known = lastKnown(quote.remote)
  const before = useRef<BurstQuote>(undefined)
  const [moved, setMoved] = useState<string[]>([])
  useEffect(() => {
    if (quote.remote.at !== 'ready') return
    setMoved(whatMoved(before.current, quote.remote.value))
    before.current = quote.remote.value
  }, [quote.remote])
  return { ...quote, known, moved }
}
function useCountdown(
  known: { value: BurstQuote; asOf: number } | undefined,
  again: () => void,
  pause: boolean,
): number {
  const now = useNow(1000)
  const left = known
    ? Math.max(
        0,
        (Date.parse(known.value.validUntil) -
          Date.parse(known.value.quotedAt) -
          (now - known.asOf)) /
          1000,
      )
    : 0
  const over = known !== undefined && left === 0 && !pause
  useEffect(() => {
    if (over) again()
  }, [over, again])
  return left
}

interface QuotedProps {
  workloadRef: WorkloadRef
  startWithPlan: boolean
  queueMark: string
  gone: boolean
}
function Quoted({ workloadRef, startWithPlan, queueMark, gone }: QuotedProps) {
  const { remote, again, known, moved } = useQuote(workloadRef, queueMark)
  const [planning, setPlanning] = useState(startWithPlan)
  const left = useCountdown(remote.at === 'ready' ? known : undefined, again, planning)
  if (!known)
    return (
      <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
        <Panel title={words.title}>
          <Unquoted remote={remote} again={again} gone={gone} />
        </Panel>
      </div>
    )
  const quote = known.value
  return (
    <div className="screen-body move-body" data-quoted>
      <div className="move-main">
        <StayOrGo
          quote={quote}
          moved={moved}
          aged={remote.at === 'failed' ? formatClock(known.asOf) : undefined}
        />
        <div className="move-below">
          <TwoLinesPanel lines={quote.twoLines} />
          <WhatItTakes quote={quote} />
        </div>
      </div>
      {planning ? (
        <MovePlan quote={quote} onClose={() => setPlanning(false)} />
      ) : (
        <Panel
          title={<AdviceTitle quote={quote} />}
          actions={<Tag>{words.policyTag(quote.policy, words.modes[quote.mode])}</Tag>}
          flush
          foot={
            <Foot
              quote={quote}
              left={left}
              failed={remote.at === 'failed' ? remote.trouble.says : undefined}
              onPlan={() => setPlanning(true)}
            />
          }
        >
          <Advice quote={quote} />
        </Panel>
      )}
    </div>
  )
}
function Unquoted({
  remote,
  again,
  gone,
}: {
  remote: Remote<BurstQuote>
  again: () => void
  gone: boolean
}) {
  if (gone)
    return (
      <div className="state">
        <p>
          {words.gone} {words.goneSays}
        </p>
        <div className="state-actions">
          <LinkButton href="#/burst">{words.queueTitle}</LinkButton>
          <LinkButton href="#/burst/journal">{words.tab.journal}</LinkButton>
        </div>
      </div>
    )
  return remote.at === 'failed' ? (
    <Failed
      says={remote.trouble.says}
      remedy={remote.trouble.remedy}
      code={remote.trouble.code}
      onRetry={again}
    />
  ) : (
    <Loading says={words.loadingQuote} rows={8} />
  )
}
function StayOrGo({
  quote,
  moved,
  aged,
}: {
  quote: BurstQuote
  moved: readonly string[]
  aged: string | undefined
}) {
  const timeline = timelineOf(quote)
  const [stay, go] = timeline.lanes
  const laneSays = (lane: typeof stay) =>
    lane ? (lane.not ?? `${words.done(lane.doneSays)}${lane.bandSays}`) : ''
  return (
    <div className="move-top">
      <ChartFrame
        title={words.title}
        means={words.quoted(formatClock(quote.quotedAt), quote.price.says)}
        asOf={aged}
        says={words.timelineSays(laneSays(stay), laneSays(go))}
        head={words.timelineHead}
        rows={timelineRows(quote)}
        legend={quote.price.stale ? <Tag tone="warning">{words.staleTag}</Tag> : undefined}
        above={
          moved.length > 0 ? (
            <p className="requoted small" role="status">
              {words.requoted} {moved.join(', ')}.
            </p>
          ) : undefined
        }
      >
        {() => <Timelines timeline={timeline} />}
      </ChartFrame>
      <MoveFigures quote={quote} />
    </div>
  )
}
function MovePlan({ quote, onClose }: { quote: BurstQuote; onClose: () => void }) {
  const plan = useAsk(
    (client, options) =>
      quote.act.verb === 'approve'
        ? client.burst.planApprove(quote.ref, options)
        : client.burst.planMove(quote.ref, options),
    [refKey(quote.ref), quote.act.verb],
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
function Foot({
  quote,
  left,
  failed,
  onPlan,
}: {
  quote: BurstQuote
  left: number
  failed: string | undefined
  onPlan: () => void
}) {
  const says = actSays(quote)
  const [denying, setDenying] = useState(false)
  return (
    <div className="stack grow">
      <div className="row control-text">
        <span className="soft">{failed ?? quote.act.says}</span>
        <span className="spring" />
        <span className="small meta nowrap">
          {left > 0 ? words.holds(formatPromise(left)) : failed ? '' : words.asking}
        </span>
      </div>
      <div className="row">
        {says && (
          <Button look="primary" onClick={onPlan}>
            {says}
          </Button>
        )}
        <LinkButton href="#/burst">{words.stayButton}</LinkButton>
        <span className="spring" />
        {quote.act.verb === 'approve' && (
          <Button look="quiet" onClick={() => setDenying(true)}>
            {words.deny}
          </Button>
        )}
      </div>
      <Deny
        name={quote.ref.name}
        refuse={(client, reason) => client.burst.refuse({ ...quote.ref, reason })}
        opened={denying}
        onClose={() => setDenying(false)}
      />
    </div>
  )
}
