import { Desk, type Policy, type Run, type Setting } from './replay'
import { at } from './trace'
import type { CloudNode } from './cloud'

/** What a replay leaves behind: every placement, every cloud node, and how long decisions took. */
export interface Replayed {
  policy: Pick<Policy, 'name' | 'params'>
  setting: Setting
  runs: readonly Run[]
  cloudNodes: readonly CloudNode[]
  unfinished: readonly number[]
  cloudUsd: number
  lostGpuS: number
  interruptions: number
  idleWhileQueuedGpuS: number
  /** Microseconds of each call of the policy. */
  decisionMicros: Float64Array
}

export interface Watcher {
  progress(done: number): void
  signal?: AbortSignal
}

/** Plays a trace under a policy: time jumps from event to event, ends before arrivals before decisions. */
export function replay(setting: Setting, policy: Policy, watcher?: Watcher): Replayed {
  const desk = new Desk(setting)
  const micros: number[] = []
  const spots = setting.pools.flatMap((pool) => pool.spot ?? [])
  let [next, idleGpuS, flipS] = [0, 0, nextFlip(spots, 0)]
  for (;;) {
    const arrivalS = next < setting.jobs.count ? at(setting.jobs.submit, next) : Infinity
    const eventS = Math.min(arrivalS, desk.nextEventS())
    const nowS = eventS < Infinity || desk.running.size > 0 ? Math.min(eventS, flipS) : Infinity
    if (nowS === Infinity) break
    if (desk.waiting.size > 0) idleGpuS += (nowS - desk.nowS) * desk.onPrem.freeTotal()
    const finished = desk.advance(nowS)
    const flipped = nowS >= flipS
    if (flipped) flipS = nextFlip(spots, nowS)
    const arrived = arrivals(setting, desk, next)
    next += arrived.length
    const before = setting.stopwatch()
    policy.react(desk, { arrived, finished, interrupted: flipped ? desk.reclaim() : [] })
    micros.push(setting.stopwatch() - before)
    if (watcher && micros.length % 512 === 0) report(watcher, next / setting.jobs.count)
  }
  return {
    policy,
    setting,
    runs: desk.runs,
    cloudNodes: desk.cloud.nodes,
    unfinished: [...desk.waiting],
    cloudUsd: desk.cloud.spentUsd(desk.nowS),
    lostGpuS: desk.lostGpuS,
    interruptions: desk.interruptions,
    idleWhileQueuedGpuS: idleGpuS,
    decisionMicros: Float64Array.from(micros),
  }
}

function arrivals({ jobs }: Setting, desk: Desk, from: number): number[] {
  const arrived: number[] = []
  for (let job = from; job < jobs.count && at(jobs.submit, job) <= desk.nowS; job += 1) {
    desk.waiting.add(job)
    arrived.push(job)
  }
  return arrived
}

function report(watcher: Watcher, done: number): void {
  watcher.signal?.throwIfAborted()
  watcher.progress(done)
}

const nextFlip = (spots: readonly { nextChangeS(timeS: number): number }[], nowS: number) =>
  spots.reduce((soonest, spot) => Math.min(soonest, spot.nextChangeS(nowS)), Infinity)
