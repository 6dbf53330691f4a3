import { expect, test } from 'vitest'
import { pathOfOpenedFile } from './opened-file'

test('a bundle among the arguments leads to the page that opens it', () => {
  expect(pathOfOpenedFile(['/opt/takt', '--no-sandbox', 'review 7.takt'], '/home/lena')).toBe(
    '/drift?open=%2Fhome%2Flena%2Freview%207.takt',
  )
  expect(pathOfOpenedFile(['takt', '/media/x.TAKT'], '/')).toBe('/drift?open=%2Fmedia%2Fx.TAKT')
})
test('what is no bundle leads nowhere', () => {
  expect(pathOfOpenedFile(['takt', 'takt://map', 'notes.txt', '--log=x.takt'], '/')).toBeUndefined()
})
