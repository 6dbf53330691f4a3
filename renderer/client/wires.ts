import { MOST_MESSAGE_BYTES } from '../../preload/contract/limits'
import { SESSION_WIRE } from '../../preload/contract/sessions'
import { hrefOf, parseAddress } from './address'
import { MessageTooLarge, type Reconnecting, type Wire } from './link'
import { takeArrival, TabSession } from './session'

declare global {
  interface Window {
    takt?: { askForPort(): void }
  }
}

export const portWire = (port: MessagePort): Wire => ({
  send: (message) => port.postMessage(message),
  listen(onMessage) {
    // A port does not tell that its other end has gone; the shell says so with takt:lost.
    port.addEventListener('message', (event) => {
      onMessage(event.data as never)
      // The core sends no more than so many that nobody has read.
      port.postMessage(1)
    })
    port.start()
  },
})
/** How much a message takes on the wire; the text is measured only where its letters do not tell already. */
const sizeOf = (message: string | Uint8Array): number =>
  typeof message !== 'string'
    ? message.byteLength
    : message.length * 3 <= MOST_MESSAGE_BYTES
      ? message.length
      : new TextEncoder().encode(message).length
export const socketWire = (socket: WebSocket): Wire => ({
  send(message) {
    // One message too large would cost the whole connection and every call in it.
    const bytes = sizeOf(message as string | Uint8Array)
    if (bytes > MOST_MESSAGE_BYTES) throw new MessageTooLarge(bytes)
    socket.send(message as string)
  },
  listen(onMessage, onClose) {
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', (event) => onMessage(event.data as never))
    socket.addEventListener('close', onClose)
  },
  close: () => socket.close(),
})

/** Whether this page came from the web host: the desktop's window is its own way in and has no sessions. */
export const isInBrowser = typeof window !== 'undefined' && window.takt === undefined
/** Takes the port the window hands over, or opens a socket to the web host; both again and again. */
export function connectPage(connection: Reconnecting): TabSession | undefined {
  if (window.takt) {
    listenForPort(connection, window.takt.askForPort)
    return undefined
  }
  const session = new TabSession({
    storage: sessionStorage,
    channel: new BroadcastChannel('takt.session'),
    fetch: (...asked) => fetch(...asked),
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
  void session.begin(takeArrival())
  void openSocket(connection, session)
  return session
}
function listenForPort(connection: Reconnecting, ask: () => void) {
  window.addEventListener('message', (event) => {
    if (event.source !== window) return
    const [port] = event.ports
    if (event.data === 'takt:port' && port) connection.attach(portWire(port))
    if (event.data === 'takt:lost') connection.lose()
  })
  ask()
}
// Every letter that encodeURIComponent and URLSearchParams leave as it is, and what joins them.
const INSIDE = /^\/[-\w.~%/]*(\?[-\w.~%!'()*+=&]*)?$/
/**
 * Goes where the shell points: a deep link, the tray or a notification. Only addresses inside the page pass. A file that a person opened on the
 * desktop is handed over: in an address, which anybody can write, it would be asked about.
 */
export function followShell(go: (href: string) => void, hand: (file: { path: string }) => void) {
  window.addEventListener('message', (event) => {
    if (event.source !== window) return
    const pointed: unknown = (event.data as { go?: unknown } | null)?.go
    if (typeof pointed !== 'string' || !INSIDE.test(pointed)) return
    const { path, query } = parseAddress(pointed)
    const file = query.get('open')
    query.delete('open')
    go(hrefOf(path, Object.fromEntries(query)))
    if (file !== null) hand({ path: file })
  })
}
const LONGEST_PAUSE_MS = 5_000
/** A connection that is neither taken nor refused in this time is given up and tried anew. */
const CONNECTING_MS = 10_000
/** One socket after another for as long as the page lives; none while nobody is signed in. */
async function openSocket(connection: Reconnecting, session: TabSession) {
  const address = `${location.origin.replace(/^http/, 'ws')}${SESSION_WIRE.path}`
  for (let attempt = 0; ; attempt++) {
    const socket = new WebSocket(address, await session.offered())
    const late = setTimeout(() => socket.close(), CONNECTING_MS)
    socket.addEventListener('open', () => {
      clearTimeout(late)
      attempt = 0
      connection.attach(socketWire(socket))
    })
    const { code } = await new Promise<CloseEvent>((closed) => {
      socket.addEventListener('close', closed)
    })
    clearTimeout(late)
    if (code === SESSION_WIRE.ended) await session.end()
    else {
      await session.check()
      await new Promise((done) => setTimeout(done, Math.min(100 * 2 ** attempt, LONGEST_PAUSE_MS)))
    }
  }
}
