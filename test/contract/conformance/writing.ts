import { configMap, deployment, pod } from './manifests'
import { dig, pick, refusal, shape, spoken } from './see'
import type { Group } from './target'

export const writing: Group = {
  name: 'writing',
  cases: [
    {
      name: 'create answers 201 with uid, resourceVersion, creationTimestamp and no generation for a ConfigMap',
      run: async (session) => {
        const answer = await session.post(session.core('configmaps'), configMap('one'))
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'apiVersion', 'metadata.name', 'metadata.namespace', 'data'),
          uid: shape(dig(answer.body, 'metadata.uid')),
          resourceVersion: shape(dig(answer.body, 'metadata.resourceVersion')),
          creationTimestamp: shape(dig(answer.body, 'metadata.creationTimestamp')),
          generation: shape(dig(answer.body, 'metadata.generation')),
        }
      },
    },
    {
      name: 'create twice is a 409 AlreadyExists',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one'))
        return spoken(await session.post(session.core('configmaps'), configMap('one')))
      },
    },
    {
      name: 'create in a namespace that does not exist is a 404 about the namespace',
      run: async (session) =>
        spoken(await session.post('/api/v1/namespaces/never-made/configmaps', configMap('one'))),
    },
    {
      name: 'create with another namespace in the body is a 400 BadRequest',
      run: async (session) =>
        spoken(
          await session.post(
            session.core('configmaps'),
            configMap('one', {}, { namespace: 'other' }),
          ),
        ),
    },
    {
      name: 'create with another kind in the body is a 400 BadRequest',
      run: async (session) =>
        spoken(
          await session.post(session.core('configmaps'), {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'one' },
          }),
        ),
    },
    {
      name: 'create without kind and apiVersion answers 201: the path says which kind is meant',
      run: async (session) => {
        const answer = await session.post(session.core('configmaps'), { metadata: { name: 'one' } })
        return { status: answer.status, ...pick(answer.body, 'kind', 'apiVersion') }
      },
    },
    {
      name: 'create with a resourceVersion is a 500 without a reason',
      run: async (session) =>
        refusal(
          await session.post(
            session.core('configmaps'),
            configMap('one', {}, { resourceVersion: '5' }),
          ),
        ),
    },
    {
      name: 'generateName adds five letters or digits',
      run: async (session) => {
        const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'some-' } }
        const answer = await session.post(session.core('configmaps'), body)
        return {
          status: answer.status,
          isRight: /^some-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(
            String(dig(answer.body, 'metadata.name')),
          ),
          ...pick(answer.body, 'metadata.generateName'),
        }
      },
    },
    {
      name: 'a name that is neither given nor generated is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.post(session.core('configmaps'), {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: {},
          }),
        ),
    },
    {
      name: 'update with the resourceVersion that was read answers 200 and a new resourceVersion',
      run: async (session) => {
        const made = await session.post(session.core('configmaps'), configMap('one'))
        const resourceVersion = String(dig(made.body, 'metadata.resourceVersion'))
        const answer = await session.put(
          session.core('configmaps/one'),
          configMap('one', { a: '2' }, { resourceVersion }),
        )
        return {
          status: answer.status,
          ...pick(answer.body, 'data'),
          isNewer: Number(dig(answer.body, 'metadata.resourceVersion')) > Number(resourceVersion),
        }
      },
    },
    {
      name: 'update with an old resourceVersion is a 409 Conflict that names the object',
      run: async (session) => {
        const made = await session.post(session.core('configmaps'), configMap('one'))
        const resourceVersion = String(dig(made.body, 'metadata.resourceVersion'))
        await session.put(session.core('configmaps/one'), configMap('one', { a: '2' }))
        return spoken(
          await session.put(
            session.core('configmaps/one'),
            configMap('one', { a: '3' }, { resourceVersion }),
          ),
        )
      },
    },
    {
      name: 'update without a resourceVersion overwrites',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one'))
        return pick(
          (await session.put(session.core('configmaps/one'), configMap('one', { b: '2' }))).body,
          'data',
        )
      },
    },
    {
      name: 'update that changes nothing keeps the resourceVersion',
      run: async (session) => {
        const made = await session.post(session.core('configmaps'), configMap('one'))
        const answer = await session.put(session.core('configmaps/one'), configMap('one'))
        return {
          status: answer.status,
          isSame:
            dig(made.body, 'metadata.resourceVersion') ===
            dig(answer.body, 'metadata.resourceVersion'),
        }
      },
    },
    {
      name: 'update of what does not exist is a 404 for a ConfigMap',
      run: async (session) =>
        spoken(await session.put(session.core('configmaps/missing'), configMap('missing'))),
    },
    {
      name: 'update with another name in the body than in the path is a 400 BadRequest',
      run: async (session) =>
        spoken(await session.put(session.core('configmaps/one'), configMap('two'))),
    },
    {
      name: 'update cannot change uid (409) and keeps creationTimestamp whatever is sent',
      run: async (session) => {
        const made = await session.post(session.core('configmaps'), configMap('one'))
        const other = { uid: '00000000-0000-0000-0000-000000000000' }
        const changed = await session.put(
          session.core('configmaps/one'),
          configMap('one', { a: '2' }, other),
        )
        const older = { creationTimestamp: '2001-01-01T00:00:00Z' }
        const answer = await session.put(
          session.core('configmaps/one'),
          configMap('one', { a: '3' }, older),
        )
        return {
          uid: refusal(changed),
          creationTimestamp:
            dig(answer.body, 'metadata.creationTimestamp') ===
            dig(made.body, 'metadata.creationTimestamp'),
        }
      },
    },
    {
      name: 'generation starts at 1 and rises with the spec, not with labels or status',
      run: async (session) => {
        const path = session.in('apps/v1', 'deployments/one')
        const made = await session.post(session.in('apps/v1', 'deployments'), deployment('one'))
        const labelled = await session.patch('merge', path, { metadata: { labels: { a: 'b' } } })
        const status = await session.patch('merge', `${path}/status`, {
          status: { observedGeneration: 9 },
        })
        const paused = await session.patch('merge', path, { spec: { paused: true } })
        return [made, labelled, status, paused].map((answer) =>
          dig(answer.body, 'metadata.generation'),
        )
      },
    },
    {
      name: 'dryRun=All on create answers 201 as if done, and leaves nothing',
      run: async (session) => {
        const answer = await session.post(
          `${session.core('configmaps')}?dryRun=All`,
          configMap('one'),
        )
        return {
          status: answer.status,
          uid: shape(dig(answer.body, 'metadata.uid')),
          resourceVersion: shape(dig(answer.body, 'metadata.resourceVersion')),
          after: (await session.get(session.core('configmaps/one'))).status,
        }
      },
    },
    {
      name: 'dryRun=All on update, patch and delete leaves all as it was',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.post(session.core('configmaps'), configMap('one'))
        const put = await session.put(`${path}?dryRun=All`, configMap('one', { a: '2' }))
        const patched = await session.patch('merge', `${path}?dryRun=All`, { data: { a: '3' } })
        const deleted = await session.delete(`${path}?dryRun=All`)
        return {
          put: pick(put.body, 'data'),
          patched: pick(patched.body, 'data'),
          deleted: deleted.status,
          after: pick((await session.get(path)).body, 'data'),
        }
      },
    },
    {
      name: 'dryRun=All still refuses what would be refused',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one'))
        return [
          refusal(await session.post(`${session.core('configmaps')}?dryRun=All`, configMap('one'))),
          refusal(
            await session.post(`${session.core('configmaps')}?dryRun=All`, configMap('Not_A_Name')),
          ),
        ]
      },
    },
    {
      name: 'an unknown dryRun value is a 422 Invalid',
      run: async (session) =>
        refusal(await session.post(`${session.core('configmaps')}?dryRun=Some`, configMap('one'))),
    },
    {
      name: 'the status subresource changes status only, and the object itself never takes a status',
      run: async (session) => {
        await session.post(session.core('pods'), { ...pod('one'), status: { phase: 'Running' } })
        const path = session.core('pods/one')
        const first = pick((await session.get(path)).body, 'status.phase')
        const both = {
          metadata: { labels: { a: 'b' } },
          status: { phase: 'Running', message: 'hello' },
        }
        await session.patch('merge', path, both)
        const second = pick(
          (await session.get(path)).body,
          'status.phase',
          'status.message',
          'metadata.labels',
        )
        const wrong = { spec: { priority: 7 }, status: { phase: 'Failed', message: 'over' } }
        const answer = await session.patch('merge', `${path}/status`, wrong)
        return {
          first,
          second,
          third: {
            status: answer.status,
            ...pick(answer.body, 'status.phase', 'status.message', 'spec.priority'),
          },
        }
      },
    },
    {
      name: 'the scale subresource is an autoscaling/v1 Scale and changes replicas and generation',
      run: async (session) => {
        const path = session.in('apps/v1', 'deployments/one')
        await session.post(
          session.in('apps/v1', 'deployments'),
          deployment('one', { paused: true }),
        )
        const read = await session.get(`${path}/scale`)
        const patched = await session.patch('merge', `${path}/scale`, { spec: { replicas: 2 } })
        const wrong = await session.patch('merge', `${path}/scale`, { spec: { replicas: -1 } })
        return {
          read: pick(read.body, 'kind', 'apiVersion', 'metadata.name', 'spec', 'status'),
          patched: patched.status,
          wrong: refusal(wrong),
          after: pick((await session.get(path)).body, 'spec.replicas', 'metadata.generation'),
        }
      },
    },
  ],
}
