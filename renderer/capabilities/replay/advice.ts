import type { ReplayFigures, ReplayQuestion, ReplayRun } from '../../../preload/contract/replay'
import { formatUsd } from '../../design'
import { words } from './words'

export interface Advice {
  knob: number
  savesUsd: number
  cloudUsd: number
  waitHours: number
  perHourUsd: number
}
/** A saving below this share of the bill is within what estimates are off. */
const WORTH_SAYING = 0.01
/**
 * The position of Takt's knob with the smallest bill of cloud and waiting, where an hour of one job's waiting costs the given dollars, against the position
 * that was played; undefined where nothing better stays within the budget.
 */
export function adviceOf(
  frontier: ReplayRun | undefined,
  run: ReplayRun,
  perHourUsd: number,
): Advice | undefined {
  const bill = ({ cloudUsd, meanWaitHours = 0 }: ReplayFigures) =>
    cloudUsd + meanWaitHours * run.source.jobs * perHourUsd
  const now = ownOf(run)[0]
  const rows = (
    frontier && sameButKnob(frontier.question, run.question) ? ownOf(frontier) : []
  ).filter(({ budgetBreaches }) => budgetBreaches === 0)
  const best = rows.reduce<ReplayFigures | undefined>(
    (least, row) => (!least || bill(row) < bill(least) ? row : least),
    undefined,
  )
  const knob = best?.params['usdPerWaitHour']
  if (
    !now ||
    !best ||
    typeof knob !== 'number' ||
    knob === run.question.usdPerWaitHour ||
    bill(now) - bill(best) < bill(now) * WORTH_SAYING
  )
    return undefined
  return {
    knob,
    savesUsd: bill(now) - bill(best),
    cloudUsd: best.cloudUsd - now.cloudUsd,
    waitHours: (best.meanWaitHours ?? 0) - (now.meanWaitHours ?? 0),
    perHourUsd,
  }
}
/** Whether two questions differ in nothing but the knob: bills of others cannot be held against each other. */
const sameButKnob = (
  { usdPerWaitHour: _a, ...a }: ReplayQuestion,
  { usdPerWaitHour: _b, ...b }: ReplayQuestion,
) => a.source === b.source && JSON.stringify(a) === JSON.stringify(b)
const ownOf = ({ played }: ReplayRun) =>
  played
    .map(({ figures }) => figures)
    .filter(({ policy, meanWaitHours }) => policy === 'takt' && meanWaitHours !== undefined)

/** What was supposed otherwise in two what-ifs, one clause each. */
export function differences(now: ReplayQuestion, then: ReplayQuestion): string[] {
  const rows: [string, (question: ReplayQuestion) => string][] = [
    [words.knob, ({ usdPerWaitHour }) => formatUsd(usdPerWaitHour)],
    [words.nodes(now.gpusPerNode), ({ nodes }) => String(nodes)],
    [
      words.budget,
      ({ budgetUsd }) => (budgetUsd === undefined ? words.noCap : formatUsd(budgetUsd)),
    ],
    [words.sigma, ({ estimateSigma }) => String(estimateSigma)],
    [words.link, ({ linkGbps }) => (linkGbps === undefined ? words.noCap : words.gbps(linkGbps))],
    [words.data, ({ gbPerJob }) => words.gb(gbPerJob)],
    [words.spot, ({ spotShare }) => words.percent(spotShare * 100)],
    [words.price, ({ usdPerNodeHour }) => formatUsd(usdPerNodeHour)],
    [words.deadlines, ({ deadlines }) => words[deadlines]],
  ]
  return rows
    .filter(([, of]) => of(now) !== of(then))
    .map(([name, of]) => words.differs(name, of(then), of(now)))
}
