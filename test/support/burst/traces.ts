import fc from 'fast-check'
import {
  cloudPools,
  spotRecord,
  type NamedSpot,
} from '../../../main/capabilities/burst/domain/spot'
import type { Share } from '../../../main/capabilities/burst/domain/onprem'
import type { Policy, Run, Setting } from '../../../main/capabilities/burst/domain/replay'
import { replay, type Replayed } from '../../../main/capabilities/burst/domain/run'
import {
  jobTable,
  noisyEstimates,
  type TraceJob,
} from '../../../main/capabilities/burst/domain/trace'
import { seeded, type Random } from '../../../main/kernel/random'

/** A seeded trace with the shape of a shared GPU cluster: many small short jobs by day, few large long ones. */
export function seededTrace(seed: number, count: number, hoursApart = 0.4): TraceJob[] {
  const random = seeded(seed)
  let submitS = 0
  return Array.from({ length: count }, (_, index) => {
    const night = Math.floor(submitS / 43_200) % 2 === 1
    submitS += Math.round(-Math.log(1 - random.next()) * hoursApart * 3600 * (night ? 3 : 0.6))
    return {
      id: `job-${seed}-${index}`,
      submitS,
      gpus: pick(random, SIZES),
      durationS: Math.round(600 + Math.exp(7 + 2.6 * random.next() + 1.2 * random.next())),
    }
  })
}
const SIZES = [1, 1, 1, 1, 1, 1, 2, 4, 4, 8, 8, 8, 16, 32]
const pick = (random: Random, from: readonly number[]) =>
  from[Math.floor(random.next() * from.length)] ?? 1

/** Small traces of every kind, bursts and all, with odd gang sizes. */
export const anyTrace = fc
  .array(
    fc.record({
      gapS: fc.integer({ min: 0, max: 5000 }),
      gpus: fc.constantFrom(1, 2, 3, 4, 5, 8, 8, 12, 16, 24),
      durationS: fc.integer({ min: 30, max: 40_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) => {
    let submitS = 0
    return rows.map(({ gapS, gpus, durationS }, index): TraceJob => ({
      id: `j${index}`,
      submitS: (submitS += gapS),
      gpus,
      durationS,
    }))
  })

export const twoZones: NamedSpot[] = [
  {
    name: 'zone-a',
    record: spotRecord([true, true, false, true, true, true, false, false, true], 10_800),
  },
  { name: 'zone-b', record: spotRecord([false, true, true, false, true, false, true], 14_400) },
]

export interface Circumstances {
  nodes?: number
  sigma?: number
  seed?: number
  spots?: readonly NamedSpot[]
}
export function settingOf(
  trace: readonly TraceJob[],
  { nodes = 3, sigma = 0, seed = 1, spots = [] }: Circumstances = {},
): Setting {
  const jobs = jobTable(trace)
  return {
    jobs,
    estimates: noisyEstimates(jobs, sigma, seed),
    nodes,
    gpusPerNode: 8,
    pools: cloudPools(spots),
    stopwatch: () => 0,
  }
}
export const play = (
  trace: readonly TraceJob[],
  policy: Policy,
  circumstances?: Circumstances,
): Replayed => replay(settingOf(trace, circumstances), policy)

/** Looks for two jobs on one GPU, GPUs that no node has, gangs in pieces and work on cloud nodes that are not up: the first fault found, or nothing. */
export function fault(replayed: Replayed): string | undefined {
  const changes = new Map<string, [timeS: number, change: number][]>()
  for (const run of replayed.runs) {
    const own = faultOf(run, replayed)
    if (own) return own
    for (const { node, gpus } of run.shares) {
      const list = changes.get(`${run.place} ${node}`) ?? []
      list.push([run.placedS, gpus], [run.endS, -gpus])
      changes.set(`${run.place} ${node}`, list)
    }
  }
  for (const [node, list] of changes) {
    let taken = 0
    for (const [timeS, change] of list.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
      taken += change
      if (taken > replayed.setting.gpusPerNode) return `${node} has ${taken} GPUs taken at ${timeS}`
    }
  }
  return undefined
}

function faultOf(run: Run, { setting: { jobs, nodes }, cloudNodes }: Replayed): string | undefined {
  const gang = run.shares.reduce((sum, share) => sum + share.gpus, 0)
  if (gang !== jobs.gpus[run.job]) return `job ${run.job} runs on ${gang} GPUs`
  if (run.startS < (jobs.submit[run.job] ?? 0))
    return `job ${run.job} starts before it was submitted`
  if (run.place === 'on-prem')
    return run.shares.some(({ node }) => node < 0 || node >= nodes)
      ? `job ${run.job} runs on a node that is not there`
      : undefined
  const up = ({ node }: Share) => {
    const cloud = cloudNodes[node]
    return (
      cloud &&
      run.placedS >= cloud.launchS &&
      run.endS <= cloud.releaseS + 1e-6 &&
      run.startS >= cloud.readyS
    )
  }
  return run.shares.every(up) ? undefined : `job ${run.job} runs on a cloud node that is not up`
}
