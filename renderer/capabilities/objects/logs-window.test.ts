import { expect, test } from 'vitest'
import {
  blocksFor,
  fullHeight,
  lineAt,
  LINE,
  pieces,
  readable,
  scrollTo,
  timeOf,
  type Shape,
} from './logs-window'

const million: Shape = { first: 0, end: 1_000_000, height: 510 }
test.each<[says: string, shape: Shape]>([
  ['a short log', { first: 0, end: 12, height: 510 }],
  ['a million lines', million],
  ['more lines than a browser can be high', { first: 400_000, end: 2_900_000, height: 510 }],
])('%s is scrolled from its first line to its last, and any line can be shown', (_says, shape) => {
  const room = fullHeight(shape) - shape.height
  const fitting = Math.floor(shape.height / LINE)
  expect(fullHeight(shape)).toBeLessThanOrEqual(16_000_000)
  expect(lineAt(shape, 0)).toBe(shape.first)
  expect(lineAt(shape, room)).toBe(Math.max(shape.first, shape.end - fitting))
  for (const line of [shape.first, Math.floor((shape.first + shape.end) / 2), shape.end - 1]) {
    const top = lineAt(shape, scrollTo(shape, line))
    expect(top <= line && line < top + fitting).toBe(true)
  }
})
test('blocks cover what is looked at', () => expect(blocksFor(390, 30)).toEqual([200, 400]))
test('colours of terminals are left out, matches are marked, a broken expression marks nothing', () => {
  expect(readable('\x1b[31mERROR\x1b[0m x\r')).toBe('ERROR x')
  expect(
    pieces('loss 0.21 loss', { text: 'LOSS', regex: false, matchCase: false }).filter(
      ({ hit }) => hit,
    ),
  ).toHaveLength(2)
  expect(pieces('abc', { text: '(', regex: true, matchCase: false })).toEqual([
    { text: 'abc', hit: false },
  ])
  expect(timeOf('2026-11-23T19:43:20.133000000Z')).toBe('19:43:20.133')
})
