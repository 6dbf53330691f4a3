import { expect, it, test } from 'vitest'
import { aPod } from '../../../../test/support/builders/inventory'
import {
  ANY_IMAGE,
  anEnvironment,
  aRevision,
  aSource,
} from '../../../../test/support/builders/records'
import { checksOf, openChecks, type Seen } from './checks'
import { checkSource, lineageOf, rowsOf } from './source'

const seen = (more: Partial<Seen> = {}): Seen => ({
  image: ANY_IMAGE,
  port: 8080,
  probePath: '/health',
  memoryGi: 4,
  pod: aPod('test', { node: 'a' }),
  outOfMemory: false,
  answeredAfter: 14,
  status: 200,
  waitedSeconds: 14,
  user: '1000',
  strayFiles: [],
  tellsActivity: true,
  ...more,
})
const gone = {
  pod: undefined,
  answeredAfter: undefined,
  status: undefined,
  user: undefined,
  strayFiles: undefined,
  tellsActivity: undefined,
}
test.each<[why: string, seen: Seen, results: string]>([
  ['all good', seen(), 'pass pass pass pass pass pass pass'],
  ['nothing could be seen', seen(gone), 'pass unknown unknown unknown unknown unknown unknown'],
  [
    'an image that is not there',
    seen({
      ...gone,
      pod: aPod('test', {
        node: 'a',
        ready: false,
        phase: 'Pending',
        waiting: { reason: 'ErrImagePull', message: 'not found' },
      }),
    }),
    'pass fail fail unknown unknown unknown unknown',
  ],
  [
    'no answer',
    seen({ ...gone, pod: aPod('test', { node: 'a', ready: false }) }),
    'pass pass fail unknown unknown unknown unknown',
  ],
  ['an answer that is an error', seen({ status: 500 }), 'pass pass fail pass pass pass pass'],
  ['stopped for memory', seen({ outOfMemory: true }), 'pass pass pass fail pass pass pass'],
  ['root', seen({ user: '0' }), 'pass pass pass pass fail pass pass'],
  [
    'writes elsewhere',
    seen({ strayFiles: ['/root/.cache/x'] }),
    'pass pass pass pass pass fail pass',
  ],
  [
    'without id, find or a status',
    seen({ user: undefined, strayFiles: undefined, tellsActivity: false }),
    'pass pass pass pass unknown unknown unknown',
  ],
  ['not pinned', seen({ image: 'tool:1' }), 'fail pass pass pass pass pass pass'],
])('%s', (_why, what, results) =>
  expect(
    checksOf(what)
      .map(({ result }) => result)
      .join(' '),
  ).toBe(results),
)

it('wants a reason for what failed or was never tested, not for what is unknown', () => {
  const status = (results: ('pass' | 'fail' | 'unknown')[]) => ({
    status: {
      testStart: {
        at: '2026-11-18T14:00:00Z',
        tookSeconds: 10,
        checks: results.map((result) => ({ name: `check ${result}`, result, detail: '' })),
      },
    },
  })
  expect(openChecks({ status: {} })).toMatch(/never/)
  expect(openChecks(status(['pass', 'fail']))).toBe('check fail failed')
  expect(openChecks(status(['pass', 'unknown']))).toBeUndefined()
})

test.each<[why: string, more: Parameters<typeof aSource>[1], says: RegExp | undefined]>([
  ['a good one', {}, undefined],
  ['a volume without claim', { location: {} }, /namespace and claim/],
  ['a bucket without address', { kind: 's3', location: {} }, /s3:\/\//],
  ['an unknown site', { mayGoTo: ['mars'] }, /mars/],
])('a source: %s', (_why, more, says) => {
  const found = checkSource(aSource('x', more).spec, ['oslo'])
    .map((one) => one.says)
    .join(' ')
  if (says) expect(found).toMatch(says)
  else expect(found).toBe('')
})
it('follows a source over its snapshots to who stands on them', () => {
  const source = aSource('parcels')
  const snapshot = (name: string, takenAt: string) => ({
    kind: 'DataSnapshot' as const,
    meta: { name, namespace: 'voice', uid: name, resourceVersion: '1', createdAt: takenAt },
    spec: { source: 'parcels', takenBy: 'ada', method: 'volume-snapshot' as const },
    status: { pointer: `p-${name}`, takenAt },
  })
  const lineage = lineageOf(source, {
    snapshots: [snapshot('old', '2026-11-01T00:00:00Z'), snapshot('new', '2026-11-10T00:00:00Z')],
    environments: [
      anEnvironment('voice-nb', { data: [{ source: 'parcels', snapshot: 'new', mount: 'clone' }] }),
    ],
    revisions: [
      aRevision('spoof-r1', {}, { data: [{ source: 'parcels', snapshot: 'new', pointer: 'p' }] }),
    ],
  })
  expect(
    lineage.map(({ snapshot: name, usedBy }) => [name, usedBy.map(({ kind }) => kind)]),
  ).toEqual([
    ['new', ['Revision', 'Environment']],
    ['old', []],
  ])
  expect(rowsOf(source)).toMatchObject({
    values: [],
    says: expect.stringMatching(/No rows are shown/) as string,
  })
})
