import { beforeEach, expect, test } from 'vitest'
import { FakeKube } from '../../../test/support/fakes/kube'
import { fakeRecords } from '../../../test/support/fakes/ports'
import { failure } from '../../../preload/contract/failures'
import { leftoversOf, sizeSays } from './leftovers'

const GIB = 2 ** 30
let kube: FakeKube
beforeEach(() => {
  kube = new FakeKube()
})
const content = (
  name: string,
  {
    labels,
    policy = 'Delete',
    of = 'voice',
  }: { labels?: Record<string, string>; policy?: string; of?: string },
) =>
  kube.put({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name, ...(labels && { labels }) },
    spec: { deletionPolicy: policy, volumeSnapshotRef: { namespace: of, name } },
    status: { restoreSize: 20 * GIB },
  })
const MADE = { 'app.kubernetes.io/managed-by': 'takt', 'takt.dev/project': 'voice' }
const look = async (stored?: Parameters<typeof leftoversOf>[0]['stored']) => {
  const found = await leftoversOf(
    { records: fakeRecords(kube), ...(stored && { stored }) },
    { home: kube, project: 'voice', namespace: 'voice', signal: undefined },
  )
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}

test("contents that Takt made for the project go, those that a driver keeps are told, others' are neither", async () => {
  const own = content('ours', { labels: MADE })
  content('theirs', { labels: { ...MADE, 'takt.dev/project': 'payroll' } })
  content('kept-by-driver', { policy: 'Retain' })
  content('goes-by-itself', {})
  content('elsewhere', { policy: 'Retain', of: 'payroll' })
  const found = await look()
  expect(found.contents).toEqual([{ name: 'ours', uid: own.metadata.uid }])
  expect(found.kept).toEqual([
    'snapshot content kept-by-driver, which its driver keeps: 20.0 GiB, at a price that the price book does not tell',
  ])
})
test('what was shipped is told with its place, its size and what it goes on to cost', async () => {
  const found = await look(() =>
    Promise.resolve({
      found: [{ name: 'nb', place: 's3://depot/workspaces/voice/nb', bytes: 12 * GIB }],
      unread: [{ site: 'aws', failure: failure('SITE_NOT_CONNECTED', { site: 'aws' }) }],
    }),
  )
  expect(found.kept[0]).toMatch(
    /^workspace nb as it was last shipped, in s3:\/\/depot\/workspaces\/voice\/nb: 12\.0 GiB/,
  )
  expect(found.risks[0]).toMatch(/^Whether workspaces on aws of it stay and cost cannot be seen/)
  expect(sizeSays(12.5 * GIB, 0.1)).toBe('12.5 GiB, about $1.25 a month')
})
test('what may not be listed is said, and a cluster without snapshots has none', async () => {
  kube.forbidden.add('list volumesnapshotcontents')
  expect((await look()).risks[0]).toMatch(/^Whether contents of snapshots/)
  kube.absent.add('volumesnapshotcontents')
  expect(await look()).toEqual({ contents: [], kept: [], risks: [] })
})
