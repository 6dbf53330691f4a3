import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { refusedBySystem } from '../../../platform/files'
import type { KubeContext, Where } from './kubeconfig-files'

/** Reads kubeconfigs away from whoever answers calls; tells contexts as they come and answers what cannot be used. */
export type KubeconfigReader = (
  places: readonly Where[],
  told: { found(contexts: KubeContext[]): void; signal: AbortSignal },
) => Promise<Failure[]>
export type FromReader = { contexts: KubeContext[] } | { unreadable: Failure[] }

/** A file that needs more than this to be read would cost the core its memory: the thread ends instead. */
const MOST_MEMORY_MB = 1024

/** Reads in a thread that lives as long as one reading; where there is no file at all, none is begun. */
export const threadReader =
  (script: URL): KubeconfigReader =>
  async (places, { found, signal }) => {
    const looked = places.map((place) => ({ ...place, missing: whyMissing(place.path) }))
    if (looked.every(({ missing }) => missing !== undefined))
      return looked.flatMap(({ path, asked, missing = '' }) =>
        asked ? [failure('KUBECONFIG_UNREADABLE', { file: path, cause: missing })] : [],
      )
    const worker = new Worker(script, {
      workerData: places,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    })
    try {
      return await heard(worker, { found, signal })
    } catch (error) {
      if (signal.aborted) return []
      const cause = `the thread that read it ended: ${error instanceof Error ? error.message : String(error)}`
      const file = places.map(({ path }) => path).join(', ')
      return [failure('KUBECONFIG_UNREADABLE', { file, cause })]
    } finally {
      await worker.terminate()
    }
  }

function whyMissing(path: string): string | undefined {
  try {
    statSync(path)
    return undefined
  } catch (error) {
    const refused = refusedBySystem(path, error)
    return refused.missing ? refused.failure.data.cause : undefined
  }
}

function heard(
  worker: Worker,
  { found, signal }: Parameters<KubeconfigReader>[1],
): Promise<Failure[]> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason as Error)
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    worker.on('message', (message: FromReader) => {
      if ('unreadable' in message) return resolve(message.unreadable)
      found(message.contexts)
      // Whatever else waits is done before the next lot is asked for.
      setImmediate(() => worker.postMessage('next'))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`exit code ${String(code)}`)))
  })
}
