import { parentPort, workerData } from 'node:worker_threads'
import type { WorkerStart } from './adapters/pool'
import { answer } from './desk/answer'
import type { FromDesk, ToDesk } from './desk/thread'
import { UnusableInput } from './domain/failures'
import { makeInlineRunner } from './inline-runner'
import type { ColumnJob } from './score-column'

// The program of a thread: either columns come in and their scores go out, one at a time, or it is a desk that answers questions.
const start = workerData as WorkerStart | { desk: true }
if ('desk' in start) desk()
else columns(start)

function columns({ settings, seed }: WorkerStart): void {
  const runner = makeInlineRunner({ settings, seed })
  parentPort?.on('message', (job: ColumnJob) => {
    runner.run([job], {}).then(
      ([result]) => parentPort?.postMessage({ result }),
      (error: unknown) => parentPort?.postMessage({ failed: String(error) }),
    )
  })
}

function desk(): void {
  const running = new Map<number, AbortController>(),
    tell = (message: FromDesk) => parentPort?.postMessage(message)
  parentPort?.on('message', ({ id, question, cancel }: ToDesk) => {
    if (cancel) running.get(id)?.abort(new Error('cancelled'))
    if (!question) return
    const stop = new AbortController()
    running.set(id, stop)
    answer(question, { signal: stop.signal, progress: (...progress) => tell({ id, progress }) })
      .then(
        (told) => tell({ id, answer: told }),
        (error: unknown) =>
          tell({
            id,
            failed:
              error instanceof UnusableInput
                ? { says: error.message, remedy: error.remedy }
                : { says: error instanceof Error ? error.message : String(error) },
          }),
      )
      .finally(() => running.delete(id))
  })
}
