import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'

/** Why a one-time address does not let anybody in. */
export const TokenRefusal = z.enum(['used', 'expired', 'replaced', 'unknown'])
export type TokenRefusal = z.infer<typeof TokenRefusal>

export const BrowserSession = z.object({
  id: z.string(),
  client: z.string().describe('The browser as it calls itself'),
  own: z.boolean().describe('Whether this very caller asks through it'),
  begunAt: Timestamp,
  endsAt: Timestamp,
  seenAt: Timestamp.describe('When a page of it was last connected'),
  tabs: z.number().int().describe('Pages that are connected now'),
})
export type BrowserSession = z.infer<typeof BrowserSession>

/** An address that was tried and let nobody in. */
export const RefusedSignIn = z.object({
  at: Timestamp,
  why: TokenRefusal,
  client: z.string(),
  usedAt: Timestamp.optional().describe('When the same address was used before'),
})
export type RefusedSignIn = z.infer<typeof RefusedSignIn>

export const SessionList = z.object({
  sessions: z.array(BrowserSession),
  refused: z.array(RefusedSignIn).describe('The newest attempts that were refused, newest first'),
})
export type SessionList = z.infer<typeof SessionList>

export const sessions = {
  watch: entry
    .meta({ says: 'The browser sessions of this host and refused sign-ins, after each change.' })
    .output(eventIterator(SessionList)),
  list: entry
    .meta({ says: 'The browser sessions of this host and refused sign-ins.' })
    .output(SessionList),
  end: entry
    .meta({ says: 'Ends a session: its pages are cut off at once and have to sign in again.' })
    .input(z.object({ id: z.string().max(64) }))
    .output(z.object({})),
  endOthers: entry
    .meta({ says: 'Ends every session but the one that asks.' })
    .output(z.object({ ended: z.number().int() })),
}

/** How page and web host speak of a session: a page can set no header on an upgrade, but name protocols. */
export const SESSION_WIRE = {
  path: '/rpc',
  /** Where a token is exchanged (POST) and a session asked after (GET). */
  signInPath: '/session',
  protocol: 'takt.rpc',
  /** Comes before the session's token in the list of protocols; never answered. */
  tokenPrefix: 'takt.session.',
  /** The close code of a socket whose session has ended. */
  ended: 4401,
} as const
export const SignInRequest = z.object({ token: z.string().max(200) })
export const SignInAnswer = z.union([
  z.object({ session: z.string() }),
  z.object({ why: TokenRefusal, usedAt: Timestamp.optional() }),
])
export type SignInAnswer = z.infer<typeof SignInAnswer>
