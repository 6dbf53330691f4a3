import { configMap, deployment } from './manifests'
import { dig, pick, refusal, spoken } from './see'
import type { Answer, Group, Json, Session } from './target'

const withMap = async (session: Session): Promise<string> => {
  await session.post(
    session.core('configmaps'),
    configMap('one', { a: '1', b: '2' }, { labels: { x: 'y' } }),
  )
  return session.core('configmaps/one')
}
const withDeployment = async (session: Session): Promise<string> => {
  const containers = [
    {
      name: 'main',
      image: 'registry.example/image:1',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { name: 'side', image: 'registry.example/side:1' },
  ]
  await session.post(
    session.in('apps/v1', 'deployments'),
    deployment('one', { template: { metadata: { labels: { app: 'one' } }, spec: { containers } } }),
  )
  return session.in('apps/v1', 'deployments/one')
}
const data = (answer: Answer): unknown => ({ status: answer.status, ...pick(answer.body, 'data') })
const containers = (answer: Answer): unknown => {
  const list = dig(answer.body, 'spec.template.spec.containers')
  return Array.isArray(list)
    ? list.map((each) => pick(each, 'name', 'image', 'env'))
    : refusal(answer)
}
const inPod = (spec: Json): Json => ({ spec: { template: { spec } } })

export const patching: Group = {
  name: 'patching',
  cases: [
    {
      name: 'merge patch sets, and removes by null',
      run: async (session) =>
        data(await session.patch('merge', await withMap(session), { data: { a: null, c: '3' } })),
    },
    {
      name: 'merge patch replaces lists whole',
      run: async (session) => {
        const answer = await session.patch(
          'merge',
          await withDeployment(session),
          inPod({ containers: [{ name: 'side', image: 'registry.example/side:2' }] }),
        )
        return containers(answer)
      },
    },
    {
      name: 'merge patch with an old resourceVersion is a 409 Conflict',
      run: async (session) => {
        const path = await withMap(session)
        const resourceVersion =
          dig((await session.get(path)).body, 'metadata.resourceVersion') ?? null
        await session.patch('merge', path, { data: { a: '2' } })
        return refusal(
          await session.patch('merge', path, { metadata: { resourceVersion }, data: { a: '3' } }),
        )
      },
    },
    {
      name: 'merge patch that is not JSON is a 400 BadRequest',
      run: async (session) =>
        refusal(await session.patch('merge', await withMap(session), '{"data":')),
    },
    {
      name: 'merge patch of a missing object is a 404',
      run: async (session) =>
        spoken(await session.patch('merge', session.core('configmaps/missing'), { data: {} })),
    },
    {
      name: 'merge patch cannot change the name: 400 BadRequest',
      run: async (session) =>
        refusal(
          await session.patch('merge', await withMap(session), { metadata: { name: 'two' } }),
        ),
    },
    {
      name: 'JSON patch adds, replaces, removes, copies and tests in order',
      run: async (session) =>
        data(
          await session.patch('json', await withMap(session), [
            { op: 'test', path: '/data/a', value: '1' },
            { op: 'add', path: '/data/c', value: '3' },
            { op: 'replace', path: '/data/b', value: '20' },
            { op: 'copy', from: '/data/c', path: '/data/d' },
            { op: 'remove', path: '/data/a' },
          ]),
        ),
    },
    {
      name: 'JSON patch with a failed test is a 422 Invalid and changes nothing',
      run: async (session) => {
        const path = await withMap(session)
        const answer = await session.patch('json', path, [
          { op: 'replace', path: '/data/b', value: '20' },
          { op: 'test', path: '/data/a', value: 'other' },
        ])
        return { answer: refusal(answer), after: data(await session.get(path)) }
      },
    },
    {
      name: 'JSON patch that removes what is not there is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.patch('json', await withMap(session), [
            { op: 'remove', path: '/data/zzz' },
          ]),
        ),
    },
    {
      name: 'JSON patch reaches keys with a slash by ~1',
      run: async (session) => {
        const answer = await session.patch('json', await withMap(session), [
          { op: 'add', path: '/metadata/labels/example.org~1team', value: 'vision' },
        ])
        return pick(answer.body, 'metadata.labels')
      },
    },
    {
      name: 'JSON patch that is no list is a 400 BadRequest',
      run: async (session) =>
        refusal(
          await session.patch('json', await withMap(session), { op: 'remove', path: '/data/a' }),
        ),
    },
    {
      name: 'strategic merge patch merges containers by name and env by name',
      run: async (session) => {
        const change = inPod({
          containers: [
            {
              name: 'main',
              image: 'registry.example/image:2',
              env: [
                { name: 'B', value: '3' },
                { name: 'C', value: '4' },
              ],
            },
          ],
        })
        return containers(await session.patch('strategic', await withDeployment(session), change))
      },
    },
    {
      name: 'strategic merge patch deletes from a list by $patch: delete',
      run: async (session) =>
        containers(
          await session.patch(
            'strategic',
            await withDeployment(session),
            inPod({ containers: [{ name: 'side', $patch: 'delete' }] }),
          ),
        ),
    },
    {
      name: 'strategic merge patch replaces a list by $patch: replace',
      run: async (session) => {
        const change = inPod({
          containers: [{ $patch: 'replace' }, { name: 'only', image: 'registry.example/only:1' }],
        })
        return containers(await session.patch('strategic', await withDeployment(session), change))
      },
    },
    {
      name: 'strategic merge patch merges finalizers as a set and owner references by uid',
      run: async (session) => {
        const path = await withMap(session)
        const owner = (name: string, uid: string): Json => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name,
          uid,
        })
        const uids = [
          '00000000-0000-0000-0000-00000000000a',
          '00000000-0000-0000-0000-00000000000b',
        ]
        const dry = `${path}?dryRun=All`
        const first = await session.patch('strategic', dry, {
          metadata: { finalizers: ['takt.dev/a'], ownerReferences: [owner('o', uids[0] ?? '')] },
        })
        return pick(first.body, 'metadata.finalizers', 'metadata.ownerReferences')
      },
    },
    {
      name: 'a media type that is no patch is a 415 UnsupportedMediaType',
      run: async (session) =>
        refusal(
          await session.send('PATCH', await withMap(session), {
            body: { data: {} },
            headers: { 'content-type': 'application/json' },
          }),
        ),
    },
    {
      name: 'a patch that makes the object invalid is a 422 with the field of each cause',
      run: async (session) =>
        refusal(
          await session.patch('merge', await withDeployment(session), {
            spec: { replicas: -1, minReadySeconds: -2 },
          }),
        ),
    },
    {
      name: 'a merge patch with a wrong type of value is a 422 Invalid about the field named patch',
      run: async (session) =>
        refusal(
          await session.patch('merge', await withDeployment(session), {
            spec: { replicas: 'two' },
          }),
        ),
    },
    {
      name: 'the selector of a deployment is immutable: 422 Invalid',
      run: async (session) =>
        refusal(
          await session.patch('merge', await withDeployment(session), {
            spec: { selector: { matchLabels: { app: 'two' } } },
          }),
        ),
    },
    {
      name: 'a patch that changes nothing keeps the resourceVersion',
      run: async (session) => {
        const path = await withMap(session)
        const before = dig((await session.get(path)).body, 'metadata.resourceVersion')
        return (
          dig(
            (await session.patch('merge', path, { data: { a: '1' } })).body,
            'metadata.resourceVersion',
          ) === before
        )
      },
    },
  ],
}
