import { expect, test } from 'vitest'
import { FakeKube } from '../../../../test/support/fakes/kube'
import { ANNOTATION } from '../../../kernel/manifest'
import { succeed } from '../../../kernel/outcome'
import type { StepContext } from '../../operations'
import { notebookMovePremise, notebookReturnPremise } from './premise'

const away = (run: string) =>
  JSON.stringify({
    site: 'aws',
    namespace: 'voice',
    name: 'nb',
    run,
    at: '2026-11-23T10:00:00Z',
    by: 'ada',
    workload: 'Notebook',
    running: true,
    started: true,
  })
function anEnvironment(run?: string) {
  const kube = new FakeKube()
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  const { metadata } = kube.put({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'Environment',
    metadata: {
      name: 'nb',
      namespace: 'voice',
      annotations: run === undefined ? {} : { [ANNOTATION.notebookAway]: away(run) },
    },
  })
  return { kube, uid: metadata.uid ?? '' }
}
const contextOf = <I>(kube: FakeKube, input: I) =>
  ({
    input,
    client: () => succeed(kube),
    signal: new AbortController().signal,
  }) as unknown as StepContext<I>

test.each<[run: string | undefined, step: string, says: string | undefined]>([
  [undefined, 'hold', undefined],
  ['mine', 'hold', undefined],
  ['mine', 'start', undefined],
  [undefined, 'start', 'nb points at this move no longer: somebody let it go.'],
  ['theirs', 'hold', 'nb is away by another move.'],
  ['theirs', 'machines', 'nb is away by another move.'],
])('a move of what points at %s may do %s: %s', async (run, step, says) => {
  const { kube, uid } = anEnvironment(run)
  const input = { site: 'oslo', namespace: 'voice', name: 'nb', uid, run: 'mine' }
  expect(await notebookMovePremise.asks?.(contextOf(kube, input) as never, step)).toEqual(
    succeed(says),
  )
})
test.each<[run: string | undefined, step: string, says: string | undefined]>([
  ['mine', 'stop', undefined],
  ['mine', 'resume', undefined],
  [undefined, 'resume', undefined],
  [undefined, 'clear', undefined],
  [undefined, 'stop', 'nb was returned already.'],
  ['theirs', 'workspace-out', 'nb was moved again meanwhile.'],
  // The volume there is in use again, or not empty of what has to come back.
  ['theirs', 'clear', 'nb was moved again meanwhile.'],
  ['mine', 'clear', 'nb was moved again meanwhile.'],
  ['theirs', 'machines', undefined],
])('a return of what points at %s may do %s: %s', async (run, step, says) => {
  const { kube, uid } = anEnvironment(run)
  const input = {
    site: 'oslo',
    namespace: 'voice',
    name: 'nb',
    uid,
    run: 'back',
    away: { run: 'mine' },
  }
  expect(await notebookReturnPremise.asks?.(contextOf(kube, input) as never, step)).toEqual(
    succeed(says),
  )
})
test('neither touches one that was deleted and made anew, or is gone', async () => {
  const { kube } = anEnvironment('mine')
  const input = {
    site: 'oslo',
    namespace: 'voice',
    name: 'nb',
    uid: 'of-before',
    run: 'mine',
    away: { run: 'mine' },
  }
  for (const premise of [notebookMovePremise, notebookReturnPremise]) {
    const asked = () => premise.asks?.(contextOf(kube, input) as never, 'stop')
    expect(await asked()).toEqual(succeed('nb was deleted and made anew.'))
  }
  kube.drop('Environment', 'nb')
  expect(await notebookMovePremise.asks?.(contextOf(kube, input) as never, 'hold')).toEqual(
    succeed('nb is gone.'),
  )
})
