import type { Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import type { Clock } from '../../kernel/clock'
import {
  HOST_LIMIT,
  passedOn,
  refusalAnswer,
  refusalAt,
  type ForwardName,
} from '../../platform/loopback'
import { firstBytes } from './domain/targets'
import type { PodsBehind } from './pods-behind'

const TRIES = 60
const PAUSE_MS = 500

interface Carrying {
  pods: PodsBehind
  clock: Clock
  name(): ForwardName
}
/** Carries one connection to the pod of now; while none is ready the caller waits, at most half a minute. */
export async function carry(socket: Socket, { pods, clock, name }: Carrying): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  for (let tries = 0; tries < TRIES && !socket.destroyed; tries++) {
    const stream = await pods.reach(gone.signal).catch(() => undefined)
    if (stream?.ok) return join(socket, stream.value, name())
    await clock.sleep(PAUSE_MS, gone.signal).catch(() => undefined)
  }
  socket.destroy()
}

/** The pod may speak first; what the caller says first is looked at, for a page of another site must not reach in by a name of its own. */
function join(socket: Socket, stream: Duplex, name: ForwardName): void {
  let refused = false
  stream.pipe(socket)
  stream.once('error', () => {
    if (!refused) socket.destroy()
  })
  let head = Buffer.alloc(0)
  const take = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const what = firstBytes(head.toString('latin1'), HOST_LIMIT)
    if (what === 'more') return
    socket.off('data', take)
    socket.pause()
    const refusal = what === 'http' ? refusalAt(head, name) : undefined
    if (refusal) {
      refused = true
      stream.unpipe(socket)
      stream.destroy()
      socket.end(refusalAnswer(refusal, name))
      return
    }
    stream.write(passedOn(head))
    pipeline(socket, stream, () => undefined)
  }
  socket.on('data', take)
  socket.once('end', () => {
    if (socket.listeners('data').includes(take)) stream.end(head)
  })
  socket.once('close', () => stream.destroy())
}
