import { configMap, deployment, pod } from './manifests'
import { dig, refusal, spoken } from './see'
import type { Group, Json, Session } from './target'

const nameCases: [why: string, name: string][] = [
  ['upper case', 'Upper'],
  ['an underscore', 'with_underscore'],
  ['a leading dash', '-lead'],
  ['254 letters', 'a'.repeat(254)],
]
const refuse = async (session: Session, path: string, body: Json): Promise<Json> =>
  refusal(await session.post(path, body))

export const refusals: Group = {
  name: 'refusals',
  cases: [
    ...nameCases.map(([why, name]) => ({
      name: `a name with ${why} is a 422 Invalid about metadata.name`,
      run: (session: Session) => refuse(session, session.core('configmaps'), configMap(name)),
    })),
    {
      name: 'a dot is allowed in the name of a ConfigMap, not in that of a Service or Namespace',
      run: async (session) => {
        const service = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'a.b' },
          spec: { ports: [{ port: 80 }] },
        }
        const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } }
        return [
          (await session.post(session.core('configmaps'), configMap('a.b'))).status,
          await refuse(session, session.core('services'), service),
          await refuse(session, '/api/v1/namespaces', namespace),
        ]
      },
    },
    {
      name: 'a namespace of 64 letters is a 422 Invalid, of 63 it is made',
      run: async (session) => {
        const of = (name: string): Json => ({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        })
        return [
          await refuse(session, '/api/v1/namespaces', of('n'.repeat(64))),
          (await session.post('/api/v1/namespaces?dryRun=All', of('n'.repeat(63)))).status,
        ]
      },
    },
    {
      name: 'labels and annotations are checked: each bad one is a cause',
      run: (session) =>
        refuse(
          session,
          session.core('configmaps'),
          configMap(
            'one',
            {},
            { labels: { 'bad key': 'x', good: 'not good!' }, annotations: { 'also bad': 'x' } },
          ),
        ),
    },
    {
      name: 'a key of a ConfigMap is checked',
      run: (session) =>
        refuse(session, session.core('configmaps'), configMap('one', { 'not/a/key': '1' })),
    },
    {
      name: 'a pod without containers is a 422 Invalid: required',
      run: (session) => refuse(session, session.core('pods'), pod('one', { containers: [] })),
    },
    {
      name: 'a container needs a name and an image, each missing part its own cause',
      run: (session) =>
        refuse(
          session,
          session.core('pods'),
          pod('one', { containers: [{ image: 'registry.example/a:1' }, { name: 'b' }] }),
        ),
    },
    {
      name: 'two containers of one name are a duplicate',
      run: (session) => {
        const twin = { name: 'a', image: 'registry.example/a:1' }
        return refuse(session, session.core('pods'), pod('one', { containers: [twin, twin] }))
      },
    },
    {
      name: 'a deployment whose selector does not match its template is a 422 Invalid',
      run: (session) =>
        refuse(
          session,
          session.in('apps/v1', 'deployments'),
          deployment('one', { selector: { matchLabels: { app: 'other' } } }),
        ),
    },
    {
      name: 'a deployment without selector and template is a 422 Invalid',
      run: (session) =>
        refuse(session, session.in('apps/v1', 'deployments'), {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'one' },
          spec: {},
        }),
    },
    {
      name: 'a quantity that is none is a 400 BadRequest, a negative one a 422 Invalid',
      run: async (session) => {
        const of = (cpu: string): Json =>
          pod('one', {
            containers: [
              { name: 'a', image: 'registry.example/a:1', resources: { requests: { cpu } } },
            ],
          })
        return [
          await refuse(session, session.core('pods'), of('much')),
          await refuse(session, session.core('pods'), of('-1')),
        ]
      },
    },
    {
      name: 'a request above its limit, and GPUs by request alone, are 422 Invalid',
      run: async (session) => {
        const of = (resources: Json): Json =>
          pod('one', { containers: [{ name: 'a', image: 'registry.example/a:1', resources }] })
        return [
          await refuse(
            session,
            session.core('pods'),
            of({ requests: { cpu: '2' }, limits: { cpu: '1' } }),
          ),
          await refuse(session, session.core('pods'), of({ requests: { 'nvidia.com/gpu': '1' } })),
          await refuse(session, session.core('pods'), of({ limits: { 'nvidia.com/gpu': '500m' } })),
        ]
      },
    },
    {
      name: 'a claim without storage request is a 422 Invalid',
      run: (session) =>
        refuse(session, session.core('persistentvolumeclaims'), {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'one' },
          spec: { accessModes: ['ReadWriteOnce'], resources: {} },
        }),
    },
    {
      name: 'a body that is not JSON is a 400 BadRequest, an empty one too',
      run: async (session) => [
        refusal(await session.post(session.core('configmaps'), '{"kind":')),
        refusal(await session.post(session.core('configmaps'), '')),
      ],
    },
    {
      name: 'a body of a type that is not known is a 415 UnsupportedMediaType',
      run: async (session) =>
        refusal(
          await session.post(session.core('configmaps'), 'hello', {
            headers: { 'content-type': 'text/plain' },
          }),
        ),
    },
    {
      name: 'an Accept that cannot be met is a 406 NotAcceptable',
      run: async (session) =>
        refusal(
          await session.get(session.core('configmaps'), { headers: { accept: 'image/png' } }),
        ),
    },
    {
      name: 'a method that a resource does not have is a 405 MethodNotAllowed',
      run: async (session) =>
        spoken(await session.post(session.core('configmaps/one'), configMap('one'))),
    },
    {
      name: 'an unknown field is kept out silently by default, with a Warning header',
      run: async (session) => {
        const answer = await session.post(session.core('configmaps'), {
          ...configMap('one'),
          colour: 'red',
        })
        return {
          status: answer.status,
          colour: dig(answer.body, 'colour') ?? null,
          warning: answer.headers['warning'] ?? null,
        }
      },
    },
    {
      name: 'fieldValidation=Strict makes an unknown or doubled field a 400 BadRequest',
      run: async (session) => {
        const path = `${session.core('configmaps')}?fieldValidation=Strict`
        const doubled =
          '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"1"},"data":{"b":"1"}}'
        return [
          spoken(await session.post(path, { ...configMap('one'), colour: 'red' })),
          spoken(await session.post(path, doubled)),
        ]
      },
    },
    {
      name: 'fieldValidation=Ignore says nothing about an unknown field',
      run: async (session) => {
        const answer = await session.post(`${session.core('configmaps')}?fieldValidation=Ignore`, {
          ...configMap('one'),
          colour: 'red',
        })
        return { status: answer.status, warning: answer.headers['warning'] ?? null }
      },
    },
    {
      name: 'an immutable ConfigMap refuses other data with 422 Invalid',
      run: async (session) => {
        await session.post(session.core('configmaps'), { ...configMap('one'), immutable: true })
        return refusal(
          await session.put(session.core('configmaps/one'), {
            ...configMap('one', { a: '2' }),
            immutable: true,
          }),
        )
      },
    },
  ],
}
