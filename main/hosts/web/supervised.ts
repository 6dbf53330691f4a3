import { Socket } from 'node:net'
import { ToHost, type ToSupervisor } from './supervision'

/** Where connections come from, other than a port of one's own. */
export interface Door {
  port: number
  onConnection(use: (socket: Socket) => void): void
}
export interface Supervisor {
  door: Door
  /** Whether a core before this one has died. */
  again: boolean
  ready(): void
}

/** The core's end of the line to its supervisor: waits for its word to begin; `stop` is called when it says so or is gone. */
export async function underSupervisor(stop: () => void): Promise<Supervisor> {
  const tell = (message: ToSupervisor) => process.send?.(message, () => undefined)
  const first = Promise.withResolvers<Extract<ToHost, { type: 'begin' }>>()
  let use: (socket: Socket) => void = (socket) => socket.destroy()
  process.on('message', (raw, socket) => {
    const message = ToHost.safeParse(raw).data
    if (message?.type === 'begin') first.resolve(message)
    else if (message?.type === 'stop') stop()
    else if (message?.type === 'connection') {
      tell({ type: 'taken', id: message.id })
      // A connection that was reset on its way here arrives as nothing.
      if (socket instanceof Socket) use(socket)
    }
  })
  process.on('disconnect', stop)
  const { port, again } = await first.promise
  return {
    again,
    door: {
      port,
      onConnection: (next) => {
        use = next
      },
    },
    ready: () => tell({ type: 'ready' }),
  }
}
