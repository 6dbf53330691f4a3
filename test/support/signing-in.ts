import { WebSocket } from 'ws'
import type { WebHost } from '../../main/hosts/web/host'
import { SESSION_WIRE } from '../../preload/contract/sessions'

type Place = Pick<WebHost, 'origin'>
export const tokenOf = (address: string) => new URL(address).searchParams.get('token') ?? ''

/** Posts a token at the page's door, as the page does. */
export const postToken = ({ origin }: Place, token: string, headers: Record<string, string> = {}) =>
  fetch(`${origin}${SESSION_WIRE.signInPath}`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  })
/** Exchanges a new address for a session. */
export async function signIn(host: WebHost): Promise<string> {
  const answer = await postToken(host, tokenOf(host.address()))
  return ((await answer.json()) as { session: string }).session
}
export const offer = (session: string) => [
  SESSION_WIRE.protocol,
  `${SESSION_WIRE.tokenPrefix}${session}`,
]
interface Knock {
  protocols?: string[]
  headers?: Record<string, string>
  path?: string
}
/** Opens the page's socket with a session. */
export const openSocket = ({ origin }: Place, session: string) =>
  new WebSocket(`${origin.replace('http', 'ws')}${SESSION_WIRE.path}`, offer(session), {
    headers: { origin },
  })
/** The status with which an upgrade is answered; 101 where it is let in. */
export const knock = (
  { origin }: Place,
  { protocols = [], headers = {}, path = SESSION_WIRE.path }: Knock,
) =>
  new Promise<number>((answer) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, protocols, {
      headers: { origin, ...headers },
    })
    socket.on('unexpected-response', (_request, response) => answer(response.statusCode ?? 0))
    socket.on('open', () => {
      socket.close()
      answer(101)
    })
    // A refusal is told by the response; what follows it on the socket is no news.
    socket.on('error', () => {})
  })
