import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../client'
import type { Manifest } from '../manifests'

interface Listing {
  metadata: { resourceVersion: string }
  items?: Manifest[]
}
interface Event {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: Manifest
}

/** Shows every object of a list now and after each change, until the signal; what throws is tried again by the next change or list. */
export function follow(
  client: Client,
  path: string,
  options: { onObject: (object: Manifest) => Promise<void>; signal: AbortSignal },
): void {
  const { onObject, signal } = options
  const show = async (object: Manifest): Promise<boolean> =>
    onObject(object).then(
      () => true,
      () => false,
    )
  const once = async (): Promise<void> => {
    const listing = await client.ask<Listing>(path, { signal })
    const shown = await Promise.all((listing.items ?? []).map(show))
    if (shown.includes(false)) return
    const watch = `${path}${path.includes('?') ? '&' : '?'}watch=true&timeoutSeconds=300&resourceVersion=${listing.metadata.resourceVersion}`
    for await (const line of client.lines(watch, signal)) {
      const event = JSON.parse(line) as Event
      if (event.type === 'ERROR') return
      if ((event.type === 'ADDED' || event.type === 'MODIFIED') && !(await show(event.object)))
        return
    }
  }
  const forever = async (): Promise<void> => {
    while (!signal.aborted) {
      await once().catch(() => undefined)
      await pause(200, undefined, { signal }).catch(() => undefined)
    }
  }
  void forever()
}
