import type { ReplaySource } from '../../../preload/contract/replay'
import { timestamp } from '../../kernel/clock'
import { medianNodes, type PastRun, type TraceJob } from '../burst'
import type { Building } from './ports'

type Told = Pick<ReplaySource, 'id' | 'kind' | 'title' | 'says' | 'simulated' | 'importedAt'>
interface Of {
  jobs: readonly TraceJob[]
  skipped: ReplaySource['skipped']
  building?: Building | undefined
  runs?: readonly PastRun[] | undefined
}

const LARGEST_GANG = 64
const SHOWN = 50
const GPUS_PER_NODE = 8

/** What a screen says of a source before anything is played. */
export function summaryOf(told: Told, { jobs, skipped, building, runs }: Of): ReplaySource {
  const kept = jobs.filter(({ gpus }) => gpus <= LARGEST_GANG)
  const [firstS, lastS] = kept.reduce(
    ([first, last], { submitS, durationS }) => [
      Math.min(first, submitS),
      Math.max(last, submitS + durationS),
    ],
    [kept[0]?.submitS ?? 0, 0],
  )
  const runtimeS = kept.reduce((sum, { durationS }) => sum + durationS, 0)
  const teams = [...new Set(kept.flatMap(({ team }) => team ?? []))].toSorted()
  const begun = runs?.reduce((first, { submitS }) => Math.min(first, submitS), Infinity)
  const room = building ?? {
    nodes: medianNodes(kept, GPUS_PER_NODE),
    gpusPerNode: GPUS_PER_NODE,
    basis: 'the median demand of the trace',
  }
  return {
    ...told,
    jobs: kept.length,
    dropped: jobs.length - kept.length,
    users: new Set(kept.flatMap(({ user }) => user ?? [])).size,
    teams,
    days: Math.max(0, lastS - firstS) / 86_400,
    meanRuntimeHours: runtimeS / Math.max(1, kept.length) / 3600,
    gpuHours: kept.reduce((sum, { gpus, durationS }) => sum + gpus * durationS, 0) / 3600,
    nodes: room.nodes,
    gpusPerNode: room.gpusPerNode,
    nodesBasis: room.basis,
    ...(begun !== undefined &&
      Number.isFinite(begun) && {
        from: timestamp(begun * 1000),
        to: timestamp((begun + lastS) * 1000),
      }),
    ...(runs && runs.length > 0 && { waited: waits(runs) }),
    skipped: skipped.slice(0, SHOWN),
    skippedCount: skipped.length,
  }
}

/** How long jobs really waited, by team. */
function waits(runs: readonly PastRun[]): NonNullable<ReplaySource['waited']> {
  const hours = runs.map(waitHours).toSorted((a, b) => a - b)
  const teams = Map.groupBy(runs, ({ team }) => team ?? '')
  return {
    jobs: runs.length,
    meanHours: mean(hours),
    p95Hours: hours[Math.max(0, Math.ceil(hours.length * 0.95) - 1)] ?? 0,
    teams: [...teams].map(([team, own]) => ({ team, meanWaitHours: mean(own.map(waitHours)) })),
  }
}
const waitHours = ({ submitS, startedS }: PastRun) => Math.max(0, startedS - submitS) / 3600
const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
