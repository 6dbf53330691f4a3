import { expect, test } from 'vitest'
import { pathOfOpenedFile, pathOfStart } from './opened-file'

test('a bundle among the arguments leads to the page that opens it', () => {
  expect(pathOfOpenedFile(['/opt/takt', '--no-sandbox', 'review 7.takt'], '/home/lena')).toBe(
    '/drift?open=%2Fhome%2Flena%2Freview%207.takt',
  )
  expect(pathOfOpenedFile(['takt', '/media/x.TAKT'], '/')).toBe('/drift?open=%2Fmedia%2Fx.TAKT')
})
test('what is no bundle leads nowhere', () => {
  expect(pathOfOpenedFile(['takt', 'takt://map', 'notes.txt', '--log=x.takt'], '/')).toBeUndefined()
})
test('a cold start by an address leads where the address says, and one by a bundle to the bundle', () => {
  expect(pathOfStart(['/opt/takt', '--no-sandbox', 'takt://settings'], '/')).toBe('/settings')
  expect(pathOfStart(['/opt/takt', 'a.takt'], '/home')).toBe('/drift?open=%2Fhome%2Fa.takt')
  expect(pathOfStart(['/opt/takt', 'takt://evil?x'], '/home')).toBeUndefined()
})
