// Loaded before a program: every attempt to reach anything by socket or name is refused and written down. Listening stays possible.
import { appendFileSync } from 'node:fs'
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

const refuse = (what, rest) => {
  appendFileSync(process.env.TAKT_TEST_ATTEMPTS, `${what} ${JSON.stringify(rest[0])}\n`)
  throw Object.assign(new Error(`${what} is refused`), { code: 'ENETUNREACH' })
}
net.Socket.prototype.connect = (...rest) => refuse('connect', rest)
dgram.Socket.prototype.send = (...rest) => refuse('send', rest)
const lookup = dns.lookup
// Whoever listens looks up its own address, which asks nobody.
dns.lookup = (...rest) => (net.isIP(rest[0]) ? lookup(...rest) : refuse('lookup', rest))
