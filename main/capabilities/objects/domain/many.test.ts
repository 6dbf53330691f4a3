import { expect, test } from 'vitest'
import { manyActionsFor, nounFor, some, whyLeftOut } from './many'
import type { Raw } from './raw'

const job = (more: Partial<Raw['metadata']> = {}, status: object = {}): Raw => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'train', ...more },
  spec: {},
  status,
})

test.each([
  ['batch', 'jobs', ['suspend', 'resume', 'delete']],
  ['kubeflow.org', 'pytorchjobs', ['suspend', 'resume', 'delete']],
  ['apps', 'deployments', ['restart', 'delete']],
  ['apps', 'daemonsets', ['restart', 'delete']],
  ['', 'pods', ['delete']],
  ['', 'events', []],
  ['events.k8s.io', 'events', []],
  ['example.org', 'jobs', ['delete']],
])('of %s/%s many may be: %s', (group, plural, actions) =>
  expect(manyActionsFor({ group, plural })).toEqual(actions),
)

test('what something else decides, what has ended and what goes already is not suspended', () => {
  const owned = (kind: string) =>
    job({
      ownerReferences: [{ apiVersion: 'x/v1', kind, name: 'parent', uid: 'u', controller: true }],
    })
  expect(whyLeftOut(owned('TrainJob'), 'suspend')).toEqual({
    says: 'TrainJob parent owns it and decides when it runs.',
    remedy: 'Choose TrainJob parent instead.',
  })
  expect(whyLeftOut(owned('CronJob'), 'suspend')).toBeUndefined()
  expect(whyLeftOut(owned('TrainJob'), 'delete')).toBeUndefined()
  expect(
    whyLeftOut(job({}, { conditions: [{ type: 'Complete', status: 'True' }] }), 'resume')?.says,
  ).toBe('It has ended.')
  expect(
    whyLeftOut(job({}, { conditions: [{ type: 'Failed', status: 'True' }] }), 'delete'),
  ).toBeUndefined()
  expect(whyLeftOut(job({ deletionTimestamp: '2026-01-01T00:00:00Z' }), 'delete')?.says).toBe(
    'It is being deleted already.',
  )
  expect(whyLeftOut(job(), 'suspend')).toBeUndefined()
})
test('many are named by what they have in common', () => {
  expect(nounFor([{ kind: 'Job', name: 'a' }])).toBe('Job a')
  expect(
    nounFor([
      { kind: 'Job', name: 'a' },
      { kind: 'Job', name: 'b' },
    ]),
  ).toBe('2 Jobs')
  expect(
    nounFor([
      { kind: 'Job', name: 'a' },
      { kind: 'Pod', name: 'b' },
    ]),
  ).toBe('2 objects')
  expect(some(['a', 'b', 'c'], 2)).toEqual(['a', 'b', 'and 1 more'])
  expect(some(['a', 'b'], 2)).toEqual(['a', 'b'])
})
