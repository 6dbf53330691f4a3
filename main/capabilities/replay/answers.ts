import type {
  ReplayFigures,
  ReplayPlayed,
  ReplayPolicyName,
  ReplayQuestion,
  ReplayRun,
  ReplaySource,
} from '../../../preload/contract/replay'
import {
  supposedZones,
  type Figures,
  type PlayedPolicy,
  type ThreadAnswer,
  type ThreadQuestion,
  type TraceJob,
} from '../burst'

/** Steps of what ran where: as many as a chart has room for. */
const USAGE_STEPS = 360
const NODE_GPUS = 8

/** A what-if as the thread is asked. Only jobs that can wait are worth a sweep, so bounds and plain policies are played once. */
export function toThread(
  question: ReplayQuestion,
  { source, jobs }: { source: ReplaySource; jobs: readonly TraceJob[] },
  kind: ReplayRun['kind'],
): ThreadQuestion {
  const { budgetUsd } = question
  return {
    jobs,
    nodes: Math.max(1, question.nodes),
    gpusPerNode: question.gpusPerNode,
    policies: question.policies,
    sweep: kind === 'frontier',
    estimateSigma: question.estimateSigma,
    seed: question.seed,
    zones: question.spotShare > 0 ? supposedZones(question.seed) : [],
    spotShare: question.spotShare,
    gbPerJob: question.gbPerJob,
    ...(question.linkGbps !== undefined && { linkGbps: question.linkGbps }),
    // A cloud node has eight GPUs whatever the building has; the replay prices nodes of the building's size.
    usdPerNodeHour: (question.usdPerNodeHour * question.gpusPerNode) / NODE_GPUS,
    usageSteps: kind === 'run' ? USAGE_STEPS : 0,
    takt: {
      usdPerWaitHour: question.usdPerWaitHour,
      deadlines: question.deadlines,
      ...(budgetUsd !== undefined && { budgetUsd, budgetDays: Math.max(1 / 24, source.days) }),
    },
  }
}

/** What was played, as the contract tells it: what is not a number is left out. */
export const toPlayed = (answer: ThreadAnswer, source: ReplaySource): ReplayPlayed[] =>
  answer.policies.map((played) => toOnePlayed(played, source))

/** One replay, as the contract tells it. */
export function toOnePlayed(
  { figures, usage, teams }: PlayedPolicy,
  source: ReplaySource,
): ReplayPlayed {
  const usdPerGpuHour = figures.cloudGpuHours > 0 ? figures.cloudUsd / figures.cloudGpuHours : 0
  return {
    figures: toFigures(figures),
    ...(usage && {
      usage: {
        ...(source.from !== undefined && { from: source.from }),
        fromSeconds: usage.fromS,
        stepSeconds: usage.stepS,
        onPrem: rounded(usage.onPrem),
        cloud: rounded(usage.cloud),
        asked: rounded(usage.asked),
        waiting: rounded(usage.waiting),
      },
    }),
    // Boot and idle time of rented nodes is shared out by the GPU hours that ran on them.
    teams: teams.map((team) => ({ ...team, cloudUsd: team.cloudGpuHours * usdPerGpuHour })),
  }
}
const rounded = (values: Float64Array) =>
  Array.from(values, (value) => Math.round(value * 100) / 100)

function toFigures({
  policy,
  params,
  cloudUsd,
  cloudGpuHours,
  billedNodeHours,
  budgetBreaches,
  unfinishedJobs,
  ...rest
}: Figures): ReplayFigures {
  const known = (value: number) => (Number.isFinite(value) ? value : undefined)
  const maybe = {
    burstJobs: known(rest.burstJobs),
    meanWaitHours: known(rest.meanWaitHours),
    p95WaitHours: known(rest.p95WaitHours),
    p99WaitHours: known(rest.p99WaitHours),
    meanJctHours: known(rest.meanJctHours),
    deadlineMisses: known(rest.deadlineMisses),
    deadlineMissShare: known(rest.deadlineMissShare),
    onPremUtilisation: known(rest.onPremUtilisation),
    idleWhileQueuedGpuHours: known(rest.idleWhileQueuedGpuHours),
    spotInterruptions: known(rest.spotInterruptions),
    lostGpuHours: known(rest.lostGpuHours),
  }
  return {
    policy: policy as ReplayPolicyName,
    params,
    cloudUsd,
    cloudGpuHours,
    billedNodeHours,
    budgetBreaches,
    unfinishedJobs,
    ...defined(maybe),
  }
}
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>

/** Of Takt's own positions of the knob, the one with the smallest bill of cloud and waiting together; none that breaks the budget. */
export function recommended(
  { played, source: { jobs } }: Pick<ReplayRun, 'played' | 'source'>,
  perJobHourUsd: number,
): ReplayRun['recommended'] {
  const rows = played
    .map(({ figures }) => figures)
    .flatMap(({ policy, budgetBreaches, params, cloudUsd, meanWaitHours }) => {
      const knob = params['usdPerWaitHour']
      return policy === 'takt' &&
        budgetBreaches === 0 &&
        typeof knob === 'number' &&
        meanWaitHours !== undefined
        ? [
            {
              usdPerWaitHour: knob,
              billUsd: cloudUsd + meanWaitHours * jobs * perJobHourUsd,
              perJobHourUsd,
            },
          ]
        : []
    })
  return rows.length > 1
    ? rows.reduce((best, row) => (row.billUsd < best.billUsd ? row : best))
    : undefined
}
