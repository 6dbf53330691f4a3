import { beforeEach, describe, expect, test } from 'vitest'
import { anItem } from '../../../../test/support/builders/records'
import { aLine } from '../../../../test/support/fakes/line'
import type { VerdictOperation } from '../../../../preload/contract/drift'
import { failure } from '../../../../preload/contract/failures'
import { conflictsIn, measuresOf, united } from './conflicts'
import { groupsOf, mergeGroup, pullCord, reviewName, type Group } from './merge'
import { SaidHere, type Said } from './said'

const said = (
  id: string,
  author: string,
  more: Partial<VerdictOperation> = {},
): VerdictOperation => ({
  id,
  author,
  at: '2026-11-18T10:00:00Z',
  window: '2026-11-09',
  verdict: 'fine',
  ...more,
})
const group = (...operations: VerdictOperation[]): Group => ({
  ref: { namespace: 'voice', name: 'spoof-v1' },
  workItem: { namespace: 'voice', name: 'spoof' },
  model: 'Spoof v1',
  owner: 'mara.lind',
  operations,
})
let line: ReturnType<typeof aLine>
beforeEach(() => {
  line = aLine([anItem('spoof', [])])
  line.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
})
const shared = () =>
  line.kube.one('DriftReview', 'spoof-v1')?.['spec'] as
    { operations: VerdictOperation[] } | undefined

describe('merging', () => {
  test('adds each operation once, whoever merges, however often, in whatever order', async () => {
    const ours = said('a', 'mara.lind'),
      theirs = said('b', 'lena.ofori', { verdict: 'act', at: '2026-11-18T09:00:00Z' })
    expect(await mergeGroup(line, group(ours))).toEqual({ ok: true, value: [ours] })
    expect(await mergeGroup(line, group(theirs))).toEqual({ ok: true, value: [theirs, ours] })
    expect(await mergeGroup(line, group(ours, theirs))).toMatchObject({ ok: true })
    expect(shared()?.operations).toEqual([theirs, ours])
  })
  test('loses nothing of what many write at the same time', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => mergeGroup(line, group(said(id, id)))))
    expect(shared()?.operations.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  })
  test('passes on a failure that trying again does not mend, and keeps what waits', async () => {
    line.kube.onWrite = () => failure('CLUSTER_FAILED', { site: 'oslo', status: 500, says: 'no' })
    expect(await mergeGroup(line, group(said('a', 'mara.lind')))).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_FAILED' },
    })
    expect(shared()).toBeUndefined()
  })
  test('a verdict to act pulls the cord once; settling it lets go', async () => {
    const act = said('a', 'mara.lind', { verdict: 'act', note: 'broken' }),
      settled = said('c', 'mara.lind', { over: 'a' })
    for (let time = 0; time < 2; time++)
      await pullCord(line, group(act, said('b', 'mara.lind', { verdict: 'watch' })))
    const events = () =>
      line.records.find('WorkItem', 'spoof')?.status.events?.map(({ type, text }) => [type, text])
    expect(events()).toEqual([['cord-pulled', 'Drift of 2026-11-09: act. broken']])
    await pullCord(line, group(settled))
    expect(events()?.at(-1)).toEqual(['cord-cleared', 'Drift of 2026-11-09 was settled: fine'])
  })
  test('what has no work item has no shared home, and names fit Kubernetes', () => {
    const waiting = (id: string, more: Partial<Said> = {}): Said => ({
      id: 'm',
      model: 'A',
      owner: '',
      operation: said(id, 'x'),
      merged: false,
      ...more,
    })
    expect(
      groupsOf([
        waiting('1'),
        waiting('2', { workItem: { namespace: 'voice', name: 'spoof' } }),
        waiting('3', { workItem: { namespace: 'voice', name: 'spoof' } }),
      ]).map(({ operations }) => operations.length),
    ).toEqual([2])
    expect([
      reviewName('Spoof v1'),
      reviewName('  Über-Modell (neu) '),
      reviewName('***'),
      reviewName('x'.repeat(80)),
    ]).toEqual(['spoof-v1', 'ber-modell-neu', 'model', 'x'.repeat(63)])
  })
})

describe('conflicts', () => {
  const ours = said('a', 'mara.lind'),
    theirs = said('b', 'lena.ofori', { verdict: 'act', at: '2026-11-18T11:00:00Z' })
  test("are two people's latest verdicts that differ, side by side", () => {
    expect(conflictsIn('m', [ours, theirs], 'mara.lind')).toEqual([
      { model: 'm', window: '2026-11-09', ours, theirs },
    ])
    expect(conflictsIn('m', [ours, theirs], 'lena.ofori')).toEqual([
      { model: 'm', window: '2026-11-09', ours: theirs, theirs: ours },
    ])
  })
  test('are none where they agree, where one changed their mind, or on another column', () => {
    expect(conflictsIn('m', [ours, said('c', 'lena.ofori')], 'mara.lind')).toEqual([])
    expect(
      conflictsIn(
        'm',
        [ours, theirs, said('d', 'lena.ofori', { at: '2026-11-18T12:00:00Z' })],
        'mara.lind',
      ),
    ).toEqual([])
    expect(conflictsIn('m', [ours, { ...theirs, column: 'income' }], 'mara.lind')).toEqual([])
  })
  test('are over once one verdict names the other; both stay', () => {
    const all = united(
      [ours, theirs],
      [said('e', 'nora', { at: '2026-11-18T13:00:00Z', over: 'b' })],
      [ours],
    )
    expect(all.map(({ id }) => id)).toEqual(['a', 'b', 'e'])
    expect(conflictsIn('m', all, 'mara.lind')).toEqual([])
  })
  test('measures count verdicts, not notes, and wait from the breach', () => {
    const { verdict: _verdict, ...note } = said('n', 'x')
    expect(
      measuresOf([
        said('1', 'x', { offline: true, breachAt: '2026-11-18T08:00:00Z' }),
        said('2', 'x', { breachAt: '2026-11-18T09:00:00Z' }),
        note,
      ]),
    ).toEqual({ offlineShare: 0.5, breachToVerdictSeconds: 5400 })
    expect(measuresOf([note])).toEqual({ offlineShare: null, breachToVerdictSeconds: null })
  })
})

test('what was said is kept in the store, taken back only before it merges', () => {
  const kept = new Map<string, unknown>(),
    settings = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => {
        kept.set(key, value)
        return { ok: true as const, value: undefined }
      },
      remove: () => ({ ok: true as const, value: undefined }),
    }
  const here = new SaidHere({ settings }),
    one = (id: string): Said => ({
      id: 'm',
      model: 'A',
      owner: '',
      operation: said(id, 'x'),
      merged: false,
    })
  here.add(one('1'))
  here.add(one('2'))
  here.markMerged(new Set(['1']))
  expect(here.takeBack('1')).toEqual({ ok: true, value: false })
  expect(here.takeBack('2')).toEqual({ ok: true, value: true })
  expect(
    new SaidHere({ settings }).all().map(({ operation, merged }) => [operation.id, merged]),
  ).toEqual([['1', true]])
})

test('two models of one name keep what was said of each apart by their references', () => {
  const kept = new Map<string, unknown>(),
    settings = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => {
        kept.set(key, value)
        return { ok: true as const, value: undefined }
      },
      remove: () => ({ ok: true as const, value: undefined }),
    }
  const here = new SaidHere({ settings }),
    one = (id: string, more: Partial<Said>): Said => ({
      id: 'model-1',
      model: 'model',
      owner: '',
      operation: said(id, 'x'),
      merged: false,
      ...more,
    })
  here.add(one('of the first', { bundle: 'a', profile: 'first' }))
  here.add(one('of the second', { bundle: 'b', profile: 'second' }))
  here.add(one('before references were kept', {}))
  const of = (profile: string) =>
    here.of({ id: 'model-1', model: 'model', profile }).map(({ id }) => id)
  expect(of('first')).toEqual(['of the first', 'before references were kept'])
  expect(of('second')).toEqual(['of the second', 'before references were kept'])
  expect(here.of({ id: 'model-1', model: 'another', profile: 'first' })).toEqual([])
})
test('operations of one id that say different things are two, in any order', () => {
  const ours = said('1', 'mara.lind'),
    theirs = said('1', 'lena.ofori', { verdict: 'act' })
  expect(united([ours], [theirs], [ours])).toEqual(united([theirs, ours]))
  expect(united([ours, theirs]).length).toBe(2)
})
