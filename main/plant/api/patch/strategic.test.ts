import { expect, test } from 'vitest'
import { builtinSchema } from '../schema/builtin'
import { strategicMerge } from './strategic'

const schema = builtinSchema('apps', 'v1', 'Deployment')
const merged = (before: object, patch: object): unknown => {
  const wrap = (spec: object) => ({ spec: { template: { spec } } })
  return (
    strategicMerge(wrap(before), wrap(patch), schema) as { spec: { template: { spec: unknown } } }
  ).spec.template.spec
}
const CASES: [why: string, before: object, patch: object, want: object][] = [
  [
    'merges containers by name',
    {
      containers: [
        { name: 'a', image: '1', args: ['x'] },
        { name: 'b', image: '1' },
      ],
    },
    { containers: [{ name: 'a', image: '2' }] },
    {
      containers: [
        { name: 'a', image: '2', args: ['x'] },
        { name: 'b', image: '1' },
      ],
    },
  ],
  [
    'adds what is new at the end',
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'z', image: '1' }] },
    { containers: [{ name: 'a' }, { name: 'z', image: '1' }] },
  ],
  [
    'deletes by directive',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ $patch: 'delete', name: 'a' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    'replaces a list by directive',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ name: 'c' }, { $patch: 'replace' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    'puts lists in the order asked for',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    { containers: [{ name: 'b' }, { name: 'a' }] },
  ],
  [
    'replaces lists without a key whole',
    { tolerations: [{ key: 'a' }] },
    { tolerations: [{ key: 'b' }] },
    { tolerations: [{ key: 'b' }] },
  ],
  ['removes by null', { nodeName: 'n', hostname: 'h' }, { nodeName: null }, { hostname: 'h' }],
  [
    'keeps one kind of volume',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ $retainKeys: ['name', 'secret'], name: 'v', secret: { secretName: 's' } }] },
    { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  ],
]
test.each(CASES.map(([why, before, patch, want]) => ({ why, before, patch, want })))(
  '$why',
  ({ before, patch, want }) => {
    expect(merged(before, patch)).toEqual(want)
  },
)
test('a list item without its key is refused', () => {
  expect(() => merged({ containers: [] }, { containers: [{ image: '1' }] })).toThrow(
    /does not contain declared merge key: name/,
  )
})
