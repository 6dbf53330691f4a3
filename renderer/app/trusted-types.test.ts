import { expect, test } from 'vitest'
import { guardMarkup, onlyText } from './trusted-types'

test.each([
  [':root{--mantine-color:#fff} a > b{color:red}', true],
  ['<img src=x onerror=alert(1)>', false],
  ['x</style><script>alert(1)</script>', false],
  ['&lt;img&gt;', false],
])('%s', (text, passes) => expect(onlyText(text)).toBe(passes ? text : null))
test('the policy has a rule for text alone, and a browser without such policies is left alone', () => {
  const made: [string, string[]][] = []
  guardMarkup({ createPolicy: (name, rules) => made.push([name, Object.keys(rules)]) })
  expect(made).toEqual([['default', ['createHTML']]])
  expect(() => guardMarkup(undefined)).not.toThrow()
})
