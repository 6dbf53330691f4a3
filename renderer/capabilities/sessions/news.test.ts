import { expect, test } from 'vitest'
import type { BrowserSession, RefusedSignIn } from '../../../preload/contract/sessions'
import { newsOf, seenIn } from './news'

const AT = '2026-11-18T14:32:00Z'
const session = (id: string, own = false): BrowserSession => ({
  id,
  own,
  client: 'Firefox 145',
  begunAt: AT,
  endsAt: AT,
  seenAt: AT,
  tabs: 1,
})
const tried = (why: RefusedSignIn['why'], at = AT): RefusedSignIn => ({ at, why, client: 'curl/8' })

test('who was there when the page came is no news, nor is the page itself', () => {
  const list = { sessions: [session('a', true), session('b')], refused: [tried('used')] }
  expect(newsOf(list, seenIn(list))).toBeUndefined()
  expect(newsOf({ sessions: [session('a', true)], refused: [] }, new Set())).toBeUndefined()
})
test('the newest sign-in elsewhere comes first, then a used address that was tried; a wrong one is no news', () => {
  const seen = seenIn({ sessions: [session('a', true)], refused: [] })
  const sessions = [session('a', true), session('b'), session('c')]
  expect(newsOf({ sessions, refused: [tried('used')] }, seen)).toMatchObject({
    session: { id: 'c' },
  })
  const refused = [tried('unknown'), tried('used')]
  expect(newsOf({ sessions: sessions.slice(0, 1), refused }, seen)).toMatchObject({
    kind: 'tried-again',
  })
  expect(
    newsOf({ sessions: sessions.slice(0, 1), refused: [tried('expired')] }, seen),
  ).toBeUndefined()
})
