import { configMap } from './manifests'
import { dig, pick, spoken } from './see'
import type { Answer, Group, Identity, Json, Session } from './target'

const RBAC_GROUP = 'rbac.authorization.k8s.io'
const RBAC = `${RBAC_GROUP}/v1`
const REVIEWS = '/apis/authorization.k8s.io/v1'
const TRIES = 200

type Rules = { [field: string]: Json }[]
/** Somebody of the case alone, so that no other case's bindings count for them. */
const personOf = (session: Session): Identity & object => ({
  user: `person-${session.namespace}`,
  groups: [`group-${session.namespace}`],
})
const subjectOf = (session: Session) => [
  { kind: 'User', name: personOf(session).user, apiGroup: RBAC_GROUP },
]
const refTo = (kind: 'Role' | 'ClusterRole', name: string) => ({ kind, name, apiGroup: RBAC_GROUP })
const binding = (
  session: Session,
  { name, role }: { name: string; role: ReturnType<typeof refTo> },
): Json => ({
  apiVersion: RBAC,
  kind: 'RoleBinding',
  metadata: { name },
  subjects: subjectOf(session),
  roleRef: role,
})
const role = (name: string, rules: Rules): Json => ({
  apiVersion: RBAC,
  kind: 'Role',
  metadata: { name },
  rules,
})
/** Gives the person these rules in the case's namespace, and waits until the server knows it. */
async function give(session: Session, rules: Rules): Promise<Identity & object> {
  const as = personOf(session)
  const known = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }
  await session.post(session.in(RBAC, 'roles'), role('given', [known, ...rules]))
  await session.post(
    session.in(RBAC, 'rolebindings'),
    binding(session, { name: 'given', role: refTo('Role', 'given') }),
  )
  for (let tries = 0; tries < TRIES; tries++)
    if ((await session.get(session.core('configmaps'), { as })).status === 200) break
  return as
}
// Names that differ from server to server are taken out of what it says.
const words = (session: Session, answer: Answer): unknown =>
  JSON.parse(JSON.stringify(spoken(answer)).replaceAll(session.namespace, 'NAMESPACE')) as unknown
const WRITE = ['get', 'create', 'update', 'patch', 'delete']
const BINDINGS = { apiGroups: [RBAC_GROUP], resources: ['rolebindings'], verbs: WRITE }
const ROLES = { apiGroups: [RBAC_GROUP], resources: ['roles'], verbs: WRITE }
const bindByName = (name: string) => ({
  apiGroups: [RBAC_GROUP],
  resources: ['clusterroles'],
  verbs: ['bind'],
  resourceNames: [name],
})

export const rights: Group = {
  name: 'rights',
  cases: [
    {
      name: 'who may bind one role by its name binds that one, and no other',
      run: async (session) => {
        const as = await give(session, [BINDINGS, bindByName('view')])
        const bind = (name: string) =>
          session.post(
            session.in(RBAC, 'rolebindings'),
            binding(session, { name, role: refTo('ClusterRole', name) }),
            { as },
          )
        return [(await bind('view')).status, (await bind('cluster-admin')).status]
      },
    },
    {
      name: 'a role that is not there can be bound by who may bind it, and is not found by who may not',
      run: async (session) => {
        const as = await give(session, [BINDINGS, bindByName('nowhere')])
        const bind = (name: string) =>
          session.post(
            session.in(RBAC, 'rolebindings'),
            binding(session, { name: `to-${name}`, role: refTo('ClusterRole', name) }),
            { as },
          )
        return [(await bind('nowhere')).status, words(session, await bind('elsewhere'))]
      },
    },
    {
      name: 'the role that a binding refers to cannot be changed afterwards: 422',
      run: async (session) => {
        await session.post(
          session.in(RBAC, 'rolebindings'),
          binding(session, { name: 'one', role: refTo('ClusterRole', 'view') }),
        )
        return words(
          session,
          await session.put(
            session.in(RBAC, 'rolebindings/one'),
            binding(session, { name: 'one', role: refTo('ClusterRole', 'edit') }),
          ),
        )
      },
    },
    {
      name: 'a role is widened only by who holds what is added, and narrowed by whoever may write it',
      run: async (session) => {
        const as = await give(session, [ROLES])
        const wide = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }]
        await session.post(session.in(RBAC, 'roles'), role('wide', wide))
        const put = (rules: Rules) =>
          session.put(session.in(RBAC, 'roles/wide'), role('wide', rules), { as })
        const narrowed = await put([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }])
        const widened = await put(wide)
        return [
          narrowed.status,
          widened.status,
          /attempting to grant RBAC permissions not currently held/.test(
            String(dig(widened.body, 'message')),
          ),
        ]
      },
    },
    {
      name: 'a role that is written again is held to all that it grants, even as it was; its owners may be written',
      run: async (session) => {
        const as = await give(session, [ROLES])
        const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]
        await session.post(session.in(RBAC, 'roles'), role('same', rules))
        const same = session.in(RBAC, 'roles/same')
        const patch = (metadata: Json) =>
          session.send('PATCH', same, {
            as,
            headers: { 'content-type': 'application/merge-patch+json' },
            body: { metadata },
          })
        return {
          again: (await session.put(same, role('same', rules), { as })).status,
          labels: (await patch({ labels: { a: 'b' } })).status,
          nothing: (await patch({})).status,
          finalizers: (await patch({ finalizers: ['example.org/later'] })).status,
        }
      },
    },
    {
      name: 'who lacks what a binding grants may neither add anybody to it nor take anybody out, but delete it',
      run: async (session) => {
        const as = await give(session, [BINDINGS])
        const user = (name: string) => ({ kind: 'User', name, apiGroup: RBAC_GROUP })
        const made = {
          ...(binding(session, {
            name: 'team',
            role: refTo('ClusterRole', 'cluster-admin'),
          }) as object),
          subjects: [user('first')],
        }
        await session.post(session.in(RBAC, 'rolebindings'), made)
        const put = (subjects: Json) =>
          session.put(session.in(RBAC, 'rolebindings/team'), { ...made, subjects }, { as })
        const more = await put([user('first'), user('second')])
        const less = await put([])
        const gone = await session.delete(session.in(RBAC, 'rolebindings/team'), undefined, { as })
        return [more.status, less.status, gone.status]
      },
    },
    {
      name: 'a cluster role bound in a namespace grants nothing on kinds that have none',
      run: async (session) => {
        const as = await give(session, [
          { apiGroups: [''], resources: ['nodes', 'namespaces'], verbs: ['list', 'get'] },
        ])
        const status = async (path: string) => (await session.get(path, { as })).status
        return {
          nodes: await status('/api/v1/nodes'),
          namespaces: await status('/api/v1/namespaces'),
          own: await status(`/api/v1/namespaces/${session.namespace}`),
        }
      },
    },
    {
      name: 'names in a rule: reading, changing and listing by that name alone; creating and listing all are not covered',
      run: async (session) => {
        const as = await give(session, [
          {
            apiGroups: [''],
            resources: ['secrets'],
            resourceNames: ['one'],
            verbs: ['get', 'list', 'create', 'patch', 'delete'],
          },
        ])
        const secrets = session.core('secrets')
        const secret = (name: string): Json => ({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name },
        })
        await session.post(secrets, secret('one'))
        const status = (answer: Answer) => answer.status
        return {
          get: status(await session.get(`${secrets}/one`, { as })),
          other: status(await session.get(`${secrets}/two`, { as })),
          list: status(await session.get(secrets, { as })),
          listed: status(await session.get(`${secrets}?fieldSelector=metadata.name%3Done`, { as })),
          create: status(await session.post(secrets, secret('one'), { as })),
          delete: status(await session.delete(`${secrets}/one`, undefined, { as })),
        }
      },
    },
    {
      name: 'a status is a right of its own',
      run: async (session) => {
        const as = await give(session, [
          { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['*'] },
        ])
        const budgets = session.in('policy/v1', 'poddisruptionbudgets')
        await session.post(budgets, {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: 'one' },
          spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
        })
        return [
          (await session.get(`${budgets}/one`, { as })).status,
          words(session, await session.get(`${budgets}/one/status`, { as })),
        ]
      },
    },
    {
      name: 'deleting all of a kind is a right of its own',
      run: async (session) => {
        const as = await give(session, [
          { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
        ])
        await session.post(session.core('configmaps'), configMap('one', {}))
        return [
          (await session.delete(session.core('configmaps'), undefined, { as })).status,
          (await session.delete(session.core('configmaps/one'), undefined, { as })).status,
        ]
      },
    },
    {
      name: 'a server-side apply that makes something asks for create and patch, one that changes for patch alone',
      run: async (session) => {
        const as = await give(session, [
          { apiGroups: [''], resources: ['secrets'], verbs: ['patch', 'get'] },
        ])
        const apply = (name: string) =>
          session.send('PATCH', `${session.core('secrets')}/${name}?fieldManager=me`, {
            as,
            headers: { 'content-type': 'application/apply-patch+yaml' },
            body: { apiVersion: 'v1', kind: 'Secret', metadata: { name } },
          })
        await session.post(session.core('secrets'), {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'there' },
        })
        return [(await apply('there')).status, words(session, await apply('new'))]
      },
    },
    {
      name: 'SubjectAccessReview of nobody is a 422',
      run: async (session) =>
        words(
          session,
          await session.post(`${REVIEWS}/subjectaccessreviews`, {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SubjectAccessReview',
            spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
          }),
        ),
    },
    {
      name: 'SelfSubjectRulesReview tells what a binding in the namespace gives, names included',
      run: async (session) => {
        const as = await give(session, [bindByName('view')])
        const { body } = await session.post(
          `${REVIEWS}/selfsubjectrulesreviews`,
          {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectRulesReview',
            spec: { namespace: session.namespace },
          },
          { as },
        )
        const all = dig(body, 'status.resourceRules') as { apiGroups?: string[] }[]
        return {
          own: all.filter(
            ({ apiGroups }) => apiGroups?.includes(RBAC_GROUP) || apiGroups?.includes(''),
          ),
          ...pick(body, 'status.incomplete'),
        }
      },
    },
  ],
}
