import { Worker } from 'node:worker_threads'
import type { ColumnJob, JobResult } from '../score-column'
import type { EngineSettings } from './engine'

export interface Runner {
  /** Scores every column, telling of each as it is done; the order of the results is that of the jobs. */
  run(
    jobs: readonly ColumnJob[],
    options: { signal?: AbortSignal | undefined; done?: (result: JobResult) => void },
  ): Promise<JobResult[]>
}
export interface WorkerStart {
  settings: EngineSettings
  seed: number
}
type Reply = { result: JobResult } | { failed: string }

/** Runs columns on threads, each with an engine of its own, so that reading, sorting and merging all happen side by side. */
export const threadRunner = ({
  script,
  threads,
  start,
}: {
  script: URL
  threads: number
  start: WorkerStart
}): Runner => ({
  async run(jobs, { signal, done }) {
    const results: (JobResult | undefined)[] = jobs.map(() => undefined)
    let next = 0
    // What a column needs lies outside the heap; a small nursery keeps the heap itself from growing in every thread.
    const workers = Array.from(
      { length: Math.min(threads, jobs.length) },
      () =>
        new Worker(script, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: 1 } }),
    )
    const work = async (worker: Worker) => {
      for (let at = next++; at < jobs.length; at = next++) {
        const job = jobs[at] as ColumnJob,
          result = await ask(worker, job, signal)
        results[at] = result
        done?.(result)
      }
    }
    try {
      await Promise.all(workers.map(work))
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    return results.filter((result) => result !== undefined)
  },
})

function ask(worker: Worker, job: ColumnJob, signal: AbortSignal | undefined): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', answer).off('error', reject).off('exit', ended)
      signal?.removeEventListener('abort', abort)
      act()
    }
    const answer = (reply: Reply) =>
      settle(() => ('result' in reply ? resolve(reply.result) : reject(new Error(reply.failed))))
    const ended = (code: number) => settle(() => reject(new Error(`a thread ended with ${code}`)))
    const abort = () => settle(() => reject(signal?.reason as Error))
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    worker.once('message', answer).once('error', reject).once('exit', ended)
    worker.postMessage(job)
  })
}
