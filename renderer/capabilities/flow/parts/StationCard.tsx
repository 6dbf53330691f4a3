import type { StationItem, StationView } from '../../../../preload/contract/flow'
import { Avatars, formatDuration, FreshnessBar, Lamp } from '../../../design'
import { ageSays, itemPlace, itemSays, placeOf, shownItems, stateSays, toneOf } from '../view-model'
import { words } from '../words'

const ROOM = 5
/** One station: count of limit, items with age, people, and the oldest against the 85th percentile. */
export function StationCard({ station }: { station: StationView }) {
  const { id, code, title, lamp, count, limit, waiting, people, oldestSeconds, p85Seconds } =
    station
  const { items, more } = shownItems(station, ROOM)
  return (
    <section className={`station ${lamp}`} aria-label={`${code} ${title}`}>
      <h3>
        <span className="meta">{code}</span>
        <a href={placeOf(id)} className="ellipsis" title={title}>
          {title}
        </a>
        <span className="spring" />
        {lamp !== 'flowing' && <Lamp lamp={lamp} />}
      </h3>
      <div className="station-count">
        <b className={count === 0 ? 'meta' : ''}>{count}</b>
        {limit !== undefined && <span className="small meta">{words.of(limit)}</span>}
        <span className="spring" />
        {waiting > 0 && <span className="small soft">{words.waitingHere(waiting)}</span>}
      </div>
      {count === 0 && (
        <p className="small meta">
          {words.empty}{' '}
          {station.emptySinceSeconds !== undefined &&
            words.lastLeft(formatDuration(station.emptySinceSeconds))}
        </p>
      )}
      {items.length > 0 && (
        <ul>
          {items.map((item) => (
            <Item key={`${item.namespace}/${item.name}`} item={item} p85Seconds={p85Seconds} />
          ))}
          {more > 0 && (
            <li className="more">
              <a href={placeOf(id)}>{words.more(more)}</a>
            </li>
          )}
        </ul>
      )}
      <span className="spring" />
      <div className="station-foot">
        <Avatars people={people} most={3} />
        <span className="spring" />
        {oldestSeconds !== undefined && count > 0 && (
          <FreshnessBar
            ageSeconds={oldestSeconds}
            promiseSeconds={p85Seconds}
            label={words.oldest(
              formatDuration(oldestSeconds),
              p85Seconds === undefined ? undefined : formatDuration(p85Seconds),
            )}
          />
        )}
      </div>
    </section>
  )
}
function Item({ item, p85Seconds }: { item: StationItem; p85Seconds: number | undefined }) {
  return (
    <li className={toneOf(item, p85Seconds)}>
      <i className={`dot ${item.state}`} role="img" aria-label={stateSays[item.state]} />
      <a href={itemPlace(item)} className="ellipsis" title={`${item.title}: ${itemSays(item)}`}>
        {item.name}
      </a>
      <span className="spring" />
      <span className="age ellipsis">{ageSays(item)}</span>
    </li>
  )
}
/** The arrow that an item goes along. */
export const Onward = ({ left = false }: { left?: boolean }) => (
  <svg className="onward" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    <path
      d={left ? 'M14 7H5M8 3 4 7l4 4' : 'M0 7h9M6 3l4 4-4 4'}
      fill="none"
      stroke="var(--edge)"
      strokeWidth="1.5"
    />
  </svg>
)
