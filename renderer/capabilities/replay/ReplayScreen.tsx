import { useMemo, useState } from 'react'
import type { ReplayQuestion, ReplaySource } from '../../../preload/contract/replay'
import { lastKnown, useAction, useAsk, type Remote } from '../../client'
import {
  Button,
  ChartFrame,
  Empty,
  Failed,
  formatMoment,
  Loading,
  PageHead,
  Panel,
  Tag,
} from '../../design'
import { BurstTabs } from '../burst/BurstTabs'
import { SidePlan } from '../operations'
import { FrontierChart } from './FrontierChart'
import { Import } from './Import'
import { InWords } from './InWords'
import { Outcome, Teams } from './Outcome'
import { remains, shownOf, usePlayed, type Played } from './played'
import { ask, useReplayStore } from './store'
import { timeSays, UsageChart } from './UsageChart'
import {
  chosenOf,
  frontierOf,
  frontierRows,
  markAt,
  questionFor,
  savedAgainst,
  usageOf,
  USUAL_KNOB,
  withBounds,
} from './view-model'
import { WhatIf } from './WhatIf'
import { words } from './words'
import './replay.css'

/** What would another policy have cost? */
export function ReplayScreen() {
  const sources = useAsk((client, options) => client.replay.sources(undefined, options), [])
  const known = lastKnown(sources.remote)?.value
  const [importing, setImporting] = useState(false)
  const chosen = useReplayStore((state) => state.source)
  const source = known?.sources.find(({ id }) => id === chosen) ?? known?.sources[0]
  const take = (next: ReplaySource) => {
    useReplayStore.setState({ source: next.id, compared: undefined })
    sources.again()
  }
  const read = useAction((client, site: string) => client.replay.importHistory({ site }))
  const readSite = (site: string) =>
    void read.act(site).then((next) => {
      if (next) take(next)
    })
  const sites = known?.sites ?? []
  const reading = { sites, busy: read.busy, readSite, onImport: () => setImporting(true) }
  return (
    <div className="screen">
      <PageHead
        title={words.title}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="replay" />}
      >
        {source && <SourceHead source={source} sources={known?.sources ?? []} {...reading} />}
      </PageHead>
      {read.trouble && (
        <div style={{ padding: '0 16px 12px' }}>
          <Panel title={words.title}>
            <Failed
              says={read.trouble.says}
              remedy={read.trouble.remedy}
              code={read.trouble.code}
            />
          </Panel>
        </div>
      )}
      {source ? (
        <WhatIfOf key={source.id} source={source} />
      ) : (
        <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
          <Panel title={words.sources}>
            <NoSource remote={sources.remote} again={sources.again} {...reading} />
          </Panel>
        </div>
      )}
      <Import opened={importing} onClose={() => setImporting(false)} onImported={take} />
    </div>
  )
}
interface Reading {
  sites: readonly { site: string; known: boolean }[]
  busy: boolean
  readSite: (site: string) => void
  onImport: () => void
}
/** Which jobs are replayed, and how to get others. */
function SourceHead({
  source,
  sources,
  sites,
  busy,
  readSite,
  onImport,
}: Reading & { source: ReplaySource; sources: readonly ReplaySource[] }) {
  return (
    <>
      <label className="chip">
        {words.source}{' '}
        <select
          aria-label={words.sources}
          value={source.id}
          onChange={({ target }) =>
            useReplayStore.setState({ source: target.value, compared: undefined })
          }
        >
          {sources.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {source.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
      <span className="control-text soft ellipsis">
        {words.jobs(source.jobs, source.meanRuntimeHours, source.users)}
        {source.skippedCount > 0 ? `, ${words.left(source.skippedCount)}` : ''}
      </span>
      {sites.map(({ site, known }) => (
        <Button key={site} look="quiet" small busy={busy} onClick={() => readSite(site)}>
          {known ? words.readAgain(site) : words.readSite(site)}
        </Button>
      ))}
      <Button small onClick={onImport}>
        {words.import}
      </Button>
    </>
  )
}
function NoSource({
  remote,
  again,
  sites,
  busy,
  readSite,
  onImport,
}: Reading & { remote: Remote<unknown>; again: () => void }) {
  if (remote.at === 'failed')
    return (
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    )
  if (!lastKnown(remote)) return <Loading says={words.loading} />
  return (
    <Empty says={`${words.none} ${words.noneSays}`}>
      {sites.map(({ site }) => (
        <Button key={site} look="primary" busy={busy} onClick={() => readSite(site)}>
          {words.readSite(site)}
        </Button>
      ))}
      <Button onClick={onImport}>{words.import}</Button>
    </Empty>
  )
}

/** A frontier does not move with the knob, and a run is of one knob alone. */
const frontierKey = ({ usdPerWaitHour: _knob, ...question }: ReplayQuestion) =>
  JSON.stringify(question)
function useQuestion(source: ReplaySource) {
  const kept = useReplayStore((state) => state.questions[source.id])
  const question = useMemo(() => kept ?? questionFor(source), [kept, source])
  return {
    question,
    change: (patch: Partial<ReplayQuestion>) => ask({ ...question, ...patch }),
    reset: () => ask(questionFor(source)),
    clear: (key: 'budgetUsd') => {
      const { [key]: _gone, ...rest } = question
      ask(rest)
    },
  }
}
function WhatIfOf({ source }: { source: ReplaySource }) {
  const { question, change, reset, clear } = useQuestion(source)
  const asked = useMemo(
    () => ({ ...question, policies: withBounds(question.policies) }),
    [question],
  )
  const frontier = usePlayed('frontier', asked, frontierKey(asked))
  const played = usePlayed('run', asked, JSON.stringify(asked))
  const comparedId = useReplayStore((state) => state.compared)
  const saved = useAsk((client, options) => client.replay.saved(undefined, options), [])
  const compared = useAsk(
    (client, options) =>
      comparedId ? client.replay.savedRun({ id: comparedId }, options) : Promise.resolve(undefined),
    [comparedId],
  )
  const before = comparedId ? lastKnown(compared.remote)?.value : undefined
  const [proposing, setProposing] = useState(false)
  const mostUsd = Math.max(
    0,
    ...(frontier.run?.played.map(({ figures }) => figures.cloudUsd) ?? []),
  )
  const setKnob = (usdPerWaitHour: number) => change({ usdPerWaitHour })
  const perHourUsd = useHourWorth()
  const shown = shownOf(played)
  return (
    <div className="screen-body replay-body">
      <WhatIf
        {...{ question, source, frontier, played, mostUsd, change, clear, reset }}
        onPropose={() => setProposing(true)}
      />
      <div className="replay-middle">
        <CostAgainstWaiting frontier={frontier} played={played} before={before} onKnob={setKnob} />
        <WhatRan played={played} />
      </div>
      {proposing ? (
        <Proposal
          knob={question.usdPerWaitHour}
          run={
            played.run?.question.usdPerWaitHour === question.usdPerWaitHour
              ? played.run.id
              : undefined
          }
          onClose={() => setProposing(false)}
        />
      ) : (
        <div className="replay-right">
          {shown ? (
            <>
              <Outcome run={shown} before={before} incomplete={remains(played)} />
              <Teams run={shown} before={before} source={source} />
              {played.run && (
                <InWords
                  run={played.run}
                  frontier={frontier.run}
                  compared={before}
                  source={source}
                  saved={saved.remote}
                  again={saved.again}
                  perHourUsd={perHourUsd}
                  onKnob={setKnob}
                  onPropose={(knob) => {
                    setKnob(knob)
                    setProposing(true)
                  }}
                />
              )}
            </>
          ) : (
            <Panel title={words.outcome}>
              <NotYet of={played} rows={6} />
            </Panel>
          )}
        </div>
      )}
    </div>
  )
}
/** What the shared policy says an hour of a job's waiting is worth; the usual knob where no site tells. */
function useHourWorth(): number {
  const policy = useAsk((client, options) => client.burst.policy(undefined, options), [])
  return (
    lastKnown(policy.remote)?.value.spec.waiting.find(
      ({ team, priority }) => team === '' && priority === undefined,
    )?.usdPerHour ?? USUAL_KNOB
  )
}
function Proposal({
  knob,
  run,
  onClose,
}: {
  knob: number
  run: string | undefined
  onClose: () => void
}) {
  const plan = useAsk(
    (client, options) =>
      client.replay.proposeKnob({ usdPerWaitHour: knob, ...(run && { run }) }, options),
    [knob, run],
  )
  return (
    <SidePlan plan={plan} onClose={onClose}>
      <b>{words.proposal}</b>
    </SidePlan>
  )
}

/** Why there is nothing to show yet. */
function NotYet({ of: { trouble, stopped, again }, rows }: { of: Played; rows: number }) {
  if (trouble)
    return (
      <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} onRetry={again} />
    )
  return stopped ? (
    <Empty says={words.stoppedEarly}>
      <Button onClick={again}>{words.again}</Button>
    </Empty>
  ) : (
    <Loading says={words.playing} rows={rows} />
  )
}
function CostAgainstWaiting({
  frontier,
  played,
  before,
  onKnob,
}: {
  frontier: Played
  played: Played
  before: Played['run']
  onKnob: (knob: number) => void
}) {
  const chosen = chosenOf(shownOf(played))
  const ghost = chosenOf(before ?? played.before)
  const shown = shownOf(frontier)
  const picture = useMemo(
    () => (shown ? frontierOf(shown, chosenOf(shownOf(played))) : undefined),
    [shown, played],
  )
  if (!shown || !picture)
    return (
      <Panel title={words.frontier} means={words.frontierMeans}>
        <NotYet of={frontier} rows={8} />
      </Panel>
    )
  const saved = chosen && savedAgainst(shown, 'starburst', chosen)
  const callout = chosen
    ? [
        words.chosen(chosen.knob ?? 0, chosen.wait, chosen.usd),
        ...(saved === undefined ? [] : [words.under(saved, words.policy.starburst)]),
      ]
    : []
  const { source } = shown
  const missing = remains(frontier)
  const exported = [
    words.frontier,
    source.title,
    ...(source.simulated ? [words.simulated] : []),
    ...(missing ? [missing] : []),
  ].join(', ')
  return (
    <ChartFrame
      title={words.frontier}
      means={missing ?? words.frontierMeans}
      says={words.frontierSays(callout.join(', '))}
      head={words.frontierHead}
      rows={frontierRows(picture)}
      exportNote={exported}
    >
      {(reading) => (
        <FrontierChart
          frontier={picture}
          chosen={chosen}
          ghost={ghost}
          reading={markAt(picture, reading)}
          onKnob={onKnob}
          callout={callout}
        />
      )}
    </ChartFrame>
  )
}
function WhatRan({ played }: { played: Played }) {
  const run = shownOf(played)
  const usage = useMemo(() => usageOf(run), [run])
  if (!run || !usage)
    return (
      <Panel title={words.usage}>
        <NotYet of={played} rows={3} />
      </Panel>
    )
  const capacity = run.question.nodes * run.question.gpusPerNode
  const { points, dated, stepSeconds } = usage
  const step =
    stepSeconds >= 3600
      ? `${(stepSeconds / 3600).toFixed(1)} h`
      : `${Math.round(stepSeconds / 60)} min`
  const at = (time: number) => (dated ? formatMoment(time) : timeSays(time, false))
  const rounded = (value: number) => Math.round(value * 10) / 10
  return (
    <ChartFrame
      title={words.usage}
      means={words.usageMeans(step, words.knobOf(run.question.usdPerWaitHour), capacity)}
      head={words.usageHead}
      rows={points.map((point) => [
        at(point.at),
        rounded(point.onPrem),
        rounded(point.cloud),
        rounded(point.asked),
        rounded(point.waiting),
      ])}
      says={words.usageSays(
        Math.max(...points.map(({ asked }) => asked)),
        Math.max(...points.map(({ cloud }) => cloud)),
        capacity,
      )}
      exportNote={`${words.usage}, ${run.source.title}${run.source.simulated ? `, ${words.simulated}` : ''}`}
      legend={
        <span className="replay-legend small soft row">
          <i className="swatch onprem" />
          {words.building}
          <i className="swatch cloud" />
          {words.cloud}
          <i className="swatch line" />
          {words.asked}
        </span>
      }
    >
      {(reading) => (
        <UsageChart
          points={points}
          dated={dated}
          capacity={capacity}
          reading={reading === undefined ? undefined : points[reading]}
        />
      )}
    </ChartFrame>
  )
}
