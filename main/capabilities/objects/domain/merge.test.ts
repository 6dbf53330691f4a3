import { expect, test } from 'vitest'
import { merge3 } from './merge'

const base = {
  spec: { replicas: 1, paused: false, list: [1, 2] },
  metadata: { annotations: { revision: '1' } },
}
test('what each side changed alone is kept', () => {
  const merged = merge3({
    base,
    mine: { ...base, spec: { ...base.spec, replicas: 2 } },
    theirs: { ...base, metadata: { annotations: { revision: '2' } } },
  })
  expect(merged).toEqual({
    value: {
      spec: { replicas: 2, paused: false, list: [1, 2] },
      metadata: { annotations: { revision: '2' } },
    },
    conflicts: [],
  })
})
test('a field I took away is gone, one they added stays', () => {
  const { paused: _paused, ...rest } = base.spec
  expect(
    merge3({
      base,
      mine: { ...base, spec: rest },
      theirs: { ...base, spec: { ...base.spec, more: 1 } },
    }).value,
  ).toMatchObject({ spec: { replicas: 1, more: 1 } })
  expect(
    merge3({ base, mine: { ...base, spec: rest }, theirs: base }).value['spec'],
  ).not.toHaveProperty('paused')
})
test('the same field changed to two values is a conflict, to the same value is none', () => {
  const mine = { ...base, spec: { ...base.spec, replicas: 2 } }
  expect(
    merge3({ base, mine, theirs: { ...base, spec: { ...base.spec, replicas: 3 } } }).conflicts,
  ).toEqual([{ path: 'spec.replicas', before: '1', mine: '2', theirs: '3' }])
  expect(merge3({ base, mine, theirs: mine }).conflicts).toEqual([])
})
