import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../kernel/clock'
import {
  HOST_LIMIT,
  isFromBrowser,
  refusalAnswer,
  refusalAt,
  type BrowserProxy,
  type ForwardName,
} from '../../platform/loopback'
import { tunnel } from '../../platform/streams/tunnel'
import { firstBytes } from './domain/targets'
import type { PodsBehind } from './pods-behind'

const TRIES = 60
const PAUSE_MS = 500

interface Carrying {
  pods: PodsBehind
  clock: Clock
  proxy: BrowserProxy
  name(): ForwardName
}
/** A connection to the pod of now; while none is ready it is waited for, at most half a minute. */
export async function reachInTime(
  { pods, clock }: Pick<Carrying, 'pods' | 'clock'>,
  signal: AbortSignal,
): Promise<Duplex | undefined> {
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    const stream = await pods.reach(signal).catch(() => undefined)
    if (stream?.ok) return stream.value
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined)
  }
  return undefined
}
/** Carries one connection to the pod of now. */
export async function carry(socket: Socket, carrying: Carrying): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  const stream = await reachInTime(carrying, gone.signal)
  if (stream && !socket.destroyed) join(socket, stream, carrying)
  else {
    stream?.destroy()
    socket.destroy()
  }
}

/** The pod may speak first; what the caller says first is looked at, for a page of another site must not reach in by a name of its own. */
function join(socket: Socket, stream: Duplex, { name, proxy }: Carrying): void {
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
    stream.unpipe(socket)
    const refusal = what === 'http' ? refusalAt(head, name()) : undefined
    if (refusal) {
      refused = true
      stream.destroy()
      socket.end(refusalAnswer(refusal, name()))
      return
    }
    if (isFromBrowser(head)) return proxy.take(socket, head, stream)
    stream.write(head)
    tunnel(socket, stream)
  }
  socket.on('data', take)
  socket.once('end', () => {
    if (socket.listeners('data').includes(take)) stream.end(head)
  })
  socket.once('close', () => stream.destroy())
}
