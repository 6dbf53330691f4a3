import { expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { seeded } from '../../../kernel/random'
import type { KubeObject } from '../../types'
import { SYSTEM, textAt } from '../cluster'
import { KubeError } from '../errors'
import { createPlantApi } from '../index'
import { keyOf } from '../resource'
import { Stored } from '../stored'
import { apply } from './apply'

const clock = new HandClock()
function site() {
  const api = createPlantApi({ clock, random: seeded(2) })
  const { cluster } = api
  /** Applies as a manager and answers the object as it then stands. */
  const applyAs = (manager: string, object: KubeObject, force = false): KubeObject => {
    const resource = cluster.registry.ofKind({
      group: object.apiVersion.split('/').at(-2) ?? '',
      kind: object.kind,
    })
    if (!resource) throw new Error(`no kind ${object.kind}`)
    const before = cluster.store.get(
      keyOf(resource),
      object.metadata.name,
      object.metadata.namespace,
    )?.object
    const written = apply(
      {
        cluster,
        resource,
        object: structuredClone(object),
        before,
        how: { user: SYSTEM, manager },
      },
      force,
    )
    return written instanceof Stored ? written.object : written
  }
  return { api, applyAs }
}
const configMap = (data: Record<string, string>, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'default', ...metadata },
  data,
})
const deployment = (containers: object[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
  },
})
const entry = (object: KubeObject, manager: string): unknown =>
  (object.metadata.managedFields as { manager: string; fieldsV1: unknown }[] | undefined)?.find(
    (one) => one.manager === manager,
  )?.fieldsV1
const containers = (object: KubeObject): unknown[] =>
  (object['spec'] as { template: { spec: { containers: unknown[] } } }).template.spec.containers

test('what an applier no longer says goes, what others say stays', () => {
  const { applyAs } = site()
  applyAs('first', configMap({ a: '1', b: '2' }))
  applyAs('second', configMap({ b: '2', c: '3' }))
  const after = applyAs('first', configMap({ a: '1' }))
  expect(after['data']).toEqual({ a: '1', b: '2', c: '3' })
  expect(applyAs('second', configMap({ c: '3' }))['data']).toEqual({ a: '1', c: '3' })
})
test('another value for a field of another is a conflict with its manager and path, and force takes it over', () => {
  const { applyAs } = site()
  applyAs('first', configMap({ a: '1', b: '2' }))
  let refused: unknown
  try {
    applyAs('second', configMap({ a: '9', b: '9' }))
  } catch (error) {
    refused = error
  }
  expect(refused).toBeInstanceOf(KubeError)
  expect((refused as KubeError).status).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 2 conflicts: conflicts with "first":\n- .data.a\n- .data.b',
    details: {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.a' },
        { field: '.data.b' },
      ],
    },
  })
  const taken = applyAs('second', configMap({ a: '9' }), true)
  expect([taken['data'], entry(taken, 'first'), entry(taken, 'second')]).toEqual([
    { a: '9', b: '2' },
    { 'f:data': { 'f:b': {} } },
    { 'f:data': { 'f:a': {} } },
  ])
})
test('containers are owned by name, and keep their order', () => {
  const { applyAs } = site()
  applyAs(
    'first',
    deployment([
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ]),
  )
  const both = applyAs('sidecars', deployment([{ name: 'c', image: 'c:1' }]))
  expect(containers(both).map((container) => textAt(container, 'name'))).toEqual(['a', 'b', 'c'])
  expect(JSON.stringify(entry(both, 'sidecars'))).toContain(
    '"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{},"f:name":{}}',
  )
  const fewer = applyAs('first', deployment([{ name: 'b', image: 'b:2' }]))
  expect(
    containers(fewer).map(
      (container) => `${textAt(container, 'name') ?? ''} ${textAt(container, 'image') ?? ''}`,
    ),
  ).toEqual(['b b:2', 'c c:1'])
})
test('ports are told apart by number and protocol, said or not', () => {
  const { applyAs } = site()
  applyAs('first', deployment([{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] }]))
  const after = applyAs(
    'second',
    deployment([{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, protocol: 'UDP' }] }]),
  )
  expect((containers(after)[0] as { ports: unknown }).ports).toEqual([
    { containerPort: 80, protocol: 'TCP' },
    { containerPort: 80, protocol: 'UDP' },
  ])
})
test('an ordinary change takes what it touches from the applier', () => {
  const { api, applyAs } = site()
  const first = applyAs('first', configMap({ a: '1', b: '2' }))
  const edited = api.update({ ...first, data: { a: '5', b: '2' } }, 'editor')
  expect([entry(edited, 'first'), entry(edited, 'editor')]).toEqual([
    { 'f:data': { 'f:b': {} } },
    { 'f:data': { 'f:a': {} } },
  ])
  const removed = api.update({ ...edited, data: { a: '5' } }, 'editor')
  expect(entry(removed, 'first')).toBeUndefined()
})
test('the same applied again is no change at all', async () => {
  const { applyAs } = site()
  const first = applyAs('first', configMap({ a: '1' }))
  await clock.advance(5_000)
  expect(applyAs('first', configMap({ a: '1' }))).toBe(first)
})
test('finalizers and owners are merged as sets', () => {
  const { applyAs } = site()
  applyAs('first', configMap({}, { finalizers: ['a.b/one'], labels: { x: '1' } }))
  const after = applyAs('second', configMap({}, { finalizers: ['a.b/two'], labels: { y: '2' } }))
  expect([after.metadata.finalizers, after.metadata.labels]).toEqual([
    ['a.b/one', 'a.b/two'],
    { x: '1', y: '2' },
  ])
})
test('who takes away the only labels they wrote takes nothing of what the server says about the object', () => {
  const { applyAs } = site()
  const first = applyAs('first', configMap({ a: '1' }, { labels: { x: '1' } }))
  const after = applyAs('first', configMap({ a: '1' }))
  expect(after.metadata).toMatchObject({ name: 'one', uid: first.metadata.uid })
  expect(after.metadata.labels).toBeUndefined()
})
