import { expect, it, test } from 'vitest'
import type { Revision, WorkItem } from '../../../../preload/contract/records'
import { anItem, aRevision, at } from '../../../../test/support/builders/records'
import { gatesOf, isReady, revisionOf } from './gates'

const good = aRevision('spoof-r1', {
  reproducibility: { score: 0.9, missing: [] },
  drift: { result: 'none', checkedAt: at(5), by: 'lena' },
})
const item = (more: Partial<WorkItem['spec']> = {}) =>
  anItem('spoof', [], { description: 'Scores a call for a doubled voice.', ...more })
const open = (wanted: WorkItem, revisions: Revision[]) =>
  gatesOf(wanted, revisions)
    .filter(({ state }) => state === 'open')
    .map(({ gate }) => gate)

test.each<[why: string, item: WorkItem, revisions: Revision[], open: string[]]>([
  ['all passed', item(), [good], []],
  ['no revision', item(), [], ['revision-complete', 'drift-checked']],
  [
    'a poor revision',
    item(),
    [
      aRevision('spoof-r1', {
        ...good.status,
        reproducibility: { score: 0.79, missing: ['code: none'] },
      }),
    ],
    ['revision-complete'],
  ],
  [
    'drift says act',
    item(),
    [
      aRevision('spoof-r1', {
        ...good.status,
        drift: { result: 'act', checkedAt: at(5), by: 'lena' },
      }),
    ],
    ['drift-checked'],
  ],
  [
    'drift says watch',
    item(),
    [
      aRevision('spoof-r1', {
        ...good.status,
        drift: { result: 'watch', checkedAt: at(5), by: 'lena' },
      }),
    ],
    [],
  ],
  ['nobody owns it', item({ owner: ' ' }), [good], ['owner']],
  ['hardly described', item({ description: 'A model' }), [good], ['description']],
  [
    'waived',
    item({
      description: '',
      waivers: [{ gate: 'description', reason: 'Described in the wiki', by: 'mara', at: at(1) }],
    }),
    [good],
    [],
  ],
])('%s', (_why, wanted, revisions, gates) => {
  expect(open(wanted, revisions)).toEqual(gates)
  expect(isReady(gatesOf(wanted, revisions))).toBe(gates.length === 0)
  expect(
    gatesOf(wanted, revisions).every(
      ({ state, remedy }) => (state === 'open') === (remedy !== undefined),
    ),
  ).toBe(true)
})
it('counts the newest revision unless the item names one', () => {
  const newer = aRevision('spoof-r2', {}, { number: 2 })
  expect(revisionOf(item(), [good, newer])?.meta.name).toBe('spoof-r2')
  expect(revisionOf(item({ revision: 'spoof-r1' }), [good, newer])?.meta.name).toBe('spoof-r1')
})
