import { expect, test } from 'vitest'
import { duplicateFields } from './duplicates'

test.each<[text: string, want: string[]]>([
  ['{"a":1,"b":{"a":2}}', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"spec":{"x":[{"k":1,"k":2}],"x":3}}', ['spec.x[0].k', 'spec.x']],
  ['{"a":"x,\\"a\\":1","b":[1,[{"c":1}]]}', []],
  ['[]', []],
])('%s', (text, want) => {
  expect(duplicateFields(text)).toEqual(want)
})
