import { expect, test } from 'vitest'
import { WebSession } from './session'

test('a token is spent once, and only as it was issued', () => {
  const session = new WebSession()
  const token = session.issueToken()
  expect(session.spend(`${token}x`)).toBe(false)
  expect(session.spend('')).toBe(false)
  expect(session.spend(token)).toBe(true)
  expect(session.spend(token)).toBe(false)
})
test('each token is its own, and one that is spent leaves the others', () => {
  const session = new WebSession()
  const [first, second] = [session.issueToken(), session.issueToken()]
  expect(first).not.toBe(second)
  expect(session.spend(first)).toBe(true)
  expect(session.spend(second)).toBe(true)
})
test('the cookie is known exactly, and no cookie is not', () => {
  const session = new WebSession()
  expect(session.knows(session.cookie)).toBe(true)
  expect(session.knows(undefined)).toBe(false)
  expect(session.knows(new WebSession().cookie)).toBe(false)
})
