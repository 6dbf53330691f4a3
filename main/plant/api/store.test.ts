import { expect, test } from 'vitest'
import type { KubeObject } from '../types'
import { KubeError } from './errors'
import { Store, type LoggedChange } from './store'

const KIND = '/configmaps'
const box = (name: string, value: string, namespace = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { value },
})
const names = (stored: Iterable<{ object: KubeObject }>): string[] =>
  [...stored].map(
    ({ object }) => `${object.metadata.name}=${(object['data'] as { value: string }).value}`,
  )

test('one version counts every write, whatever the kind', () => {
  const store = new Store()
  const first = store.put(KIND, box('x', '1')).version
  const other = store.put('/secrets', box('x', '1')).version
  const gone = store.remove(KIND, 'x', 'a')?.version
  expect([other - first, (gone ?? 0) - other, store.version]).toEqual([1, 1, gone])
})
test('a list of the past is the present with the changes since undone', () => {
  const store = new Store()
  store.put(KIND, box('b', '1'))
  const then = store.put(KIND, box('a', '1')).version
  store.put(KIND, box('b', '2'))
  store.remove(KIND, 'a', 'a')
  store.put(KIND, box('c', '1', 'other'))
  expect(names(store.asOf(KIND, then))).toEqual(['a=1', 'b=1'])
  expect(names(store.sorted(KIND))).toEqual(['b=2', 'c=1'])
  expect(names(store.sorted(KIND, 'other'))).toEqual(['c=1'])
})
test('what lies before the window is 410, what lies in it is replayed in order', () => {
  const store = new Store({ window: 4 })
  const versions = Array.from(
    { length: 8 },
    (_, index) => store.put(KIND, box('x', String(index))).version,
  )
  const changes = store.changesSince(KIND, versions[5] ?? 0)
  expect(changes.map(({ type, version }) => `${type} ${version}`)).toEqual([
    `MODIFIED ${versions[6] ?? 0}`,
    `MODIFIED ${versions[7] ?? 0}`,
  ])
  expect(() => store.changesSince(KIND, versions[0] ?? 0)).toThrow(KubeError)
  try {
    store.changesSince(KIND, versions[0] ?? 0)
  } catch (error) {
    expect((error as KubeError).status).toMatchObject({
      code: 410,
      reason: 'Expired',
      message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) as string,
    })
  }
})
test('a listener that writes is told of its own write after everybody has heard what it was told', () => {
  const store = new Store()
  const heard: string[] = []
  store.listen((change: LoggedChange) => {
    heard.push(`first ${change.type}`)
    if (change.type === 'ADDED') store.remove(KIND, 'x', 'a')
  })
  store.listen((change: LoggedChange) => {
    heard.push(`second ${change.type}`)
  })
  store.put(KIND, box('x', '1'))
  expect(heard).toEqual(['first ADDED', 'second ADDED', 'first DELETED', 'second DELETED'])
})
test('what was written down is taken back whole, and versions go on', () => {
  const store = new Store()
  store.put(KIND, box('x', '1'))
  store.remove(KIND, 'x', 'a')
  const kept = store.put(KIND, box('y', '1'))
  const again = new Store()
  again.load(JSON.parse(JSON.stringify(store.dump())) as ReturnType<Store['dump']>)
  expect(again.get(KIND, 'y', 'a')?.object).toEqual(kept.object)
  expect(again.put(KIND, box('z', '1')).version).toBe(kept.version + 1)
  expect(() => again.changesSince(KIND, kept.version - 1)).toThrow(/too old/)
})
