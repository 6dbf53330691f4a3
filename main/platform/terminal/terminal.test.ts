import { expect, test } from 'vitest'
import { table } from './terminal'

test('a name that would set the clipboard is shown, and stays in its cell', () => {
  const drawn = table([
    ['pod', 'state'],
    ['\u001b]52;c;ZXZpbA==\u0007', 'Running'],
    ['two\nlines', 'Pending'],
  ])
  expect(drawn.split('\n')).toEqual([
    'pod                             state',
    '<U+001B>]52;c;ZXZpbA==<U+0007>  Running',
    'two<U+000A>lines                Pending',
  ])
})
test('columns stand under each other as wide as they are on a screen', () =>
  expect(
    table(
      [
        ['name', 'gpus'],
        ['李小龍', '8'],
        ['ab', '16'],
      ],
      { numbersFrom: 1 },
    ),
  ).toBe('name    gpus\n李小龍     8\nab        16'))
