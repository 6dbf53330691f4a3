import { inOrder } from '../../../../kernel/order'
import { isIn, overlapS, type Span } from '../../../../kernel/spans'
import { courseOf, type Course } from './course'
import type { Histories } from './events'
import { meanOf, nearestRank, sumOf } from './figures'
import { clippedWaits, touchS, wholeWaits } from './waits'
import { gateYields } from './yields'

export type NamedCourse = [item: string, course: Course]

const isFinished = ({ end, startS }: Course, window: Span) =>
  end?.station === 'in-use' && startS !== undefined && isIn(end.atS, window)
/** From the question to the first use, in seconds. */
export const leadS = ({ end, startS }: Course): number => (end?.atS ?? 0) - (startS ?? 0)

/**
 * The figures that the map shows of a window and the report begins with: lead, touch and wait time, yields by gate, questions. The map is
 * drawn several times a second, so what only the report tells is not worked out here.
 */
export function summarise(histories: Histories, window: Span) {
  const all = [...histories]
    .map(([item, events]): NamedCourse => [item, courseOf(events, window.toS)])
    .sort(([a], [b]) => inOrder(a, b))
  const finished = all.filter(([, course]) => isFinished(course, window))
  const [courses, ended] = [all, finished].map((some) => some.map(([, course]) => course)) as [
    Course[],
    Course[],
  ]
  const leads = ended.map(leadS)
  const [totalS, touchSeconds] = [sumOf(leads), sumOf(ended.map(touchS))]
  return {
    all,
    finished,
    /** Item-time in the window. */
    heldS: sumOf(courses.flatMap(({ pieces }) => pieces.map((piece) => overlapS(piece, window)))),
    newQuestions: courses.filter(({ startS }) => startS !== undefined && isIn(startS, window))
      .length,
    figures: {
      lead: {
        medianSeconds: nearestRank(leads, 0.5),
        p85Seconds: nearestRank(leads, 0.85),
        meanSeconds: meanOf(leads),
      },
      touchSeconds,
      waitSeconds: totalS - touchSeconds,
      flowEfficiency: totalS > 0 ? touchSeconds / totalS : null,
      finishedWaits: wholeWaits(ended),
      windowWaits: clippedWaits(courses, window),
      ...gateYields(histories, window),
    },
  }
}
export type LineSummary = ReturnType<typeof summarise>
