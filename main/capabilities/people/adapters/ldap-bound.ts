import type { Socket } from 'node:net'
import type { Client } from 'ldapts'
import {
  tooLate,
  tooManyBytes,
  type AnswerLimits,
  type AnswerTooLong,
} from '../../../platform/network'

/** What a whole conversation may bring: a directory of a company, asked by page, brings a tenth. */
export const LDAP_LIMITS: AnswerLimits = { mostBytes: 64 * 2 ** 20, limitMs: 120_000 }

/** The parts of ldapts that its types hide: it gathers whatever comes until an answer ends and knows no bound, so its listener is stood in front of. */
interface Inside {
  socketDataHandler?: (data: Uint8Array) => void
  socket?: Socket
}
/** Bounds what one client hears, in bytes and time; over the limit its connection is cut. `end` when the conversation is over. */
export function boundLdap(client: Client, limits = LDAP_LIMITS) {
  const inside = client as unknown as Inside
  const passOn = inside.socketDataHandler
  if (!passOn) throw new Error('This version of ldapts cannot be bounded.')
  let bytes = 0
  let why: AnswerTooLong | undefined
  const cut = (tooLong: AnswerTooLong) => {
    why ??= tooLong
    inside.socket?.destroy(why)
  }
  const late = setTimeout(() => cut(tooLate(bytes, limits)), limits.limitMs)
  inside.socketDataHandler = (data) => {
    bytes += data.length
    const tooLong = tooManyBytes(bytes, limits)
    if (tooLong) cut(tooLong)
    else passOn(data)
  }
  return { why: () => why, end: () => clearTimeout(late) }
}
