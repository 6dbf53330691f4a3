import { parentPort, workerData } from 'node:worker_threads'
import { teamOutcomes, usage } from './domain/outcome'
import { spotRecord } from './domain/spot'
import { answer } from './replay-run'
import type { PlayedPolicy, ThreadMessage, ThreadQuestion } from './replay-thread'

// The program of a thread: one what-if comes in, progress and one answer go out.
const { zones, usageSteps, ...question } = workerData as ThreadQuestion
const say = (message: ThreadMessage) => parentPort?.postMessage(message)
const seen = new Map<PlayedPolicy['figures'], PlayedPolicy>()

answer(
  {
    ...question,
    spots: zones.map(({ name, available, gapS }) => ({
      name,
      record: spotRecord(available, gapS),
    })),
  },
  {
    stopwatch: () => performance.now() * 1000,
    watcher: { progress: (progress) => say({ progress }) },
    begins: (play) => say({ play }),
    found: (figures, replayed) => {
      // Bounds were not played: they have figures alone.
      const played = {
        figures,
        usage: replayed && usageSteps > 0 ? usage(replayed, usageSteps) : undefined,
        teams: replayed ? teamOutcomes(replayed) : [],
      }
      seen.set(figures, played)
      say({ played })
    },
  },
).then(
  ({ setting, jobs, meanRuntimeHours, figures }) => {
    const policies = figures.flatMap((row) => seen.get(row) ?? [])
    say({
      answer: {
        jobs: jobs.count,
        dropped: jobs.dropped,
        nodes: setting.nodes,
        meanRuntimeHours,
        policies,
      },
    })
  },
  (error: unknown) => say({ failed: String(error) }),
)
