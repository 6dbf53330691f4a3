import { Worker } from 'node:worker_threads'
import type { Figures } from './domain/figures'
import type { TeamOutcome, Usage } from './domain/outcome'
import type { Play, ReplayQuestion } from './replay-run'

/** A question as it goes to a thread: probes instead of the functions that read them. */
export interface ThreadQuestion extends Omit<ReplayQuestion, 'spots'> {
  zones: { name: string; available: boolean[]; gapS: number }[]
  /** 0 leaves what ran where out. */ usageSteps: number
}
/** One replay as a screen shows it: figures, demand over time with what ran where, and what each team got. */
export interface PlayedPolicy {
  figures: Figures
  usage: Usage | undefined
  teams: TeamOutcome[]
}
export interface ThreadAnswer {
  jobs: number
  dropped: number
  nodes: number
  meanRuntimeHours: number
  policies: PlayedPolicy[]
}
export type ThreadMessage =
  | { progress: number }
  | { play: Play }
  | { played: PlayedPolicy }
  | { answer: ThreadAnswer }
  | { failed: string }

interface Hears {
  progress?: (share: number) => void
  begins?: (play: Play) => void
  /** Each replay as soon as it is played; bounds first. */ found?: (played: PlayedPolicy) => void
  signal?: AbortSignal
}
/** Answers a what-if in a thread of its own; the signal ends the thread at once. Progress is a share of 1. */
export function askThread(
  script: URL,
  question: ThreadQuestion,
  { progress, begins, found, signal }: Hears = {},
): Promise<ThreadAnswer> {
  signal?.throwIfAborted()
  const worker = new Worker(script, { workerData: question })
  return new Promise<ThreadAnswer>((resolve, reject) => {
    const aborted = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', aborted, { once: true })
    worker.on('message', (message: ThreadMessage) => {
      if ('progress' in message) progress?.(message.progress)
      else if ('play' in message) begins?.(message.play)
      else if ('played' in message) found?.(message.played)
      else if ('answer' in message) resolve(message.answer)
      else reject(new Error(message.failed))
    })
    worker.on('error', reject)
    worker.on('exit', (code) =>
      reject(new Error(`The replay thread ended with ${code} before it answered`)),
    )
  }).finally(() => worker.terminate())
}
