import { expect, test } from 'vitest'
import { evaluate } from '../crd/columns'
import { humanDuration, selectorText } from './format'

test.each<[seconds: number, want: string]>([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [125, '2m5s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [12_300, '3h25m'],
  [28_800, '8h'],
  [172_799, '47h'],
  [172_800, '2d'],
  [180_000, '2d2h'],
  [691_200, '8d'],
  [63_072_000, '2y'],
  [66_000_000, '2y33d'],
  [-1, '0s'],
  [-5, '<invalid>'],
])('%d seconds are %s', (seconds, want) => {
  expect(humanDuration(seconds * 1000)).toBe(want)
})
test('selectors are spelled out', () => {
  expect(
    selectorText({
      matchLabels: { b: '2', a: '1' },
      matchExpressions: [
        { key: 'c', operator: 'In', values: ['y', 'x'] },
        { key: 'd', operator: 'DoesNotExist' },
      ],
    }),
  ).toBe('a=1,b=2,c in (x,y),!d')
  expect(selectorText(undefined)).toBe('<none>')
})
test('printer columns read members, lists and conditions', () => {
  const object = {
    apiVersion: 'a/v1',
    kind: 'A',
    metadata: { name: 'x', labels: { 'a.b/c': 'l' } },
    spec: { list: [{ n: 1 }, { n: 2 }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  }
  const read = (path: string) => evaluate(path, object)
  expect([
    read('.spec.list[1].n'),
    read('.spec.list[*].n'),
    read('.status.conditions[?(@.type=="Ready")].status'),
    read('.metadata.labels.a\\.b/c'),
    read('.spec.none.deep'),
  ]).toEqual([[2], [1, 2], ['True'], ['l'], []])
})
