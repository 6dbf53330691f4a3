import { expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import type { Change, KubeObject } from '../types'
import { createPlantApi } from './index'

const clock = { now: () => Date.UTC(2026, 0, 5), sleep: () => Promise.resolve() }
const POD = { group: '', kind: 'Pod' }
function plant() {
  const api = createPlantApi({ clock, random: seeded(1) })
  api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  return api
}
const configMap = (name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team', ...more },
  data: { a: '1' },
})
const CONFIG = { group: '', kind: 'ConfigMap' }

test('a new object is named, stamped and frozen', () => {
  const made = plant().create(configMap('', { generateName: 'box-' }))
  expect(made.metadata).toMatchObject({
    name: expect.stringMatching(/^box-[a-z0-9]{5}$/),
    creationTimestamp: '2026-01-05T00:00:00Z',
    resourceVersion: expect.stringMatching(/^\d+$/),
  })
  expect(Object.isFrozen(made.metadata)).toBe(true)
})
test('a write from an old version is refused', () => {
  const api = plant()
  const first = api.create(configMap('a'))
  api.update({ ...first, data: { a: '2' } })
  expect(() => api.update({ ...first, data: { a: '3' } })).toThrow(/the object has been modified/)
})
test('what a deleted object owned goes with it, level by level', () => {
  const api = plant()
  const owner = api.create(configMap('owner'))
  const reference = (object: KubeObject) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
  })
  const child = api.create(configMap('child', { ownerReferences: [reference(owner)] }))
  api.create(configMap('grandchild', { ownerReferences: [reference(child)] }))
  api.remove(CONFIG, 'owner', { namespace: 'team' })
  expect(api.list(CONFIG)).toEqual([])
})
test('an owner deleted in the foreground waits for what blocks it, and orphans stay behind', () => {
  const api = plant()
  const owner = api.create(configMap('owner'))
  api.create(
    configMap('held', {
      finalizers: ['a/b'],
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'owner',
          uid: owner.metadata.uid ?? '',
          blockOwnerDeletion: true,
        },
      ],
    }),
  )
  api.remove(CONFIG, 'owner', { namespace: 'team', propagation: 'Foreground' })
  expect(api.get(CONFIG, 'owner', 'team')?.metadata.finalizers).toEqual(['foregroundDeletion'])
  const held = structuredClone(api.get(CONFIG, 'held', 'team'))
  if (!held) throw new Error('held is gone')
  delete held.metadata.finalizers
  api.update(held)
  expect(api.list(CONFIG)).toEqual([])
})
test('a deleted namespace empties itself and is gone', () => {
  const api = plant()
  api.create(configMap('a'))
  const seen: string[] = []
  api.onChange([CONFIG, { group: '', kind: 'Namespace' }], (change: Change) =>
    seen.push(`${change.type} ${change.object.kind}`),
  )
  api.remove({ group: '', kind: 'Namespace' }, 'team')
  expect(seen).toEqual(['MODIFIED Namespace', 'DELETED ConfigMap', 'DELETED Namespace'])
})
test('a pod cannot be made where there is no namespace', () => {
  expect(() =>
    plant().create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'nowhere' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }),
  ).toThrow('namespaces "nowhere" not found')
  expect(plant().list(POD)).toEqual([])
})
