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

/** What a request says of where it is meant to go and who sends it. */
interface Sender {
  host: string | undefined
  origin: string | undefined
  isBrowser: boolean
}
type Header = (name: string) => string | undefined
const senderOf = (header: Header): Sender => ({
  host: header('host')?.toLowerCase(),
  origin: header('origin')?.toLowerCase(),
  // Every browser of these years says where a request comes from; those before call themselves Mozilla.
  isBrowser:
    header('sec-fetch-site') !== undefined ||
    header('user-agent')?.toLowerCase().startsWith('mozilla/') === true,
})
/** The headers of a head that came whole; undefined where it is not, or is no HTTP. */
function headersIn(head: Uint8Array): Header | undefined {
  const lines = text(head)
  const end = lines.indexOf(END)
  if (!looksLikeHttp(lines) || end === -1) return undefined
  const asked = lines.slice(0, end + 2)
  return (name) =>
    new RegExp(`\\r\\n${name}:[ \\t]*([^\\r\\n]*?)[ \\t]*\\r\\n`, 'i').exec(asked)?.[1]
}
/** Whether a browser sends this, which would send requests of other pages over the same connection. */
export function isFromBrowser(head: Uint8Array): boolean {
  const header = headersIn(head)
  return header !== undefined && senderOf(header).isBrowser
}
const PLAIN = ['127.0.0.1', 'localhost', '[::1]']

export type ForwardRefusal = 'foreign' | 'browser-needs-name'
/** Why what begins like this may not enter a forward; what is no HTTP may. */
export function refusalAt(head: Uint8Array, name: ForwardName): ForwardRefusal | undefined {
  if (!looksLikeHttp(text(head))) return undefined
  const header = headersIn(head)
  return header ? refusalOf(header, name) : 'foreign'
}
/**
 * Why a request may not enter a forward: it names another host, or comes from a page of another origin, `null` among them. A browser enters under the forward's
 * own name only, for cookies do not know ports; programs, which keep no cookies and know no such names, may say 127.0.0.1.
 */
export function refusalOf(
  header: Header,
  { host: own, port }: ForwardName,
): ForwardRefusal | undefined {
  const { host, origin, isBrowser } = senderOf(header)
  const isPlain = PLAIN.some((name) => host === `${name}:${String(port)}`)
  if (isPlain && origin === undefined) return isBrowser ? 'browser-needs-name' : undefined
  if (host !== `${own}:${String(port)}`) return 'foreign'
  return origin === undefined || origin === `http://${host}` ? undefined : 'foreign'
}
/** What a request that may not enter is told: whoever named a plain address, where to go instead. */
export const refusalSays = (why: ForwardRefusal, { host, port }: ForwardName): string =>
  why === 'foreign'
    ? 'Refused.\n'
    : `Open http://${host}:${String(port)}/ instead: under a name of its own a page keeps its cookies to itself.\n`
/** The same as a whole answer that ends its connection. */
export function refusalAnswer(why: ForwardRefusal, name: ForwardName): string {
  const says = refusalSays(why, name)
  return [
    'HTTP/1.1 421 Misdirected Request',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${String(says.length)}`,
    'connection: close',
    '',
    says,
  ].join('\r\n')
}
