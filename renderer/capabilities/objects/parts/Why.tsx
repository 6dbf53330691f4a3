import type { ObjectStory } from '../../../../preload/contract/objects'
import { whyTitleOf } from '../view-model'
import { words } from '../words'

const SHOWN = 8
/** Why it waits, in words, with the places it needs drawn. */
export function Why({
  why,
  sign,
}: {
  why: NonNullable<ObjectStory['why']>
  sign: NonNullable<ObjectStory['object']>['sign']
}) {
  return (
    <div className="section object-why">
      <h3>
        {whyTitleOf(sign)}
        <span className="meta">{words.readFrom(why.basis)}</span>
      </h3>
      <p className="control-text">{why.says}</p>
      <Pieces pieces={why.pieces} />
      {why.more.length > 0 && (
        <ul className="object-more small soft">
          {why.more.map((says) => (
            <li key={says}>{says}</li>
          ))}
        </ul>
      )}
      {why.remedy && <p className="small soft">{why.remedy}</p>}
    </div>
  )
}
/** One box for each place: dashed and empty is free or held, filled is busy, crossed is missing. */
function Pieces({ pieces }: { pieces: NonNullable<ObjectStory['why']>['pieces'] }) {
  if (pieces.length === 0) return null
  const free = pieces.filter(({ state }) => state === 'free' || state === 'held').length
  return (
    <ul className="object-pieces" aria-label={words.piecesSay(free, pieces.length)}>
      {pieces.slice(0, SHOWN).map(({ label, state, says }) => (
        <li key={label}>
          <span className={`object-piece ${state}`} aria-hidden="true" />
          <span className="small ellipsis" title={`${label}: ${says}`}>
            {label}
          </span>
          <span className="small meta ellipsis">{says}</span>
        </li>
      ))}
      {pieces.length > SHOWN && (
        <li className="small meta">{words.morePieces(pieces.length - SHOWN)}</li>
      )}
    </ul>
  )
}
