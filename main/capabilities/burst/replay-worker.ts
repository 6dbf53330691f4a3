import { parentPort, workerData } from 'node:worker_threads'
import { teamOutcomes, usage } from './domain/outcome'
import { spotRecord } from './domain/spot'
import { answer } from './replay-run'
import type { PlayedPolicy, ThreadMessage, ThreadQuestion } from './replay-thread'

// The program of a thread: one what-if comes in, progress and one answer go out.
const { zones, usageSteps, ...question } = workerData as ThreadQuestion
const say = (message: ThreadMessage) => parentPort?.postMessage(message)
const seen: Pick<PlayedPolicy, 'usage' | 'teams'>[] = []

answer({ ...question, spots: zones.map(({ name, available, gapS }) => ({ name, record: spotRecord(available, gapS) })) }, {
  stopwatch: () => performance.now() * 1000,
  watcher: { progress: (progress) => say({ progress }) },
  begins: (play) => say({ play }),
  each: (replayed) => { seen.push({ usage: usageSteps > 0 ? usage(replayed, usageSteps) : undefined, teams: teamOutcomes(replayed) }) },
}).then(({ setting, jobs, meanRuntimeHours, figures }) => {
  // Bounds were not played: they have figures alone.
  const policies = figures.map((row): PlayedPolicy => ({ figures: row, ...(row.policy.startsWith('bound-') ? { usage: undefined, teams: [] } : seen.shift() ?? { usage: undefined, teams: [] }) }))
  say({ answer: { jobs: jobs.count, dropped: jobs.dropped, nodes: setting.nodes, meanRuntimeHours, policies } })
}, (error: unknown) => say({ failed: String(error) }))
