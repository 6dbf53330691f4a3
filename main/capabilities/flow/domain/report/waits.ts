import { inOrder } from '../../../../kernel/order'
import { overlapS, type Span } from '../../../../kernel/spans'
import type { Course, Piece } from './course'
import { sumOf } from './figures'

/** Seconds waited by cause, the largest first; causes without a second are left out. */
export type Waits = Record<string, number>

function sumByCause(pieces: Iterable<Piece>, secondsOf: (piece: Piece) => number): Waits {
  const sums = new Map<string, number>()
  for (const piece of pieces)
    if (piece.what !== 'touch') sums.set(piece.what, (sums.get(piece.what) ?? 0) + secondsOf(piece))
  return largestFirst(sums)
}
/** Several waits added up, the largest first. */
export function sumWaits(all: readonly Waits[]): Waits {
  const sums = new Map<string, number>()
  for (const waits of all)
    for (const [cause, seconds] of Object.entries(waits))
      sums.set(cause, (sums.get(cause) ?? 0) + seconds)
  return largestFirst(sums)
}
const largestFirst = (sums: ReadonlyMap<string, number>): Waits =>
  Object.fromEntries(
    [...sums]
      .filter(([, seconds]) => seconds > 0)
      .sort((a, b) => b[1] - a[1] || inOrder(a[0], b[0])),
  )
const lengthS = ({ fromS, toS }: Piece) => toS - fromS

/** Waits whole, of finished items. */
export const wholeWaits = (courses: readonly Course[]): Waits =>
  sumByCause(
    courses.flatMap(({ pieces }) => pieces),
    lengthS,
  )
/** Waits clipped to the window, of all items. */
export const clippedWaits = (courses: readonly Course[], window: Span): Waits =>
  sumByCause(
    courses.flatMap(({ pieces }) => pieces),
    (piece) => overlapS(piece, window),
  )
export const touchS = ({ pieces }: Course): number =>
  sumOf(pieces.flatMap((piece) => (piece.what === 'touch' ? [lengthS(piece)] : [])))
