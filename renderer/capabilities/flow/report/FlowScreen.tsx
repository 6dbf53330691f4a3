import { Menu } from '@mantine/core'
import type { ScreenProps } from '../../../app/routes'
import { hrefOf, lastKnown, setQuery, useAddress, useAsk, useNow } from '../../../client'
import {
  Failed,
  Figure,
  formatDuration,
  formatMoment,
  formatNumber,
  formatShare,
  LinkButton,
  Empty,
  Loading,
  PageHead,
  Panel,
} from '../../../design'
import { Filter } from '../parts/Filters'
import { useFlowStore } from '../store'
import { Ages, type RecordedReport } from './Ages'
import { Clocks, DoraFive, FirstPass } from './Below'
import { Causes } from './Causes'
import { Definitions } from './Definitions'
import { Forecast, MOST_ASKED } from './Forecast'
import { ItemsTable } from './ItemsTable'
import { ValueStream } from './ValueStream'
import { LEAST_FINISHED, WINDOWS, windowsOf } from './view-model'
import { words } from './words'
import './flow.css'

const TABS = ['line', 'items', 'definitions'] as const
type Tab = (typeof TABS)[number]
const MINUTE_MS = 60_000

/** The time the home site has, by the minute; the machine's own until a map is known. */
function useSiteMinute(): number {
  const here = Math.floor(useNow(MINUTE_MS) / MINUTE_MS) * MINUTE_MS
  const map = useFlowStore((state) => lastKnown(state.map)?.value)
  return map ? Math.floor(Date.parse(map.siteClock) / MINUTE_MS) * MINUTE_MS : here
}
const wholeOf = (text: string | null, fallback: number, most: number) => {
  const value = Number(text)
  return text !== null && Number.isInteger(value) && value >= 1 && value <= most ? value : fallback
}

/** What the address asks for: a window, how many items ahead, a team. */
function useQuestion() {
  const { query } = useAddress()
  return {
    days: WINDOWS.find((one) => String(one) === query.get('days')) ?? 30,
    ask: wholeOf(query.get('ask'), 1, MOST_ASKED),
    team: query.get('team') ?? undefined,
    cause: query.get('cause') ?? undefined,
  }
}
/** The report of the window and of the one before it. */
function useReports({ days, ask, team }: ReturnType<typeof useQuestion>) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const windows = windowsOf(useSiteMinute(), days, zone)
  const asked = { ask, ...(team !== undefined && { team }) }
  const report = useAsk(
    (client, options) => client.flow.report({ ...windows.now, ...asked }, options),
    [windows.now.to, days, ask, team],
  )
  const before = useAsk(
    (client, options) => client.flow.report({ ...windows.before, ...asked, ask: 0 }, options),
    [windows.now.to, days, team],
  )
  return { report, before: lastKnown(before.remote)?.value }
}

/** Where time is lost, and when an item will be done. */
export function FlowScreen({ path }: ScreenProps) {
  const question = useQuestion()
  const tab = TABS.find((one) => one === path[0]) ?? 'line'
  const { report, before } = useReports(question)
  const known = lastKnown(report.remote)
  const hasFailed = report.remote.at === 'failed'
  return (
    <div className="screen flow-screen">
      <PageHead
        title={words.title}
        actions={known && <HeadFigures report={known.value} before={before} aged={hasFailed} />}
      >
        <Tabs at={tab} />
        <Teams team={question.team} />
        <Window days={question.days} />
      </PageHead>
      {report.remote.at === 'failed' && (
        <div className="screen-head-note">
          <Panel title={words.title} asOf={known && formatMoment(known.asOf)}>
            <Failed {...report.remote.trouble} onRetry={report.again} />
          </Panel>
        </div>
      )}
      {tab === 'definitions' ? (
        <Definitions />
      ) : known ? (
        <Reported tab={tab} report={known.value} before={before} question={question} />
      ) : (
        !hasFailed && <FirstLook />
      )}
    </div>
  )
}
const FirstLook = () => (
  <div className="screen-body">
    <Panel title={words.title}>
      <Loading says={words.loading} rows={6} />
    </Panel>
  </div>
)
const Reported = ({
  tab,
  report,
  before,
  question: { ask, cause },
}: {
  tab: Exclude<Tab, 'definitions'>
  report: RecordedReport
  before: RecordedReport | undefined
  question: ReturnType<typeof useQuestion>
}) =>
  tab === 'items' ? (
    <ItemsTable report={report} cause={cause} />
  ) : (
    <WholeLine report={report} before={before} ask={ask} />
  )

const Tabs = ({ at }: { at: Tab }) => (
  <nav className="segmented" aria-label={words.parts}>
    {TABS.map((tab) => (
      <a
        key={tab}
        href={hrefOf(tab === 'line' ? ['flow'] : ['flow', tab])}
        {...(tab === at && { 'aria-current': 'page' })}
      >
        {words.tabs[tab]}
      </a>
    ))}
  </nav>
)
function Teams({ team }: { team: string | undefined }) {
  const teams = useFlowStore((state) => lastKnown(state.map)?.value.filters.teams)
  return <Filter name="team" value={team} values={teams ?? []} every={words.everyTeam} />
}
const Window = ({ days }: { days: number }) => (
  <Menu position="bottom-start" width={160}>
    <Menu.Target>
      <button type="button" className="chip">
        {words.window} <b>{words.windowDays(days)}</b>
      </button>
    </Menu.Target>
    <Menu.Dropdown>
      {WINDOWS.map((one) => (
        <Menu.Item key={one} onClick={() => setQuery({ days: String(one) })}>
          {words.windowDays(one)}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
)

function HeadFigures({
  report,
  before,
  aged,
}: {
  report: RecordedReport
  before: RecordedReport | undefined
  aged: boolean
}) {
  const { lead, finished, waitSeconds, touchSeconds, flowEfficiency, takt } = report
  const enough = finished.length >= LEAST_FINISHED
  const each = (seconds: number) => formatDuration(seconds / finished.length)
  const wasEfficient =
    before && before.finished.length >= LEAST_FINISHED ? before.flowEfficiency : null
  return (
    <div className="row" style={{ gap: 0 }}>
      <Figure
        aged={aged}
        label={words.lead}
        value={
          enough && lead.medianSeconds !== null ? formatDuration(lead.medianSeconds) : undefined
        }
        note={words.finished(finished.length)}
        unknownSays={words.finished(finished.length)}
      />
      <Figure
        aged={aged}
        label={words.waiting}
        value={enough ? each(waitSeconds) : undefined}
        note={enough && words.touched(touchSeconds / finished.length)}
      />
      <Figure
        aged={aged}
        label={words.efficiency}
        value={enough && flowEfficiency !== null ? formatShare(flowEfficiency) : undefined}
        note={wasEfficient !== null && words.was(formatShare(wasEfficient))}
      />
      <Figure
        aged={aged}
        label={words.pace}
        value={formatNumber(report.throughputPerWeek)}
        note={takt.secondsPerQuestion !== null && words.takt(takt.secondsPerQuestion)}
      />
    </div>
  )
}

function WholeLine({
  report,
  before,
  ask,
}: {
  report: RecordedReport
  before: RecordedReport | undefined
  ask: number
}) {
  if (report.items === 0)
    return (
      <div className="screen-body">
        <Panel title={words.title}>
          <Empty says={`${words.empty}. ${words.emptyRemedy}`}>
            <LinkButton href={hrefOf(['discover', 'new'])} look="primary">
              {words.newProject}
            </LinkButton>
          </Empty>
        </Panel>
      </div>
    )
  return (
    <div className="screen-body flow-body">
      <ValueStream report={report} />
      <div className="flow-middle">
        <Causes report={report} />
        <Ages report={report} />
        <Forecast report={report} ask={ask} />
      </div>
      <div className="flow-below">
        <FirstPass report={report} />
        <DoraFive report={report} before={before} />
        <Clocks report={report} />
      </div>
    </div>
  )
}
