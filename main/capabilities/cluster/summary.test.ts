import { expect, test } from 'vitest'
import type { Feed } from './feed'
import { pods } from './domain/kinds/pods'
import { Rows } from './rows'
import { allocationIn } from './summary'

const pod = (name: string, gpus: number) => ({
  metadata: { name, namespace: 'a', uid: name },
  spec: {
    nodeName: 'n1',
    containers: [{ resources: { limits: { 'nvidia.com/gpu': String(gpus) } } }],
  },
  status: { phase: 'Running' },
})
function feed() {
  const rows = new Rows(pods.columns, pods.sources)
  const put = (name: string, gpus: number) => {
    const projected = pods.sources[0]?.project(pod(name, gpus), 0)
    if (projected) rows.put(0, projected, { seen: 1, whole: true })
  }
  return { feed: { rows, isFilled: true } as unknown as Feed, rows, put }
}

test('what pods hold is summed once for as long as no pod changes', () => {
  const { feed: one, rows, put } = feed()
  put('x', 2)
  rows.take()
  const first = allocationIn(one)
  expect(first.byNode.get('n1')).toMatchObject({ gpus: 2, pods: 1 })
  expect(allocationIn(one)).toBe(first)
  put('y', 3)
  expect(allocationIn(one).byNode.get('n1')).toMatchObject({ gpus: 5, pods: 2 })
  rows.take()
  expect(allocationIn(one).byNode.get('n1')).toMatchObject({ gpus: 5, pods: 2 })
  rows.remove(0, { namespace: 'a', name: 'x', uid: 'x' })
  rows.take()
  expect(allocationIn(one).byNode.get('n1')).toMatchObject({ gpus: 3, pods: 1 })
})
test('a row keeps one copy of a text that is read again', () => {
  const { rows, put } = feed()
  put('x', 2)
  const row = rows.find(0, 'a', 'x')
  const before = row?.cells
  rows.take()
  put('x', 2)
  expect(row?.cells).toBe(before)
  expect(rows.isChanged).toBe(false)
})
