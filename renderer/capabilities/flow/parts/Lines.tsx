import type { MapView } from '../../../../preload/contract/flow'
import { formatShortDuration, Lamp, LinkButton, Tag } from '../../../design'
import { hrefOf } from '../../../client'
import { lineOf, placeOf, summarise } from '../view-model'
import { words } from '../words'
import { Onward, StationCard } from './StationCard'

/** Both lines as a U: discovery left to right, the backlog as the hand-over at the right, MLOps back below it. */
export function Lines({ map, age }: { map: MapView; age: string | undefined }) {
  const discovery = lineOf(map, 'discovery'),
    mlops = lineOf(map, 'mlops')
  const { figures } = map
  const top = summarise(discovery),
    bottom = summarise(mlops)
  return (
    <section
      className={`panel lines-panel ${age ? 'aged' : ''}`}
      aria-label={`${words.discovery}, ${words.mlops}`}
    >
      <div className="lines">
        <div className="line-head">
          <h2>{words.discovery}</h2>
          <span>
            {words.questionToBacklog}{' '}
            <b>
              {figures.discoveryDaysMedian === undefined
                ? words.notYet
                : words.days(figures.discoveryDaysMedian)}
            </b>
          </span>
          <span className="meta">
            {words.items(top.items)}, {words.ofThemWaiting(top.waiting)}
          </span>
          <span className="spring" />
          {age && <Tag>as of {age}</Tag>}
          <Legend />
        </div>
        <div className="stations">
          {discovery.map((station) => (
            <div className="station-place" key={station.id}>
              <StationCard station={station} />
              <Onward />
            </div>
          ))}
        </div>
        <div className="line-head return">
          <svg width="16" height="34" viewBox="0 0 16 34" aria-hidden="true" className="question">
            <path
              d="M8 33V4M4 8l4-5 4 5"
              fill="none"
              stroke="var(--edge)"
              strokeWidth="1.5"
              strokeDasharray="3 2.5"
            />
          </svg>
          <span className="small meta">{words.newQuestions(figures.newQuestions)}</span>
          <span className="spring" />
          <span className="meta">
            {words.items(bottom.items)}, {words.held(bottom.held)} · {words.rightToLeft}
          </span>
          <span>
            {words.backlogToTraffic}{' '}
            <b>
              {figures.mlopsDaysMedian === undefined
                ? words.notYet
                : words.days(figures.mlopsDaysMedian)}
            </b>
          </span>
          <h2>{words.mlops}</h2>
        </div>
        <div className="stations back">
          {mlops.map((station) => (
            <div className="station-place" key={station.id}>
              <StationCard station={station} />
              <Onward left />
            </div>
          ))}
        </div>
        <Backlog map={map} />
      </div>
    </section>
  )
}
const Legend = () => (
  <span className="small meta row" style={{ gap: 4 }} aria-hidden="true">
    <i className="dot worked-on" />
    {words.workedOn}
    <i className="dot waiting" style={{ marginLeft: 6 }} />
    {words.waiting}
    <i className="dot held" style={{ marginLeft: 6 }} />
    {words.heldWord}
    <span style={{ marginLeft: 8 }}>{words.barMeans}</span>
  </span>
)
const BACKLOG_ROOM = 4
function Backlog({ map }: { map: MapView }) {
  const [backlog] = lineOf(map, 'backlog')
  if (!backlog) return null
  const items = [...backlog.items]
    .sort((a, b) => b.sinceSeconds - a.sinceSeconds)
    .slice(0, BACKLOG_ROOM)
  return (
    <section className="backlog" aria-label={words.backlog}>
      <h3>
        <a href={placeOf('backlog')}>{words.backlog}</a>
        <span className="spring" />
        <Lamp lamp={backlog.lamp} />
      </h3>
      <div className="station-count">
        <b>{backlog.count}</b>
        <span className="small meta">{words.ready(backlog.limit)}</span>
      </div>
      {items.length === 0 && <p className="small soft">{words.backlogEmpty}</p>}
      <ol>
        {items.map((item) => (
          <li key={`${item.namespace}/${item.name}`}>
            <a
              href={hrefOf(['line', item.namespace, item.name])}
              className="ellipsis"
              title={item.title}
            >
              <b>{item.name}</b>
            </a>
            <span className="soft">
              {formatShortDuration(item.sinceSeconds)} · {item.team || item.owner}
            </span>
          </li>
        ))}
      </ol>
      {backlog.count > items.length && (
        <span className="small meta">{words.more(backlog.count - items.length)}</span>
      )}
      <span className="spring" />
      <p className="small soft">{words.backlogNote}</p>
      <LinkButton href={placeOf('backlog')}>{words.openBacklog}</LinkButton>
    </section>
  )
}
