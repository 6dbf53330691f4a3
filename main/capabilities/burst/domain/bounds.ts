import { at, type JobTable } from './trace'

/** GPUs in use over time if nothing ever queued: times in seconds and the level from each on. */
export function demand(jobs: JobTable): { times: Float64Array; level: Float64Array } {
  const changes: [number, number][] = []
  for (let job = 0; job < jobs.count; job += 1) {
    changes.push(
      [at(jobs.submit, job), at(jobs.gpus, job)],
      [at(jobs.submit, job) + at(jobs.runtime, job), -at(jobs.gpus, job)],
    )
  }
  changes.sort((a, b) => a[0] - b[0])
  const level = new Float64Array(changes.length)
  let now = 0
  changes.forEach(([, change], index) => {
    level[index] = now += change
  })
  return { times: Float64Array.from(changes, ([time]) => time), level }
}

/** The demand in GPUs that is not exceeded for the given share of the time; the first tenth of the trace is left out. */
export function demandQuantile(jobs: JobTable, share: number): number {
  const { times, level } = demand(jobs)
  const [firstS, lastS] = [at(jobs.submit, 0), at(jobs.submit, jobs.count - 1)]
  const fromS = firstS + 0.1 * (lastS - firstS)
  const held = new Map<number, number>()
  for (let index = 0; index + 1 < times.length; index += 1) {
    const seconds = Math.min(at(times, index + 1), lastS) - Math.max(at(times, index), fromS)
    if (seconds > 0) held.set(at(level, index), (held.get(at(level, index)) ?? 0) + seconds)
  }
  let left = share * [...held.values()].reduce((sum, seconds) => sum + seconds, 0)
  for (const [gpus, seconds] of [...held].toSorted((a, b) => a[0] - b[0])) {
    left -= seconds
    if (left <= 0) return gpus
  }
  return 0
}

/** GPU seconds above capacity if jobs could be cut into pieces but never waited. */
export function divisibleBound(jobs: JobTable, capacity: number): number {
  const { times, level } = demand(jobs)
  let above = 0
  for (let index = 0; index + 1 < times.length; index += 1)
    above += Math.max(0, at(level, index) - capacity) * (at(times, index + 1) - at(times, index))
  return above
}

/** GPU seconds that even jobs cut into pieces and served by earliest deadline leave undone when their time is up. */
export function slackBound(jobs: JobTable, capacity: number): number {
  const open: { deadline: number; work: number }[] = []
  let [nowS, undone] = [0, 0]
  const serve = (untilS: number) => {
    while (open.length > 0 && nowS < untilS) {
      const first = open[0]
      if (!first) break
      const endS = Math.min(untilS, first.deadline, nowS + first.work / capacity)
      if (endS > nowS) first.work -= (endS - nowS) * capacity
      nowS = Math.max(nowS, endS)
      if (first.work > 1e-6 && nowS < first.deadline) break
      undone += Math.max(0, first.work)
      open.shift()
    }
    nowS = Math.max(nowS, untilS)
  }
  for (let job = 0; job < jobs.count; job += 1) {
    serve(at(jobs.submit, job))
    const added = {
      deadline: at(jobs.deadline, job),
      work: at(jobs.gpus, job) * at(jobs.runtime, job),
    }
    const index = open.findIndex((other) => other.deadline > added.deadline)
    open.splice(index < 0 ? open.length : index, 0, added)
  }
  serve(Infinity)
  return undone
}
