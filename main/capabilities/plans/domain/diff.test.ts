import { expect, it } from 'vitest'
import { diffLines, leaves } from './diff'

it('shows each field that differs with its value before and after', () => {
  expect(
    diffLines(
      { spec: { hard: { 'requests.cpu': '8', pods: '4' } } },
      { spec: { hard: { 'requests.cpu': '12', pods: '4' }, scopes: ['a'] } },
    ),
  ).toEqual([
    { op: '-', text: 'spec.hard.requests.cpu: "8"' },
    { op: '+', text: 'spec.hard.requests.cpu: "12"' },
    { op: '+', text: 'spec.scopes: ["a"]' },
  ])
})
it('passes over what servers write themselves', () => {
  expect(
    diffLines(
      { metadata: { resourceVersion: '1', managedFields: [1] }, status: { phase: 'a' } },
      {
        metadata: {
          resourceVersion: '2',
          managedFields: [2],
          annotations: { 'takt.dev/run': 'x' },
        },
        status: { phase: 'b' },
      },
    ),
  ).toEqual([])
})
it('cuts what nobody would read', () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_unused, index) => [`f${String(index)}`, index]),
  )
  expect(diffLines({}, many).at(-1)).toEqual({ op: ' ', text: 'and 40 more lines' })
  expect(leaves({ a: { b: [1, 2] }, c: undefined })).toEqual([['a.b', '[1,2]']])
})
