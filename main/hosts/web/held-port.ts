import type { ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { ToHost } from './supervision'

/** Connections held for a core that is away or busy; above that the oldest is closed, and its page tries again. */
const MOST_HELD = 256

/** A port that is never let go while cores come and go: what connects is held until a core says that it has it. */
export class HeldPort {
  readonly #held = new Map<number, Socket>()
  #core: ChildProcess | undefined
  #next = 0
  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.#hold(socket))
    // Too many open files: the next connection is taken when some are gone.
    server.on('error', () => undefined)
  }
  static open(port: number): Promise<HeldPort> {
    return new Promise((opened, failed) => {
      // Not a byte is read here, so that a core finds every connection as it came.
      const server = createServer({ pauseOnConnect: true })
      server.once('error', failed)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        server.off('error', failed)
        opened(new HeldPort(server))
      })
    })
  }
  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  #hold(socket: Socket) {
    const id = this.#next++
    this.#held.set(id, socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#held.delete(id))
    const [oldest] = this.#held.values()
    if (this.#held.size > MOST_HELD) oldest?.destroy()
    this.#hand(id, socket)
  }
  #hand(id: number, socket: Socket) {
    // Kept open on this side until the core says that it has it: one that dies on the way leaves it to the next.
    this.#core?.send(
      { type: 'connection', id } satisfies ToHost,
      socket,
      { keepOpen: true },
      () => undefined,
    )
  }
  /** A core is there, or none is. */
  use(core: ChildProcess | undefined) {
    this.#core = core
    if (core) for (const [id, socket] of this.#held) this.#hand(id, socket)
  }
  /** The core has a connection, so this side lets go of it. */
  taken(id: number) {
    this.#held.get(id)?.destroy()
  }
  close() {
    this.server.close()
    for (const socket of this.#held.values()) socket.destroy()
  }
}
