/** The part of a socket that reading a request's head takes. */
export interface Incoming {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  once(event: 'close', listener: () => void): unknown
  pause(): unknown
  resume(): unknown
}
export const HOST_LIMIT = 16_384
const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)
const looksLikeHttp = (head: string) =>
  /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI) /.test(head)

/** Reads until the head of a request is whole, or what comes is no HTTP; answers everything read so far. */
export function wholeHead(socket: Incoming, limit: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    let all = new Uint8Array(0)
    const finish = () => {
      socket.off('data', take)
      socket.pause()
      resolve(all)
    }
    const take = (chunk: Uint8Array) => {
      const joined = new Uint8Array(all.length + chunk.length)
      joined.set(all)
      joined.set(chunk, all.length)
      all = joined
      const head = text(all)
      if (
        head.includes('\r\n\r\n') ||
        all.length >= limit ||
        (all.length >= 8 && !looksLikeHttp(head))
      )
        finish()
    }
    socket.on('data', take)
    socket.once('close', finish)
  })
}

/**
 * Whether a request names another host than this very forward: a page of another site that made its own name point at loopback must not
 * reach into a notebook.
 */
export function isForeign(head: Uint8Array, port: number): boolean {
  const lines = text(head)
  if (!looksLikeHttp(lines)) return false
  const host = /\r\nhost:[ \t]*([^\r\n]*?)[ \t]*\r\n/i.exec(lines)?.[1]?.toLowerCase()
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${String(port)}`)
  if (host === undefined || !own.includes(host)) return true
  const origin = /\r\norigin:[ \t]*([^\r\n]*?)[ \t]*\r\n/i.exec(lines)?.[1]?.toLowerCase()
  return (
    origin !== undefined && origin !== 'null' && !own.some((name) => origin === `http://${name}`)
  )
}
