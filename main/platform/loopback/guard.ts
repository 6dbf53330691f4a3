/** The part of a socket that reading a request's head takes. */
export interface Incoming {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  once(event: 'close', listener: () => void): unknown
  pause(): unknown
  resume(): unknown
}
/** What a head may be long; a longer one is refused, for what it says at its end would not have been looked at. */
export const HOST_LIMIT = 65_536
/** The name and port of one forward. */
export interface ForwardName {
  host: string
  port: number
}
const END = '\r\n\r\n'
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
      if (head.includes(END) || all.length >= limit || (all.length >= 8 && !looksLikeHttp(head)))
        finish()
    }
    socket.on('data', take)
    socket.once('close', finish)
  })
}

/** What the head of a request says of where it is meant to go and who sends it. */
interface Sender {
  host: string | undefined
  origin: string | undefined
  isBrowser: boolean
}
const headerOf = (head: string, name: string) =>
  new RegExp(`\\r\\n${name}:[ \\t]*([^\\r\\n]*?)[ \\t]*\\r\\n`, 'i').exec(head)?.[1]?.toLowerCase()
const senderOf = (head: string): Sender => ({
  host: headerOf(head, 'host'),
  origin: headerOf(head, 'origin'),
  // Every browser of these years says where a request comes from; those before call themselves Mozilla.
  isBrowser:
    headerOf(head, 'sec-fetch-site') !== undefined ||
    headerOf(head, 'user-agent')?.startsWith('mozilla/') === true,
})
const PLAIN = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Why a request may not enter a forward: it names another host, or comes from a page of another origin, `null` among them. A browser enters under the forward's
 * own name only, for cookies do not know ports; programs, which keep no cookies and know no such names, may say 127.0.0.1.
 */
export function refusalAt(
  head: Uint8Array,
  { host: own, port }: ForwardName,
): 'foreign' | 'browser-needs-name' | undefined {
  const lines = text(head)
  if (!looksLikeHttp(lines)) return undefined
  const end = lines.indexOf(END)
  if (end === -1) return 'foreign'
  const { host, origin, isBrowser } = senderOf(lines.slice(0, end + 2))
  const isPlain = PLAIN.some((name) => host === `${name}:${String(port)}`)
  if (isPlain && origin === undefined) return isBrowser ? 'browser-needs-name' : undefined
  if (host !== `${own}:${String(port)}`) return 'foreign'
  return origin === undefined || origin === `http://${host}` ? undefined : 'foreign'
}
/**
 * The beginning of a connection as it is passed on: a browser's connection carries one request. It would send those of other pages over one that is
 * open, and only the first of a connection is looked at.
 */
export function passedOn(head: Uint8Array): Uint8Array {
  const lines = text(head)
  const end = lines.indexOf(END)
  if (!looksLikeHttp(lines) || end === -1) return head
  const asked = lines.slice(0, end + 2)
  if (!senderOf(asked).isBrowser || headerOf(asked, 'upgrade') !== undefined) return head
  const once = `${asked.replaceAll(/\r\nconnection:[^\r\n]*(?=\r\n)/gi, '')}Connection: close\r\n\r\n`
  const body = head.subarray(end + END.length)
  const joined = new Uint8Array(once.length + body.length)
  // Each letter of such a text is one byte, as it was read.
  joined.set(Uint8Array.from(once, (letter) => letter.charCodeAt(0)))
  joined.set(body, once.length)
  return joined
}
/** The answer to a request that may not enter: to whoever named a plain address, where to go instead. */
export function refusalAnswer(
  why: 'foreign' | 'browser-needs-name',
  { host, port }: ForwardName,
): string {
  const says =
    why === 'foreign'
      ? 'Refused.\n'
      : `Open http://${host}:${String(port)}/ instead: under a name of its own a page keeps its cookies to itself.\n`
  return [
    'HTTP/1.1 421 Misdirected Request',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${String(says.length)}`,
    'connection: close',
    '',
    says,
  ].join('\r\n')
}
