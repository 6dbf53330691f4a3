import { expect, it } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { anEvent, anItem } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'

const ref = { namespace: 'voice', name: 'spoof' }
const line = () => {
  const made = aLine([anItem('spoof', [anEvent('entered', 60, { station: 'define' })])])
  made.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  const events = () => made.records.find('WorkItem', 'spoof')?.status.events?.map(({ id }) => id)
  return { ...made, events }
}
it("loses nobody's event when two write at the same time", async () => {
  const { worklog, events } = line()
  const write = (id: string) => worklog.record(ref, (_item, at) => [{ id, at, type: 'note' }])
  await Promise.all(['a', 'b', 'c', 'd'].map(write))
  expect(events()?.slice(1).sort()).toEqual(['a', 'b', 'c', 'd'])
})
it('writes what two saw alike once', async () => {
  const { worklog, events, kube } = line()
  let writes = 0
  kube.onWrite = () => {
    writes++
    return undefined
  }
  for (let time = 0; time < 3; time++)
    await worklog.record(ref, (_item, at) => [{ id: 'seen', at, type: 'note' }])
  expect(events()).toHaveLength(2)
  expect(writes).toBe(1)
})
it('leaves what was handed over where it stands', async () => {
  const { worklog, records } = line()
  await worklog.record(ref, (_item, at) => [
    { id: 'over', at, type: 'entered', station: 'backlog' },
  ])
  await worklog.move(ref, { to: 'work' })
  expect(records.find('WorkItem', 'spoof')?.status.station).toBe('backlog')
})
it('passes on a failure that trying again does not mend', async () => {
  const { worklog, kube } = line()
  kube.onWrite = () => failure('CLUSTER_FAILED', { site: 'oslo', status: 500, says: 'no' })
  expect(await worklog.move(ref, { to: 'data' })).toMatchObject({
    ok: false,
    failure: { code: 'CLUSTER_FAILED' },
  })
})
