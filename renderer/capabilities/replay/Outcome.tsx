import type { ReplayFigures, ReplayRun, ReplaySource } from '../../../preload/contract/replay'
import { Empty, formatCount, Panel } from '../../design'
import { lookOf, teamRows, titleOf, type Look, type TeamRow } from './view-model'
import { knobSays, words } from './words'

const SWATCH: Record<Look['marker'], string> = {
  circle: 'M8 2.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7',
  triangle: 'M8 2 12 10H4Z',
  square: 'M5 3h6v6H5Z',
  diamond: 'M8 1.5 12 6 8 10.5 4 6Z',
  cross: 'M5 3l6 6M11 3l-6 6',
  plus: 'M3.5 6h9M8 1.5v9',
}
function Swatch({ look: { color, dash, marker } }: { look: Look }) {
  const open = marker === 'cross' || marker === 'plus'
  return (
    <svg width="16" height="12" aria-hidden="true">
      <path
        d="M0 6h16"
        stroke={open ? 'none' : color}
        strokeWidth="1.5"
        {...(dash && { strokeDasharray: dash })}
      />
      <path
        d={SWATCH[marker]}
        fill={open ? 'none' : color}
        stroke={open ? color : 'none'}
        strokeWidth="1.6"
      />
    </svg>
  )
}
const hours = (value: number | undefined) =>
  value === undefined ? 'unknown' : words.shortHours(value)
const share = (value: number | undefined) =>
  value === undefined ? 'unknown' : `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`

/** What each policy would have cost and how long jobs would have waited. */
export function Outcome({
  run,
  before,
  incomplete,
}: {
  run: ReplayRun
  before: ReplayRun | undefined
  incomplete: string | undefined
}) {
  const rows = run.played
    .map(({ figures }) => figures)
    .filter(({ policy }) => !policy.startsWith('bound-'))
  return (
    <Panel title={words.outcome} means={incomplete ?? words.outcomeMeans} flush>
      <div
        className="table-frame"
        tabIndex={0}
        role="region"
        aria-label={words.table(words.outcome)}
      >
        <table className="table outcome">
          <thead>
            <tr>
              <th scope="col">{words.columns.policy}</th>
              <th scope="col" className="right">
                {words.columns.cloud}
              </th>
              <th scope="col" className="right">
                {words.columns.mean}
              </th>
              <th scope="col" className="right">
                {words.columns.p95}
              </th>
              <th scope="col" className="right">
                {words.columns.late}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <OutcomeRow
                key={row.policy}
                row={row}
                run={run}
                was={before?.played.find(({ figures }) => figures.policy === row.policy)?.figures}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
function OutcomeRow({
  row,
  run,
  was,
}: {
  row: ReplayFigures
  run: ReplayRun
  was: ReplayFigures | undefined
}) {
  const own = row.policy === 'takt'
  const over = run.question.budgetUsd !== undefined && row.cloudUsd > run.question.budgetUsd + 0.005
  return (
    <tr aria-selected={own}>
      <td>
        <span className="row" style={{ gap: 6 }}>
          <Swatch look={lookOf(row.policy)} />
          {own ? (
            <b>{`${words.policy.takt}, ${knobSays(run.question.usdPerWaitHour)}`}</b>
          ) : (
            <span className="ellipsis">{words.policy[row.policy]}</span>
          )}
        </span>
        {over && <div className="small warning">{words.over}</div>}
      </td>
      <Figure says={formatCount(row.cloudUsd)} was={was && formatCount(was.cloudUsd)} />
      <Figure says={hours(row.meanWaitHours)} was={was && hours(was.meanWaitHours)} />
      <Figure says={hours(row.p95WaitHours)} was={was && hours(was.p95WaitHours)} />
      <Figure says={share(row.deadlineMissShare)} was={was && share(was.deadlineMissShare)} />
    </tr>
  )
}

/** A figure of this what-if over the same of the run it is compared with. */
const Figure = ({ says, was }: { says: string; was: string | undefined }) => (
  <td className="right">
    {says}
    {was !== undefined && (
      <div className="small meta">
        <span className="visually-hidden">{words.wasFigure('')}</span>
        {was}
      </div>
    )}
  </td>
)

/** Who waits: a ring before, a dot in this what-if, on one scale. */
export function Teams({
  run,
  before,
  source,
}: {
  run: ReplayRun
  before: ReplayRun | undefined
  source: ReplaySource | undefined
}) {
  const rows = teamRows(run, before, source)
  const most = Math.max(0.01, ...rows.flatMap(({ was, wait }) => [was ?? 0, wait]))
  const was = before ? titleOf(before) : source?.waited ? words.really : undefined
  const nameless = rows.every(({ team }) => team === words.everybody)
  return (
    <Panel title={words.teams} means={words.teamsMeans(was)} flush>
      {nameless ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noTeams} />
        </div>
      ) : (
        <div
          className="table-frame"
          tabIndex={0}
          role="region"
          aria-label={words.table(words.teams)}
        >
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.columns.team}</th>
                <th scope="col">
                  <span className="row" style={{ gap: 10 }}>
                    {was && (
                      <span className="row" style={{ gap: 4 }}>
                        <i className="ring" />
                        {words.wasLegend}
                      </span>
                    )}
                    <span className="row" style={{ gap: 4 }}>
                      <i className="ring full" />
                      {words.wouldBe}
                    </span>
                  </span>
                </th>
                <th scope="col" className="right">
                  {words.columns.wait}
                </th>
                <th scope="col" className="right">
                  {words.columns.cloud}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.team}>
                  <td>{row.team}</td>
                  <td>
                    <Dumbbell row={row} most={most} />
                  </td>
                  <td className="right">{words.hours(row.wait)}</td>
                  <td className="right">{formatCount(row.cloudUsd)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
const WIDE = 108
function Dumbbell({ row: { team, was, wait }, most }: { row: TeamRow; most: number }) {
  const at = (hours: number) => 6 + (hours / most) * (WIDE - 12)
  return (
    <svg
      width={WIDE}
      height="14"
      role="img"
      aria-label={`${team}: ${was === undefined ? '' : `${words.wasLegend} ${words.hours(was)}, `}${words.wouldBe} ${words.hours(wait)}`}
    >
      {was !== undefined && (
        <path d={`M${at(was)} 7H${at(wait)}`} stroke="var(--edge)" strokeWidth="1.5" />
      )}
      {was !== undefined && (
        <circle
          cx={at(was)}
          cy="7"
          r="3.5"
          fill="var(--panel)"
          stroke="var(--edge)"
          strokeWidth="1.5"
        />
      )}
      <circle cx={at(wait)} cy="7" r="4" fill="var(--s1)" />
    </svg>
  )
}
