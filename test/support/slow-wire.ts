import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A loopback wire to a server that can be made slow, dead without a word, or cut. */
export async function slowWire(to: { port: number }) {
  const pairs = new Set<[Socket, Socket]>()
  const [dead, state] = [new WeakSet<Socket>(), { delayMs: 0, isHole: false }]
  const pass = (from: Socket, into: Socket) =>
    from.on('data', (piece: Buffer) => {
      if (state.isHole || dead.has(from)) return void dead.add(from).add(into)
      if (state.delayMs === 0) into.write(piece)
      else
        setTimeout(() => {
          if (!dead.has(from)) into.write(piece)
        }, state.delayMs)
    })
  const server = createServer((near) => {
    const far = connect(to.port, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    if (state.isHole) dead.add(near).add(far)
    pass(near, far)
    pass(far, near)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined)
      // A connection that died without a word says nothing about its end either.
      one.on('close', () => {
        pairs.delete(pair)
        if (!dead.has(one)) other.destroy()
      })
    }
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms: number) => {
      state.delayMs = ms
    },
    /** From now on nothing comes through, and nobody is told. What was open stays dead after it is mended. */
    hole() {
      state.isHole = true
      for (const [near, far] of pairs) dead.add(near).add(far)
    },
    mend() {
      state.isHole = false
    },
    close() {
      server.close()
      for (const [near, far] of pairs) {
        near.destroy()
        far.destroy()
      }
    },
  }
}
