import type { Reconnecting, Wire } from './link'

declare global {
  interface Window {
    takt?: { askForPort(): void }
  }
}

export const portWire = (port: MessagePort): Wire => ({
  send: (message) => port.postMessage(message),
  listen(onMessage) {
    // A port does not tell that its other end has gone; the shell says so with takt:lost.
    port.addEventListener('message', (event) => onMessage(event.data as never))
    port.start()
  },
})
export const socketWire = (socket: WebSocket): Wire => ({
  send: (message) => socket.send(message as string),
  listen(onMessage, onClose) {
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', (event) => onMessage(event.data as never))
    socket.addEventListener('close', onClose)
  },
})

/** Takes the port the window hands over, or opens a socket to the web host; both again and again. */
export function connectPage(connection: Reconnecting) {
  if (window.takt) listenForPort(connection, window.takt.askForPort)
  else openSocket(connection)
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
/** Goes where the shell points: a deep link, an opened file, the tray or a notification. Only addresses inside the page pass. */
export function followShell(go: (href: string) => void) {
  window.addEventListener('message', (event) => {
    if (event.source !== window) return
    const path: unknown = (event.data as { go?: unknown } | null)?.go
    if (typeof path === 'string' && INSIDE.test(path)) go(`#${path}`)
  })
}
function openSocket(connection: Reconnecting) {
  let attempt = 0
  const open = () => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`)
    socket.addEventListener('open', () => {
      attempt = 0
      connection.attach(socketWire(socket))
    })
    socket.addEventListener('close', () => setTimeout(open, Math.min(100 * 2 ** attempt++, 5_000)))
  }
  open()
}
