import { configMap } from './manifests'
import { dig, pick, shape, spoken } from './see'
import type { Group, Identity, Json, Session } from './target'

const ann: Identity = { user: 'ann', groups: ['vision'] }
const REVIEWS = '/apis/authorization.k8s.io/v1'
const RBAC = 'rbac.authorization.k8s.io/v1'

type Fields = { [field: string]: Json }
const review = (kind: string, spec: Fields): Json => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind,
  spec,
})
const may = async (session: Session, attributes: Fields, as: Identity = ann): Promise<unknown> => {
  const body = review('SelfSubjectAccessReview', { resourceAttributes: attributes })
  const answer = await session.post(`${REVIEWS}/selfsubjectaccessreviews`, body, { as })
  return {
    status: answer.status,
    ...pick(answer.body, 'status.allowed', 'status.denied', 'status.reason'),
  }
}
/** Lets ann read ConfigMaps and create pods in the case's own namespace, by group. */
const grant = async (session: Session): Promise<void> => {
  const rules = [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] },
    { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['*'] },
  ]
  await session.post(session.in(RBAC, 'roles'), {
    apiVersion: RBAC,
    kind: 'Role',
    metadata: { name: 'reader' },
    rules,
  })
  const subjects = [{ kind: 'Group', name: 'vision', apiGroup: 'rbac.authorization.k8s.io' }]
  const roleRef = { kind: 'Role', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }
  await session.post(session.in(RBAC, 'rolebindings'), {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'readers' },
    subjects,
    roleRef,
  })
  // Authorisation reads roles from a cache that may be a moment behind.
  for (let tries = 0; tries < 100; tries++) {
    if ((await session.get(session.core('configmaps'), { as: ann })).status === 200) return
  }
}

export const access: Group = {
  name: 'access',
  cases: [
    {
      name: 'a token that was never issued is a 401 Unauthorized Status',
      run: async (session) =>
        spoken(await session.get(session.core('configmaps'), { as: 'badToken' })),
    },
    {
      name: 'without credentials one is system:anonymous: forbidden, not unauthorized',
      run: async (session) =>
        spoken(await session.get(session.core('configmaps'), { as: 'anonymous' })),
    },
    {
      name: 'a forbidden list says who may not do what where',
      run: async (session) => spoken(await session.get(session.core('configmaps'), { as: ann })),
    },
    {
      name: 'a forbidden read names the object, its group and its kind',
      run: async (session) =>
        spoken(await session.get(session.in('apps/v1', 'deployments/one'), { as: ann })),
    },
    {
      name: 'a forbidden list of a cluster resource says at the cluster scope',
      run: async (session) => spoken(await session.get('/api/v1/nodes', { as: ann })),
    },
    {
      name: 'a forbidden subresource is named with a slash',
      run: async (session) => spoken(await session.get(session.core('pods/one/log'), { as: ann })),
    },
    {
      name: 'a path outside the resources is forbidden as a path',
      run: async (session) => spoken(await session.get('/metrics', { as: ann })),
    },
    {
      name: 'a create is checked before the body is read',
      run: async (session) =>
        spoken(await session.post(session.core('configmaps'), '{"not', { as: ann })),
    },
    {
      name: 'a role lets its group do what it says, and nothing else',
      run: async (session) => {
        await grant(session)
        await session.post(session.core('configmaps'), configMap('one'))
        const statuses = [
          await session.get(session.core('configmaps/one'), { as: ann }),
          await session.post(session.core('configmaps'), configMap('two'), { as: ann }),
          await session.delete(session.core('configmaps/one'), undefined, { as: ann }),
          await session.get(session.core('secrets/one'), { as: ann }),
          await session.get(session.core('secrets/two'), { as: ann }),
          await session.get('/api/v1/configmaps', { as: ann }),
        ]
        return statuses.map((answer) => answer.status)
      },
    },
    {
      name: 'SelfSubjectAccessReview answers 201 with allowed and the role as the reason',
      run: async (session) => {
        await grant(session)
        const seen = (await may(session, {
          namespace: session.namespace,
          verb: 'list',
          resource: 'configmaps',
        })) as Fields
        return {
          ...seen,
          'status.reason': String(seen['status.reason']).replace(session.namespace, 'NS'),
        }
      },
    },
    {
      name: 'SelfSubjectAccessReview of what is not granted is allowed false, without denied and reason',
      run: async (session) => {
        await grant(session)
        return [
          await may(session, {
            namespace: session.namespace,
            verb: 'create',
            resource: 'configmaps',
          }),
          await may(session, { verb: 'list', resource: 'configmaps' }),
          await may(session, { namespace: session.namespace, verb: 'get', resource: 'secrets' }),
        ]
      },
    },
    {
      name: 'SelfSubjectAccessReview knows names and subresources',
      run: async (session) => {
        await grant(session)
        const allowed = async (attributes: Fields): Promise<unknown> =>
          ((await may(session, { namespace: session.namespace, ...attributes })) as Fields)[
            'status.allowed'
          ]
        return [
          await allowed({ verb: 'get', resource: 'secrets', name: 'one' }),
          await allowed({ verb: 'get', resource: 'secrets', name: 'two' }),
          await allowed({
            verb: 'update',
            group: 'apps',
            resource: 'deployments',
            subresource: 'scale',
          }),
          await allowed({
            verb: 'update',
            group: 'apps',
            resource: 'deployments',
            subresource: 'status',
          }),
        ]
      },
    },
    {
      name: 'an administrator may do anything, by group, without a reason given',
      run: async (session) =>
        may(session, { verb: 'escalate', resource: 'anything', group: 'any.example' }, 'admin'),
    },
    {
      name: 'SelfSubjectRulesReview lists the rules of a namespace, with what everybody may do',
      run: async (session) => {
        await grant(session)
        const answer = await session.post(
          `${REVIEWS}/selfsubjectrulesreviews`,
          review('SelfSubjectRulesReview', { namespace: session.namespace }),
          { as: ann },
        )
        const rules = dig(answer.body, 'status.resourceRules')
        const own = (Array.isArray(rules) ? rules : []).filter((rule) =>
          /configmaps|secrets|deployments/.test(JSON.stringify(rule)),
        )
        return {
          status: answer.status,
          ...pick(answer.body, 'status.incomplete'),
          own: own.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
          paths: shape(dig(answer.body, 'status.nonResourceRules')),
        }
      },
    },
    {
      name: 'SelfSubjectRulesReview without a namespace is a 400 BadRequest',
      run: async (session) =>
        spoken(
          await session.post(
            `${REVIEWS}/selfsubjectrulesreviews`,
            review('SelfSubjectRulesReview', {}),
            { as: ann },
          ),
        ),
    },
    {
      name: 'SelfSubjectReview says who one is, system:authenticated among the groups',
      run: async (session) => {
        const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
        const answer = await session.post(
          '/apis/authentication.k8s.io/v1/selfsubjectreviews',
          body,
          { as: ann },
        )
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'status.userInfo.username', 'status.userInfo.groups'),
        }
      },
    },
    {
      name: 'SubjectAccessReview answers for another, to those who may ask',
      run: async (session) => {
        await grant(session)
        const spec = {
          user: 'bob',
          groups: ['vision'],
          resourceAttributes: { namespace: session.namespace, verb: 'get', resource: 'configmaps' },
        }
        const asked = await session.post(
          `${REVIEWS}/subjectaccessreviews`,
          review('SubjectAccessReview', spec),
        )
        const refused = await session.post(
          `${REVIEWS}/subjectaccessreviews`,
          review('SubjectAccessReview', spec),
          { as: ann },
        )
        return [pick(asked.body, 'status.allowed'), refused.status]
      },
    },
    {
      name: 'a role can be granted only by who holds it: 403 Forbidden with what is missing',
      run: async (session) => {
        const rules = [
          { apiGroups: [RBAC.split('/')[0] ?? ''], resources: ['roles'], verbs: ['create'] },
        ]
        await session.post(session.in(RBAC, 'roles'), {
          apiVersion: RBAC,
          kind: 'Role',
          metadata: { name: 'maker' },
          rules,
        })
        const subjects = [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }]
        const roleRef = { kind: 'Role', name: 'maker', apiGroup: 'rbac.authorization.k8s.io' }
        await session.post(session.in(RBAC, 'rolebindings'), {
          apiVersion: RBAC,
          kind: 'RoleBinding',
          metadata: { name: 'makers' },
          subjects,
          roleRef,
        })
        const wide = {
          apiVersion: RBAC,
          kind: 'Role',
          metadata: { name: 'wide' },
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
        }
        let answer = await session.post(session.in(RBAC, 'roles'), wide, { as: ann })
        for (
          let tries = 0;
          tries < 100 && !String(dig(answer.body, 'message')).includes('attempting');
          tries++
        )
          answer = await session.post(session.in(RBAC, 'roles'), wide, { as: ann })
        const { code, reason } = spoken(answer) as Fields
        return {
          code,
          reason,
          details: pick(answer.body, 'details.name', 'details.group', 'details.kind'),
          words: /attempting to grant RBAC permissions not currently held/.test(
            String(dig(answer.body, 'message')),
          ),
        }
      },
    },
  ],
}
