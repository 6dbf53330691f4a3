import { expect, test } from 'vitest'
import { FakeKube } from '../../../../test/support/fakes/kube'
import { succeed } from '../../../kernel/outcome'
import { MARK } from '../live/workload'
import { returnPremise } from './premise'

const moved = (run: string) =>
  JSON.stringify({
    site: 'aws',
    namespace: 'vision',
    name: 'train',
    kind: 'Job',
    pool: 'p4d',
    usd: 50,
    at: '2026-11-23T10:00:00Z',
    by: 'mia',
    run,
  })
function anOriginal(run?: string) {
  const kube = new FakeKube()
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'vision' } })
  const { metadata } = kube.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'train',
      namespace: 'vision',
      annotations: run === undefined ? {} : { [MARK.movedTo]: moved(run) },
    },
    spec: { suspend: true, template: { spec: { containers: [{ name: 'c' }] } } },
  })
  return { kube, uid: metadata.uid ?? '' }
}
const asked = ({ kube, uid }: { kube: FakeKube; uid: string }, step: string) =>
  returnPremise.asks?.(
    {
      input: {
        site: 'oslo',
        kind: 'Job',
        namespace: 'vision',
        name: 'train',
        uid,
        copy: { run: 'mine' },
      },
      client: () => succeed(kube),
      signal: new AbortController().signal,
    } as never,
    step,
  )

test.each<[run: string | undefined, step: string, says: string | undefined]>([
  ['mine', 'copy', undefined],
  ['mine', 'release', undefined],
  // Cut short after it had put the original back: the rest is finished.
  [undefined, 'release', undefined],
  [undefined, 'copy', 'train was returned already.'],
  ['theirs', 'copy', 'train was moved again meanwhile.'],
  ['theirs', 'release', 'train was moved again meanwhile.'],
  ['theirs', 'nodes', undefined],
])('a return of what points at %s may do %s: %s', async (run, step, says) =>
  expect(await asked(anOriginal(run), step)).toEqual(succeed(says)),
)
test('a return touches neither one that was made anew, nor one that is gone', async () => {
  const { kube } = anOriginal('mine')
  expect(await asked({ kube, uid: 'of-before' }, 'copy')).toEqual(
    succeed('train was deleted and made anew.'),
  )
  kube.drop('Job', 'train')
  expect(await asked({ kube, uid: 'of-before' }, 'copy')).toEqual(succeed('train is gone.'))
})
