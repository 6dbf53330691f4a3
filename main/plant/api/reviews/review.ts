import type { KubeObject } from '../../types'
import { isRecord, listAt, recordAt, textAt, type User } from '../cluster'
import { badRequest, invalidObject, methodNotAllowed } from '../errors'
import { readObject } from '../http/body'
import { json, type Answer, type ResourceExchange } from '../http/exchange'
import type { Access, Rule } from '../rbac/authorizer'

const texts = (value: unknown[]): string[] => value.filter((item) => typeof item === 'string')
function accessOf(spec: Record<string, unknown>): Access {
  const resource = recordAt(spec, 'resourceAttributes')
  const path = recordAt(spec, 'nonResourceAttributes')
  if ((resource === undefined) === (path === undefined)) {
    throw invalidObject({ group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.resourceAttributes',
        message:
          'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      },
    ])
  }
  const say = (key: string): string | undefined => textAt(resource ?? path, key) || undefined
  return {
    verb: say('verb') ?? '',
    ...(resource
      ? { group: say('group') ?? '', resource: say('resource') ?? '' }
      : { path: say('path') ?? '' }),
    subresource: say('subresource'),
    name: say('name'),
    namespace: say('namespace'),
  }
}
interface Reviewed {
  exchange: ResourceExchange
  object: KubeObject
  spec: Record<string, unknown>
}

const decided = ({ exchange }: Reviewed, user: User, access: Access): unknown => {
  const reason = exchange.server.authorizer.reasonFor(user, access)
  return { allowed: reason !== undefined, ...(reason && { reason }) }
}
function subjectOf(spec: Record<string, unknown>): User {
  const subject = { name: textAt(spec, 'user') ?? '', groups: texts(listAt(spec, 'groups')) }
  if (subject.name === '' && subject.groups.length === 0)
    throw invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.user',
        message: 'Invalid value: "": at least one of user or group must be specified',
      },
    ])
  return subject
}

const resourceRule = ({ verbs, apiGroups, resources, resourceNames }: Rule) => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames.length > 0 && { resourceNames }),
})
function rulesReview({ exchange, spec }: Reviewed): unknown {
  const namespace = textAt(spec, 'namespace')
  if (!namespace) throw badRequest('no namespace on request')
  const all: Rule = {
    verbs: ['*'],
    apiGroups: ['*'],
    resources: ['*'],
    resourceNames: [],
    nonResourceURLs: [],
  }
  const master = exchange.user.groups.includes('system:masters')
    ? [all, { ...all, resources: [], apiGroups: [], nonResourceURLs: ['*'] }]
    : []
  const rules = [...master, ...exchange.server.authorizer.rulesFor(exchange.user, namespace)]
  return {
    resourceRules: rules.filter((rule) => rule.resources.length > 0).map(resourceRule),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}
const userInfo = (user: User) => ({
  username: user.name,
  ...(user.uid && { uid: user.uid }),
  groups: user.groups,
})
function tokenReview({ exchange, spec }: Reviewed): unknown {
  const user = exchange.server.tokens.userOf(textAt(spec, 'token') ?? '')
  return user
    ? { authenticated: true, user: userInfo(user), audiences: ['https://kubernetes.default.svc'] }
    : { user: {}, error: '[invalid bearer token]' }
}
const REVIEWS: Record<string, (reviewed: Reviewed) => unknown> = {
  SelfSubjectAccessReview: (reviewed) =>
    decided(reviewed, reviewed.exchange.user, accessOf(reviewed.spec)),
  SubjectAccessReview: (reviewed) =>
    decided(reviewed, subjectOf(reviewed.spec), accessOf(reviewed.spec)),
  LocalSubjectAccessReview: (reviewed) =>
    decided(reviewed, subjectOf(reviewed.spec), {
      ...accessOf(reviewed.spec),
      namespace: reviewed.exchange.info.namespace,
    }),
  SelfSubjectRulesReview: rulesReview,
  SelfSubjectReview: ({ exchange }) => ({ userInfo: userInfo(exchange.user) }),
  TokenReview: tokenReview,
}
/** Answers a question about identity or permission; nothing is stored. */
export async function review(exchange: ResourceExchange): Promise<Answer> {
  const { info, resource } = exchange
  if (info.verb !== 'create' || info.name !== undefined) throw methodNotAllowed()
  const object = await readObject(exchange)
  const spec = isRecord(object['spec']) ? object['spec'] : {}
  const status = REVIEWS[resource.kind]?.({ exchange, object, spec })
  return json(201, {
    kind: resource.kind,
    apiVersion: object.apiVersion,
    metadata: { creationTimestamp: null },
    ...(resource.kind !== 'SelfSubjectReview' && { spec }),
    status,
  })
}
