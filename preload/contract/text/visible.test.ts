import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unseenIn, visibleJson, visibleLine, visibleText } from './visible'

test.each([
  [
    'an escape that sets the clipboard',
    '\u001b]52;c;ZXZpbA==\u0007',
    '<U+001B>]52;c;ZXZpbA==<U+0007>',
  ],
  ['the one-letter form of an escape', '\u009b31m', '<U+009B>31m'],
  ['a text turned around', 'gpj.\u202eexe', 'gpj.<U+202E>exe'],
  ['what has no width', 'kube\u200b\ufeffconfig', 'kube<U+200B><U+FEFF>config'],
  ['letters that only machines read', 'a\u{e0041}b', 'a<U+E0041>b'],
  ['half a letter', 'a\ud800b', 'a<U+D800>b'],
  ['a line end, in a line', 'a\r\nb\tc', 'a<U+000D><U+000A>b<U+0009>c'],
  ['names of people', 'Åsa Lindqvist 李 می‌خواهم 👩‍💻', 'Åsa Lindqvist 李 می‌خواهم 👩‍💻'],
])('%s', (_what, text, seen) => expect(visibleLine(text)).toBe(seen))
test('text of several lines keeps its lines and tabs, and nothing else that acts', () => {
  expect(visibleText('a\r\n\tb\u001bc\rd')).toBe('a\n\tb<U+001B>c<U+000D>d')
  expect(unseenIn('a\u001bb\u202e')).toBe(2)
})
test('escaped JSON means the same and holds nothing that acts', () =>
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const shown = visibleJson(JSON.stringify(texts))
      expect(JSON.parse(shown)).toEqual(texts)
      expect(unseenIn(shown)).toBe(0)
    }),
    { numRuns: 500 },
  ))
