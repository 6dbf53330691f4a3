import { afterEach, expect, test } from 'vitest'
import { endlessServer } from '../../../test/support/endless'
import {
  AnswerTooLong,
  bounded,
  boundedResponse,
  boundedText,
  boundOfPages,
  whyTooLong,
} from './bounded'

const undo: (() => unknown)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
const endless = async (every?: number) => {
  const made = await endlessServer(every === undefined ? {} : { everyMs: every })
  undo.push(made.close)
  return made
}

test('an answer that never ends is let go after as much as is read, and says how much that was', async () => {
  const { world, url } = await endless()
  const answer = await fetch(url)
  await expect(boundedResponse(answer, { mostBytes: 2 ** 21, limitMs: 60_000 })).rejects.toThrow(
    'did not end after 2 MB, and at most 2 MB are read',
  )
  await expect.poll(() => world.open).toBe(0)
  expect(world.sent).toBeLessThan(2 ** 25)
})

test('an answer that drips is let go after its time', async () => {
  const { world, url } = await endless(5)
  const answer = await fetch(url)
  await expect(boundedResponse(answer, { mostBytes: 2 ** 21, limitMs: 100 })).rejects.toThrow(
    'did not end within 0 s; 0 MB came until then',
  )
  await expect.poll(() => world.open).toBe(0)
})

test('an answer that stops without an end is let go after its time', async () => {
  const silent = (async function* () {
    yield Buffer.from('a')
    await new Promise(() => undefined)
  })()
  await expect(boundedText(silent, { mostBytes: 10, limitMs: 50 })).rejects.toMatchObject({
    code: 'ANSWER_TOO_LONG',
  })
})

test('an answer that ends is whole, and its beginning is heard first', async () => {
  const heard: string[] = []
  const body = (async function* () {
    yield Buffer.from('grü')
    yield Buffer.from('ße')
  })()
  expect(
    await boundedText(body, { mostBytes: 100, limitMs: 1000 }, (text) => heard.push(text)),
  ).toBe('grüße')
  expect(heard).toHaveLength(1)
})

test('who stops reading lets the connection go', async () => {
  const { world, url } = await endless()
  const { body } = await fetch(url)
  if (!body) throw new Error('no body')
  for await (const _piece of bounded(body, { mostBytes: 2 ** 30, limitMs: 60_000 })) break
  await expect.poll(() => world.open).toBe(0)
})

test('a listing that leads back to itself, or has more pages than any, is given up with its count', () => {
  const [same, many] = [boundOfPages(), boundOfPages(3)]
  same(undefined)
  same('a')
  expect(() => same('a')).toThrow('its list did not end after 2 pages')
  for (const cursor of [undefined, { key: 'a' }, { key: 'b' }]) many(cursor)
  expect(() => many({ key: 'c' })).toThrow('its list did not end after 3 pages')
})
test('what libraries make of it on the way does not hide why', () => {
  const passedOn = new Error('Deserialization error', { cause: new AnswerTooLong('too long') })
  expect([whyTooLong(passedOn), whyTooLong(new Error('other'))]).toEqual(['too long', undefined])
})
