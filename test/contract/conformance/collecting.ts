import { configMap, deployment } from './manifests'
import { dig, pick, refusal, shape, spoken } from './see'
import type { Group, Json, Session } from './target'

const make = async (
  session: Session,
  name: string,
  metadata: Record<string, Json> = {},
): Promise<string> => {
  const answer = await session.post(session.core('configmaps'), configMap(name, {}, metadata))
  return String(dig(answer.body, 'metadata.uid'))
}
const ownedBy = (
  name: string,
  uid: string,
  more: Record<string, Json> = {},
): Record<string, Json> => ({
  ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more }],
})
const at = (session: Session, name: string): string => session.core(`configmaps/${name}`)
const gone = async (session: Session, name: string): Promise<number> =>
  (await session.until(at(session, name), (answer) => answer.status === 404)).status

export const collecting: Group = {
  name: 'collecting',
  cases: [
    {
      name: 'deleting a ConfigMap answers 200 with a Status Success that names it and its uid',
      run: async (session) => {
        await make(session, 'one')
        const answer = await session.delete(at(session, 'one'))
        return {
          ...pick(answer.body, 'kind', 'status', 'details.name', 'details.kind'),
          uid: shape(dig(answer.body, 'details.uid')),
          after: (await session.get(at(session, 'one'))).status,
        }
      },
    },
    {
      name: 'deleting what does not exist is a 404',
      run: async (session) => spoken(await session.delete(at(session, 'missing'))),
    },
    {
      name: 'what an owner leaves behind is collected in the background',
      run: async (session) => {
        const uid = await make(session, 'owner')
        await make(session, 'child', ownedBy('owner', uid))
        await session.delete(at(session, 'owner'))
        return [(await session.get(at(session, 'owner'))).status, await gone(session, 'child')]
      },
    },
    {
      name: 'an owner deleted in the foreground stays, marked, until its blocking children are gone',
      run: async (session) => {
        const uid = await make(session, 'owner')
        await make(session, 'child', {
          ...ownedBy('owner', uid, { blockOwnerDeletion: true }),
          finalizers: ['takt.dev/hold'],
        })
        const answer = await session.delete(at(session, 'owner'), {
          propagationPolicy: 'Foreground',
        })
        const owner = await session.get(at(session, 'owner'))
        await session.until(
          at(session, 'child'),
          (child) => dig(child.body, 'metadata.deletionTimestamp') !== undefined,
        )
        await session.patch('merge', at(session, 'child'), { metadata: { finalizers: null } })
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'metadata.finalizers'),
          deletionTimestamp: shape(dig(owner.body, 'metadata.deletionTimestamp')),
          after: [await gone(session, 'child'), await gone(session, 'owner')],
        }
      },
    },
    {
      name: 'Orphan frees the children: the owner goes, they stay without owner',
      run: async (session) => {
        const uid = await make(session, 'owner')
        await make(session, 'child', ownedBy('owner', uid))
        const answer = await session.delete(at(session, 'owner'), { propagationPolicy: 'Orphan' })
        const owner = await gone(session, 'owner')
        const child = await session.get(at(session, 'child'))
        return {
          status: answer.status,
          owner,
          child: child.status,
          owners: shape(dig(child.body, 'metadata.ownerReferences')),
        }
      },
    },
    {
      name: 'a child whose owner never was is collected',
      run: async (session) => {
        await make(session, 'child', ownedBy('ghost', '00000000-0000-0000-0000-000000000001'))
        return gone(session, 'child')
      },
    },
    {
      name: 'a child with another living owner stays',
      run: async (session) => {
        const first = await make(session, 'first')
        const second = await make(session, 'second')
        const owners = [
          ...(ownedBy('first', first)['ownerReferences'] as Json[]),
          ...(ownedBy('second', second)['ownerReferences'] as Json[]),
        ]
        await make(session, 'child', { ownerReferences: owners })
        await session.delete(at(session, 'first'))
        const answer = await session.until(
          at(session, 'child'),
          (child) => dig(child.body, 'metadata.ownerReferences.1') === undefined,
        )
        return { status: answer.status, ...pick(answer.body, 'metadata.ownerReferences.0.name') }
      },
    },
    {
      name: 'two controllers among the owners are a 422 Invalid, and so is an owner without uid',
      run: async (session) => {
        const controller = (name: string): Json => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name,
          uid: `00000000-0000-0000-0000-00000000000${name}`,
          controller: true,
        })
        const two = configMap('child', {}, { ownerReferences: [controller('1'), controller('2')] })
        const none = configMap(
          'child',
          {},
          { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '' }] },
        )
        return [
          refusal(await session.post(session.core('configmaps'), two)),
          refusal(await session.post(session.core('configmaps'), none)),
        ]
      },
    },
    {
      name: 'a finalizer holds a deleted object: the answer is the object with deletionTimestamp and 0 seconds of grace',
      run: async (session) => {
        await make(session, 'one', { finalizers: ['takt.dev/hold'] })
        const answer = await session.delete(at(session, 'one'))
        const held = await session.get(at(session, 'one'))
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'metadata.deletionGracePeriodSeconds'),
          deletionTimestamp: shape(dig(answer.body, 'metadata.deletionTimestamp')),
          generation: pick(held.body, 'metadata.generation'),
        }
      },
    },
    {
      name: 'the object goes with its last finalizer, and the patch that removed it answers 200',
      run: async (session) => {
        await make(session, 'one', { finalizers: ['takt.dev/a', 'takt.dev/b'] })
        await session.delete(at(session, 'one'))
        const first = await session.patch('merge', at(session, 'one'), {
          metadata: { finalizers: ['takt.dev/b'] },
        })
        const between = (await session.get(at(session, 'one'))).status
        const last = await session.patch('merge', at(session, 'one'), {
          metadata: { finalizers: null },
        })
        return [first.status, between, last.status, (await session.get(at(session, 'one'))).status]
      },
    },
    {
      name: 'a new finalizer on an object that is being deleted is a 422 Invalid, an ordinary change is not',
      run: async (session) => {
        await make(session, 'one', { finalizers: ['takt.dev/a'] })
        await session.delete(at(session, 'one'))
        const added = await session.patch('merge', at(session, 'one'), {
          metadata: { finalizers: ['takt.dev/a', 'takt.dev/b'] },
        })
        const data = await session.patch('merge', at(session, 'one'), { data: { x: 'y' } })
        await session.patch('merge', at(session, 'one'), { metadata: { finalizers: null } })
        return [refusal(added), data.status]
      },
    },
    {
      name: 'a finalizer without a slash is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.post(
            session.core('configmaps'),
            configMap('one', {}, { finalizers: ['hold'] }),
          ),
        ),
    },
    {
      name: 'a deletion of another uid or version than meant is a 409 Conflict',
      run: async (session) => {
        await make(session, 'one')
        const uid = await session.delete(at(session, 'one'), {
          preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
        })
        const version = await session.delete(at(session, 'one'), {
          preconditions: { resourceVersion: '1' },
        })
        return [refusal(uid), refusal(version), (await session.get(at(session, 'one'))).status]
      },
    },
    {
      name: 'a propagation policy that is none is a 422 Invalid',
      run: async (session) => {
        await make(session, 'one')
        return refusal(await session.delete(at(session, 'one'), { propagationPolicy: 'Sideways' }))
      },
    },
    {
      name: 'a deletion of a deployment in the background is a Status, with the foreground it is the object',
      run: async (session) => {
        const path = session.in('apps/v1', 'deployments')
        for (const name of ['one', 'two']) await session.post(path, deployment(name))
        const first = await session.delete(`${path}/one`, { propagationPolicy: 'Background' })
        const second = await session.delete(`${path}/two`, { propagationPolicy: 'Foreground' })
        return [
          pick(first.body, 'kind', 'status', 'details.group', 'details.kind'),
          pick(second.body, 'kind', 'metadata.finalizers'),
        ]
      },
    },
    {
      name: 'deletecollection removes what the selector chooses and answers with the list of it',
      run: async (session) => {
        await make(session, 'one', { labels: { pick: 'me' } })
        await make(session, 'two', { labels: { pick: 'me' } })
        await make(session, 'three')
        const answer = await session.delete(`${session.core('configmaps')}?labelSelector=pick%3Dme`)
        return [
          answer.status,
          dig(answer.body, 'kind'),
          (await session.get(at(session, 'one'))).status,
          (await session.get(at(session, 'three'))).status,
        ]
      },
    },
  ],
}
