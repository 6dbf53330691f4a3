import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followShell } from './wires'

const page = new EventTarget()
let gone: string[] = [],
  handed: string[] = []
const follow = () =>
  followShell(
    (href) => {
      gone.push(href)
    },
    ({ path }) => {
      handed.push(path)
    },
  )
beforeEach(() => {
  gone = []
  handed = []
  vi.stubGlobal('window', page)
})
afterEach(() => {
  vi.unstubAllGlobals()
})
const say = (data: unknown, source: unknown = page) => {
  page.dispatchEvent(Object.assign(new Event('message'), { data, source }))
}

test('goes where the shell points, with all that the address says', () => {
  follow()
  say({ go: '/line/voice' })
  say({ go: '/' })
  const file = '/home/lena/Ålesund & co/review (7) 100%.takt'
  say({ go: `/drift?open=${encodeURIComponent(file)}` })
  say({ go: '/drift?model=a' })
  // The file goes by hand: in the address it would be asked about, as what anybody can write there.
  expect(gone).toEqual(['#/line/voice', '#/', '#/drift', '#/drift?model=a'])
  expect(handed).toEqual([file])
})
test('goes nowhere outside the page, nor for anybody else', () => {
  follow()
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
  expect([...gone, ...handed]).toEqual([])
})
