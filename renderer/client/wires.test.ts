import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseAddress } from './address'
import { followShell } from './wires'

const page = new EventTarget()
let gone: string[] = []
beforeEach(() => {
  gone = []
  vi.stubGlobal('window', page)
})
afterEach(() => {
  vi.unstubAllGlobals()
})
const say = (data: unknown, source: unknown = page) => {
  page.dispatchEvent(Object.assign(new Event('message'), { data, source }))
}

test('goes where the shell points, with all that the address says', () => {
  followShell((href) => {
    gone.push(href)
  })
  say({ go: '/line/voice' })
  say({ go: '/' })
  const file = '/home/lena/Ålesund & co/review (7) 100%.takt'
  say({ go: `/drift?open=${encodeURIComponent(file)}` })
  expect(gone.slice(0, 2)).toEqual(['#/line/voice', '#/'])
  const { path, query } = parseAddress(gone[2] ?? '')
  expect([path, query.get('open')]).toEqual([['drift'], file])
})
test('goes nowhere outside the page, nor for anybody else', () => {
  followShell((href) => {
    gone.push(href)
  })
  for (const go of [
    'https://example.org',
    'drift',
    'javascript:alert(1)',
    '/drift?open=<script>',
    '/a b',
    '/drift#x',
    '/drift?a?b',
    7,
    null,
  ])
    say({ go })
  say({ go: '/drift' }, {})
  for (const data of [null, 'takt:port', {}]) say(data)
  expect(gone).toEqual([])
})
