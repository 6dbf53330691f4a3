import { createRouterClient } from '@orpc/server'
import type { Operation } from '../../../preload/contract/operations'
import type { Core } from '../../compose'
import type { ToShell } from './messages'

const ENDED: Partial<Record<Operation['state'], string>> = { done: 'is done', failed: 'failed', undone: 'was taken back' }

/** Tells the shell what it shows outside the window: lamps, addresses that may be opened, and operations that ended. */
export function relayToShell(core: Core, tell: (message: ToShell) => void, signal: AbortSignal) {
  const client = createRouterClient(core.router)
  const each = async <T>(open: () => Promise<AsyncIterable<T>>, use: (item: T) => void) => {
    try {
      for await (const item of await open()) use(item)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  let lamps = ''
  void each(() => client.flow.map({}, { signal }), ({ lamps: { stopped, called } }) => {
    if (lamps === `${stopped} ${called}`) return
    lamps = `${stopped} ${called}`
    tell({ type: 'lamps', stopped, called })
  })
  void each(() => client.environments.forwards(undefined, { signal }), (forwards) => tell({ type: 'forwards', urls: forwards.map(({ url }) => url) }))
  const running = new Set<string>()
  void each(() => client.operations.watch(undefined, { signal }), (operations) => {
    for (const { id, title, state } of operations) {
      if (state === 'running') running.add(id)
      const words = ENDED[state]
      if (words && running.delete(id)) tell({ type: 'notify', title, body: `${title} ${words}.`, path: '/map' })
    }
  })
}
