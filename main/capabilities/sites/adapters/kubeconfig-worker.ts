import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { readInParts } from './kubeconfig'
import type { Where } from './kubeconfig-files'
import type { FromReader } from './kubeconfig-thread'

/** Contexts in one message: what the other side does with them takes a few milliseconds. */
const MOST_AT_ONCE = 500

/** The program of a thread: places come in, contexts go out as they are read, each lot once the one before was taken. */
async function run(places: readonly Where[]): Promise<void> {
  const say = (message: FromReader) => parentPort?.postMessage(message)
  const reading = readInParts(places)
  for (;;) {
    const { done, value } = reading.next()
    if (done) return say({ unreadable: value })
    for (let at = 0; at < value.length; at += MOST_AT_ONCE) {
      say({ contexts: value.slice(at, at + MOST_AT_ONCE) })
      if (parentPort) await once(parentPort, 'message')
    }
  }
}
await run(workerData as Where[])
parentPort?.close()
