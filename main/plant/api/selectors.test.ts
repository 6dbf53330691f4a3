import { expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import type { KubeObject } from '../types'
import { createPlantApi } from './index'
import { fieldMatcher, labelMatcher, selectedName } from './selectors'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'team', labels: { app: 'web', tier: 'front' } },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running' },
}

test.each<[text: string, selects: boolean]>([
  ['app=web', true],
  ['app==web', true],
  ['app=api', false],
  ['app!=api', true],
  ['other!=x', true],
  ['app in (web, api)', true],
  ['app in (api)', false],
  ['app notin (api)', true],
  ['other notin (x)', true],
  ['app', true],
  ['!app', false],
  ['!other', true],
  ['app=web,tier=front', true],
  ['app=web,tier=back', false],
  ['app in (web),tier', true],
])('label selector %s', (text, selects) => {
  expect(labelMatcher(text)?.(object)).toBe(selects)
})
test('an empty label selector selects everything without a test', () => {
  expect([labelMatcher(''), labelMatcher(null)]).toEqual([undefined, undefined])
})
test.each(['=x', 'a=b=c d', 'app in web', 'app=-x'])('label selector %s cannot be read', (text) => {
  expect(() => labelMatcher(text)).toThrow(/unable to parse requirement/)
})

test.each<[text: string, selects: boolean]>([
  ['spec.nodeName=n1', true],
  ['spec.nodeName!=n1', false],
  ['status.phase=Running,metadata.name=one', true],
  ['metadata.namespace=other', false],
  ['status.phase!=Pending', true],
])('field selector %s', (text, selects) => {
  const pods = createPlantApi({ clock, random: seeded(1) }).cluster.registry.ofKind({
    group: '',
    kind: 'Pod',
  })
  if (!pods) throw new Error('no pods')
  expect(fieldMatcher(pods, text)?.(object)).toBe(selects)
  expect(() => fieldMatcher(pods, 'spec.colour=red')).toThrow(
    /field label not supported: spec.colour/,
  )
})
test('the one name a field selector asks for is known to the authorizer', () => {
  expect([
    selectedName('metadata.name=a'),
    selectedName('x=y,metadata.name==b'),
    selectedName('metadata.name!=c'),
  ]).toEqual(['a', 'b', undefined])
})
