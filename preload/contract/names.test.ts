import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Name } from './common'
import { nameFrom } from './names'

test.each([
  ['Is this a live voice?', 'is-this-a-live-voice'],
  ['Ærlig stemme', 'aerlig-stemme'],
  ['Kreditprüfung Straße', 'kreditprufung-strasse'],
  ['Kreditpru\u0308fung', 'kreditprufung'],
  ['你好，世界', 'ni-hao-shi-jie'],
  ['Привет мир', 'privet-mir'],
  ['  --a  b--  ', 'a-b'],
  ['🚀', ''],
  ['\u0301\u0308', ''],
  ['   ', ''],
])('%j becomes %j', (text, name) => {
  expect(nameFrom(text)).toBe(name)
})
test('whatever is written, the name is a DNS label or nothing', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 1, max: 63 }),
      (text, most) => {
        const name = nameFrom(text, most)
        return name === '' || (name.length <= most && Name.safeParse(name).success)
      },
    ),
    { seed: 7, numRuns: 500 },
  )
})
