import { isIn, overlapS, type Span } from '../../../../kernel/spans'
import { DISCOVERY_STATIONS, MLOPS_STATIONS, type Station } from '../line'
import type { Course } from './course'
import { meanOf, sumOf } from './figures'

const FLOWING = MLOPS_STATIONS.filter((station) => station !== 'in-use')
const PARTS = {
  all: new Set<Station>([...DISCOVERY_STATIONS, 'backlog', ...FLOWING]),
  discovery: new Set<Station>(DISCOVERY_STATIONS),
  backlog: new Set<Station>(['backlog']),
  mlops: new Set<Station>(FLOWING),
}
export type Part = keyof typeof PARTS
/** Both sides of the law are called apart from a fifth on. */
const apartBy = (expected: number, seen: number) => 5 * Math.abs(expected - seen) > seen

export type ApartReason = 'open items' | 'events missing' | 'uneven'
/** Why both sides of the law are apart; null where they are not. */
function reasonOf(
  { expectedS, seenS, closedS }: { expectedS: number; seenS: number; closedS: number },
  missing: boolean,
): ApartReason | null {
  if (seenS === 0 || !apartBy(expectedS, seenS)) return null
  if (closedS > 0 && !apartBy(expectedS, closedS)) return 'open items'
  return missing ? 'events missing' : 'uneven'
}

/** Seconds spent in a part by an item that left it in the window; undefined for one that did not. */
function passedS({ pieces, end }: Course, part: ReadonlySet<Station>, window: Span) {
  const mine = pieces.filter(({ station }) => part.has(station))
  if (mine.length === 0) return undefined
  const last = mine.reduce((latest, { toS }) => Math.max(latest, toS), 0)
  const wentOn =
    end !== undefined || pieces.some(({ station, fromS }) => !part.has(station) && fromS >= last)
  return wentOn && isIn(last, window) ? sumOf(mine.map(({ fromS, toS }) => toS - fromS)) : undefined
}

/**
 * Little's law for a part of the line: work in progress as expected from what left (throughput times mean time) against what was seen, and
 * why they are more than a fifth apart: *open items* (without those still open it fits: the line takes in more than it finishes), *events
 * missing* (items without a beginning) or *uneven*.
 */
export function littlesLaw(courses: readonly Course[], window: Span) {
  const lengthS = window.toS - window.fromS
  const missing = courses.some(({ startS }) => startS === undefined)
  const inPart = (these: readonly Course[], part: ReadonlySet<Station>) =>
    sumOf(
      these.flatMap(({ pieces }) =>
        pieces.flatMap((piece) => (part.has(piece.station) ? [overlapS(piece, window)] : [])),
      ),
    )
  const ofPart = (part: ReadonlySet<Station>) => {
    const through = courses
      .map((course) => passedS(course, part, window))
      .filter((seconds) => seconds !== undefined)
    const expectedS = sumOf(through)
    const seenS = inPart(courses, part)
    const closedS = inPart(
      courses.filter(({ end }) => end !== undefined),
      part,
    )
    const why = reasonOf({ expectedS, seenS, closedS }, missing)
    return {
      why,
      throughput: through.length,
      meanSeconds: meanOf(through),
      expected: expectedS / lengthS,
      seen: seenS / lengthS,
      seenWithoutOpen: closedS / lengthS,
      apart: seenS === 0 ? null : Math.abs(expectedS - seenS) / seenS,
    }
  }
  return {
    all: ofPart(PARTS.all),
    discovery: ofPart(PARTS.discovery),
    backlog: ofPart(PARTS.backlog),
    mlops: ofPart(PARTS.mlops),
  }
}
