import type { BrowserSession, RefusedSignIn, SessionList } from '../../../preload/contract/sessions'

/** What happened since this page began to look that a person should know of. */
export type SessionNews =
  { kind: 'signed-in'; session: BrowserSession } | { kind: 'tried-again'; refused: RefusedSignIn }

const markOf = ({ at, client }: RefusedSignIn) => `${at} ${client}`
/** Everything in a list that is no news any more. */
export const seenIn = ({ sessions, refused }: SessionList): ReadonlySet<string> =>
  new Set([...sessions.map(({ id }) => id), ...refused.map(markOf)])
/** The newest sign-in elsewhere that still lasts; else the newest try of a used address. */
export function newsOf(
  { sessions, refused }: SessionList,
  seen: ReadonlySet<string>,
): SessionNews | undefined {
  const session = sessions.findLast(({ id, own }) => !own && !seen.has(id))
  if (session) return { kind: 'signed-in', session }
  const tried = refused.find((one) => one.why === 'used' && !seen.has(markOf(one)))
  return tried && { kind: 'tried-again', refused: tried }
}
