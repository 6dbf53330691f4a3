import { connect, type DetailedPeerCertificate } from 'node:tls'
import type { Failure } from '../../../preload/contract/failures'

const LIMIT_MS = 4000

/** Adds to a failure of trust whose certificate the server showed: only its public name and issuer are read, and nothing is sent. */
export async function withIssuer(
  failure: Failure,
  {
    server,
    serverName,
    proxy,
  }: { server: string; serverName: string | undefined; proxy: string | undefined },
): Promise<Failure> {
  if (failure.code !== 'CLUSTER_UNTRUSTED' || proxy !== undefined) return failure
  const shown = await certificateOf(new URL(server), serverName)
  return shown ? { ...failure, data: { ...failure.data, ...shown } } : failure
}

function certificateOf(
  { hostname, port }: URL,
  serverName: string | undefined,
): Promise<{ issuer: string; name: string } | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    // Trust was refused already; this second look is at the certificate alone and is closed before any request.
    const socket = connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: LIMIT_MS,
      ...((serverName ?? (/[a-z]/i.test(host) && !host.includes(':')))
        ? { servername: serverName ?? host }
        : {}),
    })
    const end = (found: { issuer: string; name: string } | undefined) => {
      socket.destroy()
      resolve(found)
    }
    socket.once('secureConnect', () => end(namesIn(socket.getPeerCertificate(true))))
    socket.once('timeout', () => end(undefined))
    socket.on('error', () => end(undefined))
  })
}
function namesIn({
  issuer,
  subject,
}: DetailedPeerCertificate): { issuer: string; name: string } | undefined {
  const word = (name: typeof issuer | undefined) =>
    [name?.CN, name?.O].flat().filter(Boolean).join(', ')
  return issuer
    ? { issuer: word(issuer) || 'an authority without a name', name: word(subject) }
    : undefined
}
