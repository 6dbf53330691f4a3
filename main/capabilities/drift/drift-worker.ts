import { parentPort, workerData } from 'node:worker_threads'
import { makeInlineRunner } from './inline-runner'
import type { WorkerStart } from './adapters/pool'
import type { ColumnJob } from './score-column'

// The program of a thread: columns come in, their scores go out, one at a time.
const { settings, seed } = workerData as WorkerStart
const runner = makeInlineRunner({ settings, seed })

parentPort?.on('message', (job: ColumnJob) => {
  runner.run([job], {}).then(([result]) => parentPort?.postMessage({ result }), (error: unknown) => parentPort?.postMessage({ failed: String(error) }))
})
