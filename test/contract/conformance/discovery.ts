import { dig, pick, refusal, shape } from './see'
import type { Answer, Group, Json, Session } from './target'

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

/** What discovery says of the kinds the product works with; other kinds may be served or not. */
const expected = [
  'pods',
  'pods/log',
  'pods/exec',
  'pods/portforward',
  'configmaps',
  'namespaces',
  'namespaces/status',
  'nodes',
  'persistentvolumeclaims',
  'services',
  'events',
]
const resources = (answer: Answer, names: string[]): unknown =>
  names.map((name) => {
    const found = list(dig(answer.body, 'resources')).find((each) => dig(each, 'name') === name)
    const verbs = list(dig(found, 'verbs')).map(String).toSorted()
    return {
      ...pick(found, 'name', 'singularName', 'namespaced', 'kind', 'shortNames', 'categories'),
      verbs,
    }
  })

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
const groupNamed = (answer: Answer, name: string | undefined): Json | undefined =>
  list(dig(answer.body, 'items')).find((each) => dig(each, 'metadata.name') === name)

async function aggregate(
  session: Session,
  path: string,
  wanted: { group?: string; resource: string },
): Promise<unknown> {
  const answer = await session.get(path, { headers: { accept: aggregated } })
  const group = groupNamed(answer, wanted.group)
  const version = dig(group, 'versions.0')
  const resource = list(dig(version, 'resources')).find(
    (each) => dig(each, 'resource') === wanted.resource,
  )
  return {
    contentType: answer.headers['content-type'],
    ...pick(answer.body, 'kind', 'apiVersion'),
    version: dig(version, 'version'),
    freshness: dig(version, 'freshness'),
    resource: pick(
      resource,
      'resource',
      'responseKind',
      'scope',
      'singularResource',
      'shortNames',
      'categories',
    ),
    verbs: list(dig(resource, 'verbs')).map(String).toSorted(),
    subresources: list(dig(resource, 'subresources')).map((each) =>
      pick(each, 'subresource', 'responseKind'),
    ),
  }
}

export const discovery: Group = {
  name: 'discovery',
  cases: [
    {
      name: '/version tells major, minor and gitVersion to anybody',
      run: async (session) => {
        const answer = await session.get('/version', { as: 'anonymous' })
        return {
          status: answer.status,
          ...pick(answer.body, 'major', 'minor'),
          gitVersion: shape(dig(answer.body, 'gitVersion')),
        }
      },
    },
    {
      name: '/healthz, /livez and /readyz answer ok as text',
      run: async (session) => {
        const answers = await Promise.all(
          ['/healthz', '/livez', '/readyz'].map((path) => session.get(path)),
        )
        return answers.map((answer) => [answer.status, answer.body, answer.headers['content-type']])
      },
    },
    {
      name: '/api is an APIVersions with v1',
      run: async (session) => pick((await session.get('/api')).body, 'kind', 'versions'),
    },
    {
      name: '/apis is an APIGroupList with a preferred version for each group',
      run: async (session) => {
        const answer = await session.get('/apis')
        const named = (name: string): Json =>
          list(dig(answer.body, 'groups')).find((each) => dig(each, 'name') === name) ?? null
        return {
          ...pick(answer.body, 'kind', 'apiVersion'),
          apps: named('apps'),
          rbac: named('rbac.authorization.k8s.io'),
          storage: named('storage.k8s.io'),
        }
      },
    },
    {
      name: '/apis/apps is one APIGroup',
      run: async (session) => (await session.get('/apis/apps')).body,
    },
    {
      name: '/api/v1 lists core kinds with verbs, short names and categories',
      run: async (session) => {
        const answer = await session.get('/api/v1')
        return {
          ...pick(answer.body, 'kind', 'groupVersion'),
          resources: resources(answer, expected),
        }
      },
    },
    {
      name: '/apis/apps/v1 lists workloads with status and scale, scale with its own group',
      run: async (session) => {
        const answer = await session.get('/apis/apps/v1')
        const scale = list(dig(answer.body, 'resources')).find(
          (each) => dig(each, 'name') === 'deployments/scale',
        )
        const names = ['deployments', 'deployments/status', 'statefulsets', 'statefulsets/scale']
        return {
          ...pick(answer.body, 'kind', 'apiVersion', 'groupVersion'),
          scale: pick(scale, 'group', 'version', 'kind'),
          resources: resources(answer, names),
        }
      },
    },
    {
      name: 'aggregated discovery of /apis describes all groups in one answer',
      run: (session) => aggregate(session, '/apis', { group: 'apps', resource: 'deployments' }),
    },
    {
      name: 'aggregated discovery of /api describes the core group, which has no name',
      run: (session) =>
        aggregate(session, '/api', { resource: 'pods' }).then((seen) => ({
          ...(seen as object),
          subresources: 'many',
        })),
    },
    {
      name: '/openapi/v3 points to one document for each group and version, each with a hash in its address',
      run: async (session) => {
        const answer = await session.get('/openapi/v3')
        const paths = dig(answer.body, 'paths') ?? {}
        const names = Object.keys(paths as object)
        const url = String(
          dig((paths as Record<string, Json>)['apis/apps/v1'], 'serverRelativeURL'),
        )
        return {
          known: ['api/v1', 'apis/apps/v1', 'version'].map((name) => names.includes(name)),
          url: url.replace(/[0-9A-F]{20,}/, 'HASH'),
        }
      },
    },
    {
      name: '/openapi/v3/apis/apps/v1 describes a deployment with its group, version and kind',
      run: async (session) => {
        const answer = await session.get('/openapi/v3/apis/apps/v1')
        const schemas = (dig(answer.body, 'components.schemas') ?? {}) as Record<string, Json>
        const schema = schemas['io.k8s.api.apps.v1.Deployment']
        return {
          openapi: dig(answer.body, 'openapi'),
          kinds: dig(schema, 'x-kubernetes-group-version-kind'),
          properties: Object.keys((dig(schema, 'properties') ?? {}) as object).toSorted(),
          path:
            dig(answer.body, 'paths') !== undefined &&
            '/apis/apps/v1/namespaces/{namespace}/deployments' in
              (dig(answer.body, 'paths') as object),
        }
      },
    },
    {
      name: 'a path outside any API is a 404 that is plain text for /nothing',
      run: async (session) => {
        const answer = await session.get('/nothing')
        return [answer.status, typeof answer.body === 'string' ? answer.body : refusal(answer)]
      },
    },
    {
      name: 'an unknown group is a 404 in plain text, an unknown version or resource of a served group a 404 Status',
      run: async (session) => {
        const answers = await Promise.all(
          [
            '/apis/none.example',
            '/apis/apps/v9',
            '/api/v1/nothings',
            '/apis/none.example/v1/things',
          ].map((path) => session.get(path)),
        )
        return answers.map((answer) => [
          answer.status,
          typeof answer.body === 'string' ? answer.body.trim() : refusal(answer),
        ])
      },
    },
  ],
}
