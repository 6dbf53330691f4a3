import { readInParts } from '../../main/capabilities/sites/adapters/kubeconfig'
import type { KubeconfigReader } from '../../main/capabilities/sites/adapters/kubeconfig-thread'

/** Reads kubeconfigs at once and in this thread, where a test runs from source and there is no program of a thread. */
export const readHere: KubeconfigReader = (places, { found }) => {
  const reading = readInParts(places)
  for (;;) {
    const { done, value } = reading.next()
    if (done) return Promise.resolve(value)
    found(value)
  }
}
