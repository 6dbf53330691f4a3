import { createRouterClient } from '@orpc/server'
import type { Operation } from '../../../preload/contract/operations'
import type { Core } from '../../compose'
import type { Clock } from '../../kernel/clock'
import type { ToShell } from './messages'

const ENDED: Partial<Record<Operation['state'], string>> = {
  done: 'is done',
  failed: 'failed',
  undone: 'was taken back',
}

const AGAIN_AFTER_MS = 5_000

/** Tells the shell what it shows outside the window: lamps, addresses that may be opened, and operations that ended. */
export function relayToShell(
  core: Core,
  tell: (message: ToShell) => void,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
) {
  const client = createRouterClient(core.router)
  // A stream that fails, for want of a home site or a connection, is asked for again: the window has its own and says why.
  const each = async <T>(open: () => Promise<AsyncIterable<T>>, use: (item: T) => void) => {
    while (!signal.aborted) {
      try {
        for await (const item of await open()) use(item)
      } catch {
        await clock.sleep(AGAIN_AFTER_MS, signal).catch(() => undefined)
      }
    }
  }
  let lamps = ''
  void each(
    () => client.flow.map({}, { signal }),
    ({ lamps: { stopped, called } }) => {
      if (lamps === `${stopped} ${called}`) return
      lamps = `${stopped} ${called}`
      tell({ type: 'lamps', stopped, called })
    },
  )
  // Notebooks and ports of pods and services come by two streams; the shell knows one list.
  const open = { notebooks: [] as string[], ports: [] as string[] }
  const tellOpen = (change: Partial<typeof open>) => {
    Object.assign(open, change)
    tell({ type: 'forwards', urls: [...open.notebooks, ...open.ports] })
  }
  void each(
    () => client.environments.forwards(undefined, { signal }),
    (forwards) => tellOpen({ notebooks: forwards.map(({ url }) => url) }),
  )
  void each(
    () => client.objects.forwards(undefined, { signal }),
    (forwards) => tellOpen({ ports: forwards.map(({ url }) => url) }),
  )
  const running = new Set<string>()
  void each(
    () => client.operations.watch(undefined, { signal }),
    (operations) => {
      for (const { id, title, state } of operations) {
        if (state === 'running') running.add(id)
        const words = ENDED[state]
        if (words && running.delete(id))
          tell({ type: 'notify', title, body: `${title} ${words}.`, path: '/map' })
      }
    },
  )
}
