import type { User } from '../cluster'
import { KubeError } from '../errors'
import type { RequestInfo } from '../http/request-info'
import type { Access, Authorizer } from '../rbac/authorizer'
import { selectedName } from '../selectors'

/** The question a request puts to the authorizer. */
export function accessOf(info: RequestInfo, query: URLSearchParams): Access {
  const isNamespace = info.plural === 'namespaces' && info.group === ''
  const name =
    info.name ??
    (['list', 'watch', 'deletecollection'].includes(info.verb)
      ? selectedName(query.get('fieldSelector'))
      : undefined)
  return {
    verb: info.verb,
    group: info.group,
    resource: info.plural,
    subresource: info.subresource,
    name,
    namespace: isNamespace ? info.name : info.namespace,
  }
}
const scope = (access: Access): string =>
  access.namespace ? ` in the namespace "${access.namespace}"` : ' at the cluster scope'

/** The 403 in the words of the real server. */
export function denied(user: User, access: Access): KubeError {
  if (access.resource === undefined) {
    return new KubeError({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: User ${JSON.stringify(user.name)} cannot ${access.verb} path ${JSON.stringify(access.path)}`,
      details: {},
    })
  }
  const resource = access.subresource ? `${access.resource}/${access.subresource}` : access.resource
  const what = access.group ? `${access.resource}.${access.group}` : access.resource
  const why = `User ${JSON.stringify(user.name)} cannot ${access.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(access.group ?? '')}${scope(access)}`
  const name = access.name
  return new KubeError({
    code: 403,
    reason: 'Forbidden',
    message: `${what}${name ? ` ${JSON.stringify(name)}` : ''} is forbidden: ${why}`,
    details: {
      ...(name && { name }),
      ...(access.group && { group: access.group }),
      kind: access.resource,
    },
  })
}
/** Throws 403 unless the roles of the cluster allow it. */
export function authorize(authorizer: Authorizer, user: User, access: Access): void {
  if (!authorizer.allows(user, access)) throw denied(user, access)
}
