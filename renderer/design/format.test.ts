import { expect, test } from 'vitest'
import { nextReading } from './ChartFrame'
import { toCsv } from '../../preload/contract/text/csv'
import { lettersLeft } from './Confirm'
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatPromise,
  formatShare,
  formatShortDuration,
  formatUsd,
  formatUsdAxis,
  initials,
} from './format'
import { nameOfKey } from './keys'

test.each([
  [21, '21 s'],
  [59.6, '1 min'],
  [38 * 60, '38 min'],
  [7260, '2 h 01'],
  [7200, '2 h'],
  [781_200, '9 d 1 h'],
  [34 * 86_400, '34 d'],
  [-5, '0 s'],
])('%d s is written %s', (seconds, says) => {
  expect(formatDuration(seconds)).toBe(says)
})
test.each([
  [3.1 * 86_400, '3.1 d'],
  [4320, '1.2 h'],
  [38 * 60, '38 min'],
  [21 * 86_400, '21 d'],
  [8, '8 s'],
])('%d s is written %s in a narrow cell', (seconds, says) => {
  expect(formatShortDuration(seconds)).toBe(says)
})
test('promises keep their seconds', () =>
  expect([formatPromise(40), formatPromise(80), formatPromise(180)]).toEqual([
    '40 s',
    '1 min 20',
    '3 min',
  ]))
test('money is exact under a thousand and short on axes', () =>
  expect([formatUsd(57.42), formatUsd(1284.4), formatUsdAxis(16_900)]).toEqual([
    '$57.42',
    '$1,284',
    '$16.9k',
  ]))
test('sizes and shares', () =>
  expect([formatBytes(38.2e9), formatBytes(0), formatShare(0.31)]).toEqual([
    '38.2 GB',
    '0 B',
    '31 %',
  ]))
test('an age is silent under fifteen seconds', () =>
  expect([formatAge(0, 14_000), formatAge(0, 180_000)]).toEqual([undefined, '3 min']))
test('initials come from accounts and from names', () =>
  expect([
    initials('mara.lind'),
    initials('Mara Lind'),
    initials('root'),
    initials('emil.novak@example.org'),
  ]).toEqual(['ML', 'ML', 'RO', 'EN']))
test('a cell that a spreadsheet would run is kept as text', () =>
  expect(toCsv(['a'], [['=1+1'], ['say "hi", all'], [undefined], [-2]])).toBe(
    'a\r\n\'=1+1\r\n"say ""hi"", all"\r\n\r\n-2\r\n',
  ))
test('the letters left to type are counted', () =>
  expect([
    lettersLeft('nb-jon', 'nb-jonas'),
    lettersLeft('x', 'nb'),
    lettersLeft('n', 'nb'),
  ]).toEqual(['2 letters left', 'That is another name.', '1 letter left']))
test('keys have one name on every machine', () =>
  expect(nameOfKey({ key: 'K', ctrlKey: false, metaKey: true, altKey: false })).toBe('ctrl+k'))
test('arrow keys read a chart from either end and stop there', () =>
  expect([
    nextReading('ArrowRight', undefined, 3),
    nextReading('ArrowLeft', undefined, 3),
    nextReading('ArrowRight', 2, 3),
    nextReading('ArrowLeft', 0, 3),
    nextReading('End', 0, 3),
    nextReading('a', 0, 3),
    nextReading('End', 0, 0),
  ]).toEqual([0, 2, 2, 0, 2, undefined, undefined]))
