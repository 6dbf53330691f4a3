import { configMap } from './manifests'
import { spoken } from './see'
import type { Answer, Group, Identity, Json, Session } from './target'

type Fields = { [field: string]: Json | undefined }
const GROUP = 'admissionregistration.k8s.io/v1'
const RBAC = 'rbac.authorization.k8s.io/v1'
const ann: Identity = { user: 'ann', groups: ['vision'] }

interface Rules {
  validations: Fields[]
  operations?: string[]
  more?: Fields
}
/** A policy about ConfigMaps in the case's own namespace, bound, and known to the server: a server hears of policies a moment later. */
async function rule(
  session: Session,
  { validations, operations = ['CREATE', 'UPDATE'], more = {} }: Rules,
): Promise<void> {
  const name = `${session.namespace}.example.com`
  await session.post(`/apis/${GROUP}/validatingadmissionpolicies`, {
    apiVersion: GROUP,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations, resources: ['configmaps'] },
        ],
      },
      ...more,
      validations: [
        { expression: "object == null || object.metadata.name != 'probe'", message: 'known' },
        ...validations,
      ],
    },
  })
  await session.post(`/apis/${GROUP}/validatingadmissionpolicybindings`, {
    apiVersion: GROUP,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': session.namespace } },
      },
    },
  })
  const probe = () =>
    session.post(session.core('configmaps?dryRun=All'), configMap('probe'), { as: 'admin' })
  const deadline = performance.now() + session.patience * 1000
  while ((await probe()).status < 400 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100))
}
const seen = (answer: Answer): Json => (answer.status < 300 ? answer.status : spoken(answer))
const make = async (session: Session, body: Json, as: Identity = 'admin'): Promise<Json> =>
  seen(await session.post(session.core('configmaps'), body, { as }))

/** Lets ann write ConfigMaps in the case's namespace, and waits until the server knows it. */
async function admit(
  session: Session,
  verbs: string[] = ['create', 'get', 'delete'],
): Promise<void> {
  await session.post(session.in(RBAC, 'roles'), {
    apiVersion: RBAC,
    kind: 'Role',
    metadata: { name: 'writer' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
  })
  await session.post(session.in(RBAC, 'rolebindings'), {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'writers' },
    subjects: [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'Role', name: 'writer', apiGroup: 'rbac.authorization.k8s.io' },
  })
  for (let tries = 0; tries < 100; tries++)
    if ((await session.get(session.core('configmaps/none'), { as: ann })).status === 404) return
}

export const policies: Group = {
  name: 'policies',
  cases: [
    {
      name: 'what a policy denies is a 422 with its message, and what it allows is made',
      run: async (session) => {
        await rule(session, {
          validations: [{ expression: "'a' in object.data", message: 'It has no a.' }],
        })
        return [
          await make(session, configMap('one', { b: '1' })),
          await make(session, configMap('two')),
        ]
      },
    },
    {
      name: 'a reason chooses the code, and without a message the expression is told',
      run: async (session) => {
        await rule(session, {
          validations: [{ expression: "'a' in object.data", reason: 'Forbidden' }],
        })
        return make(session, configMap('one', { b: '1' }))
      },
    },
    {
      name: 'who asks must be who is written',
      run: async (session) => {
        await rule(session, {
          validations: [
            {
              expression: 'object.data.by == request.userInfo.username',
              messageExpression: "'by must be ' + request.userInfo.username",
            },
          ],
        })
        await admit(session)
        return [
          await make(session, configMap('one', { by: 'bob' }), ann),
          await make(session, configMap('one', { by: 'ann' }), ann),
        ]
      },
    },
    {
      name: 'an update sees what stood there before',
      run: async (session) => {
        await rule(session, {
          validations: [
            {
              expression: "request.operation == 'CREATE' || object.data == oldObject.data",
              message: 'It is written once.',
            },
          ],
        })
        await make(session, configMap('one'))
        const at = session.core('configmaps/one')
        return [
          seen(await session.patch('merge', at, { data: { a: '2' } })),
          seen(await session.patch('merge', at, { metadata: { labels: { a: 'b' } } })),
        ]
      },
    },
    {
      name: 'a deletion is judged by what stood there',
      run: async (session) => {
        await rule(session, {
          operations: ['CREATE', 'DELETE'],
          validations: [
            {
              expression: "request.operation == 'CREATE' || oldObject.data.a != '1'",
              message: 'It stays.',
            },
          ],
        })
        await make(session, configMap('one'))
        await make(session, configMap('two', { a: '2' }))
        return [
          seen(await session.delete(session.core('configmaps/one'))),
          seen(await session.delete(session.core('configmaps/two'))),
        ]
      },
    },
    {
      name: 'conditions, variables, the namespace and the rights of who asks can be asked for',
      run: async (session) => {
        await rule(session, {
          more: {
            matchConditions: [
              { name: 'not-system', expression: "!object.metadata.name.startsWith('sys-')" },
            ],
            variables: [
              { name: 'place', expression: 'namespaceObject.metadata.name' },
              {
                name: 'lead',
                expression:
                  "authorizer.group('').resource('configmaps').namespace(request.namespace).check('delete').allowed()",
              },
            ],
          },
          validations: [
            {
              expression: 'variables.lead && variables.place == object.metadata.namespace',
              message: 'Only who may delete.',
            },
          ],
        })
        await admit(session, ['create', 'get'])
        return [
          await make(session, configMap('one'), ann),
          await make(session, configMap('sys-one'), ann),
          await make(session, configMap('two')),
        ]
      },
    },
    {
      name: 'conditions of a match do not see the namespace: asking for it denies',
      run: async (session) => {
        await rule(session, {
          more: {
            matchConditions: [
              {
                name: 'not-probed',
                expression:
                  "object.metadata.name == 'probe' || namespaceObject.metadata.name != ''",
              },
            ],
          },
          validations: [],
        })
        return make(session, configMap('one'))
      },
    },
    {
      name: 'an expression that ends in an error denies',
      run: async (session) => {
        await rule(session, {
          validations: [{ expression: "object.data.a == 'x'", message: 'not x' }],
        })
        const answer = await session.post(session.core('configmaps'), configMap('one', { b: '1' }))
        return {
          status: answer.status,
          denied: JSON.stringify(answer.body).includes('denied request'),
        }
      },
    },
  ],
}
