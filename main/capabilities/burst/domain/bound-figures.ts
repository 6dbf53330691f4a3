import { divisibleBound, slackBound } from './bounds'
import type { Figures } from './figures'
import type { Setting } from './replay'

const UNKNOWN = {
  meanWaitHours: NaN,
  p95WaitHours: NaN,
  p99WaitHours: NaN,
  meanJctHours: NaN,
  p95JctHours: NaN,
  deadlineMisses: NaN,
  deadlineMissShare: NaN,
  onPremUtilisation: NaN,
  idleWhileQueuedGpuHours: NaN,
  spotInterruptions: 0,
  lostGpuHours: 0,
  budgetBreaches: 0,
  unfinishedJobs: 0,
  decisionMicrosP50: NaN,
  decisionMicrosP99: NaN,
  burstJobs: NaN,
}

/** What no policy can be billed less than for an hour of a node: spot's price where spot may be used. */
const cheapest = ({ pools, spotShare }: Setting) =>
  Math.min(
    ...pools
      .filter(({ spot }) => !spot || spotShare !== 0)
      .map(({ usdPerNodeHour }) => usdPerNodeHour),
  )

/** A bound as a row beside the policies; what a bound says nothing about is not a number. */
export function boundFigures(name: string, setting: Setting): Figures {
  const capacity = setting.nodes * setting.gpusPerNode
  const cloudGpuHours =
    (name === 'bound-slack'
      ? slackBound(setting.jobs, capacity)
      : divisibleBound(setting.jobs, capacity)) / 3600
  const billedNodeHours = cloudGpuHours / setting.gpusPerNode
  return {
    policy: name,
    params: {},
    ...UNKNOWN,
    cloudUsd: billedNodeHours * cheapest(setting),
    cloudGpuHours,
    billedNodeHours,
    wallSeconds: 0,
  }
}
