import { Worker } from 'node:worker_threads'
import { UnusableInput } from '../domain/failures'
import type { Answers, Desk, Question, QuestionOf, Telling } from './questions'

export interface ToDesk {
  id: number
  question?: Question
  cancel?: true
}
export type FromDesk = { id: number } & (
  | { progress: [done: number, total: number, says: string] }
  | { answer: unknown }
  | { failed: { says: string; remedy?: string } }
)
interface Waiting {
  resolve(answer: never): void
  reject(error: unknown): void
  progress: Telling['progress']
}

/** A desk in a thread of its own, begun with the first question; one that dies is begun again with the next. */
export function threadDesk(script: URL): Desk {
  let worker: Worker | undefined,
    next = 1
  const waiting = new Map<number, Waiting>()
  const lost = (error: unknown) => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const hear = (message: FromDesk) => {
    const asked = waiting.get(message.id)
    if (!asked) return
    if ('progress' in message) return asked.progress?.(...message.progress)
    waiting.delete(message.id)
    if ('answer' in message) asked.resolve(message.answer as never)
    else
      asked.reject(
        message.failed.remedy === undefined
          ? new Error(message.failed.says)
          : new UnusableInput(message.failed.says, message.failed.remedy),
      )
    // A thread that has nothing to do keeps no process alive.
    if (waiting.size === 0) worker?.unref()
  }
  const begun = (): Worker => {
    const made = new Worker(script, { workerData: { desk: true } })
    made
      .on('message', hear)
      .on('error', lost)
      .on('exit', (code) => {
        if (worker === made) lost(new Error(`the thread ended with ${code}`))
      })
    return made
  }
  return {
    ask<A extends keyof Answers>(
      question: QuestionOf<A>,
      { signal, progress }: Telling = {},
    ): Promise<Answers[A]> {
      signal?.throwIfAborted()
      const id = next++,
        at = (worker ??= begun())
      at.ref()
      return new Promise<Answers[A]>((resolve, reject) => {
        const cancel = () => {
          at.postMessage({ id, cancel: true } satisfies ToDesk)
          waiting.delete(id)
          reject(signal?.reason as Error)
        }
        const settle = () => signal?.removeEventListener('abort', cancel)
        waiting.set(id, {
          progress,
          resolve: (answer) => {
            settle()
            resolve(answer)
          },
          reject: (error) => {
            settle()
            reject(error as Error)
          },
        })
        signal?.addEventListener('abort', cancel, { once: true })
        at.postMessage({ id, question } satisfies ToDesk)
      })
    },
    async close() {
      await worker?.terminate()
    },
  }
}
