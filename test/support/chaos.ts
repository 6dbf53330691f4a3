import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A TCP connection's way through loopback that a test can spoil: everything passes untouched until it is told otherwise. */
export interface Chaos {
  port: number
  /** The same address as the target's, with the port of this way. */
  url(original: string): string
  /** Connections that are open now, and all there ever were. */
  open(): number
  opened(): number
  /** Nothing goes through any more and nobody is told: neither open connections nor new ones. */
  blackhole(on: boolean): void
  /** Connections that are open now go silent for good, as after a sleep; new ones work. */
  silence(): void
  /** Each piece arrives this much later, in both directions. */
  delay(ms: number): void
  /** Ends every open connection at once. */
  cut(): void
  /** New connections are refused, as where nothing listens. */
  refuse(on: boolean): Promise<void>
  close(): Promise<void>
}
interface Pair {
  near: Socket
  far: Socket
  silent: boolean
}

/** Opens a way to the target. */
export async function startChaos(target: string): Promise<Chaos> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<Pair>()
  let [holds, late, all] = [false, 0, 0]

  function carry(pair: Pair, from: Socket, to: Socket): void {
    // Pieces keep their order: timers of the same length end in the order they began.
    const pass = (piece: Buffer): void => {
      if (!holds && !pair.silent && !to.destroyed) to.write(piece)
    }
    from.on('data', (piece) => {
      if (holds || pair.silent) return
      if (late === 0) pass(piece)
      else setTimeout(pass, late, piece)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      pairs.delete(pair)
      // Where nothing passes, an end does not pass either.
      if (!holds && !pair.silent) to.destroy()
    })
  }
  const server = createServer((near) => {
    all++
    const pair: Pair = { near, far: connect(Number(port), hostname), silent: false }
    pairs.add(pair)
    carry(pair, near, pair.far)
    carry(pair, pair.far, near)
  })
  const listen = (at: number): Promise<void> =>
    new Promise((ready, failed) => server.once('error', failed).listen(at, '127.0.0.1', ready))
  await listen(0)
  const own = (server.address() as AddressInfo).port
  const cut = (): void => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
    pairs.clear()
  }
  return {
    port: own,
    url: (original) =>
      Object.assign(new URL(original), { port: String(own) })
        .toString()
        .replace(/\/$/, ''),
    open: () => pairs.size,
    opened: () => all,
    blackhole: (on) => {
      holds = on
    },
    silence: () => {
      for (const pair of pairs) pair.silent = true
    },
    delay: (ms) => {
      late = ms
    },
    cut,
    async refuse(on) {
      if (!on) return listen(own)
      const closed = new Promise<void>((done) => server.close(() => done()))
      cut()
      await closed
    },
    close: () =>
      new Promise((done) => {
        holds = false
        server.close(() => done())
        cut()
      }),
  }
}
