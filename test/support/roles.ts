import {
  RIGHT_NAMES,
  rightOf,
  ROLES,
  type Right,
  type RightName,
  type RoleName,
} from '../../preload/contract/rights'
import type { Duty } from '../../main/plant'
import type { Client } from '../cluster/stack/client'

/** Which of the people holds which role and no other but being a member. */
export const DUTY_OF: Partial<Record<RoleName, Duty>> = {
  member: 'none',
  engineer: 'engineer',
  analyst: 'analyst',
  lead: 'lead',
  'data-owner': 'data-owner',
  auditor: 'auditor',
}
/** One question to a server: the smallest thing that a rule grants. */
export interface Grant {
  right: RightName
  verb: string
  group: string
  resource: string
  subresource?: string
  name?: string
  namespace?: string
}
/** Every single grant of the table, asked in a project's namespace where its kinds live in one. */
export const grantsIn = (namespace: string): Grant[] =>
  RIGHT_NAMES.flatMap((name) => grantsOf(name, rightOf(name), namespace))
function grantsOf(name: RightName, right: Right, namespace: string): Grant[] {
  return right.resources.flatMap((full) =>
    right.verbs.flatMap((verb) =>
      (right.names ?? [undefined]).map((object): Grant => {
        const [resource = '', subresource] = full.split('/')
        return {
          right: name,
          verb,
          group: right.group,
          resource,
          ...(subresource !== undefined && { subresource }),
          ...(object !== undefined && { name: object }),
          ...(right.scope === 'namespace' && { namespace }),
        }
      }),
    ),
  )
}
/** Members are people: no service account is one, above all not the steward's. */
const isPerson = (role: RoleName) => role !== 'steward'
/** What the table says: whether a role, or being a member, holds it by whichever of its rights. */
export function isGranted(
  role: RoleName,
  { verb, group, resource, subresource, name, namespace }: Grant,
) {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  // A role that is bound in a namespace says nothing about the whole cluster.
  const counts = namespace !== undefined || ROLES[role].scope === 'cluster'
  return RIGHT_NAMES.map(rightOf).some(
    (right) =>
      ((counts && right.roles.includes(role)) ||
        (isPerson(role) && right.roles.includes('member'))) &&
      right.group === group &&
      right.resources.includes(full) &&
      right.verbs.includes(verb) &&
      (right.names === undefined || (name !== undefined && right.names.includes(name))),
  )
}

const REVIEWS = '/apis/authorization.k8s.io/v1'
const AT_ONCE = 16
/** What the server itself says of each grant, by a question the person asks of themselves, or by one about a service account. */
export async function serverSays(
  client: Client,
  grants: Grant[],
  about?: { user: string; groups: string[] },
): Promise<boolean[]> {
  const kind = about ? 'SubjectAccessReview' : 'SelfSubjectAccessReview'
  const answers: boolean[] = []
  for (let start = 0; start < grants.length; start += AT_ONCE)
    answers.push(
      ...(await Promise.all(
        grants
          .slice(start, start + AT_ONCE)
          .map(async ({ right: _right, ...resourceAttributes }) => {
            const { status } = await client.ask<{ status: { allowed: boolean } }>(
              `${REVIEWS}/${kind.toLowerCase()}s`,
              {
                method: 'POST',
                json: {
                  apiVersion: 'authorization.k8s.io/v1',
                  kind,
                  spec: { resourceAttributes, ...about },
                },
              },
            )
            return status.allowed
          }),
      )),
    )
  return answers
}
/** Where the server and the table do not agree, in words; nothing where they do. */
export async function disagreements(
  role: RoleName,
  {
    client,
    namespace,
    about,
  }: { client: Client; namespace: string; about?: { user: string; groups: string[] } },
): Promise<string[]> {
  const grants = grantsIn(namespace)
  const allowed = await serverSays(client, grants, about)
  return grants.flatMap((grant, index) => {
    const wanted = isGranted(role, grant)
    return allowed[index] === wanted
      ? []
      : [
          `${grant.right}: ${grant.verb} ${grant.resource}${grant.subresource ? `/${grant.subresource}` : ''}${grant.name ? ` ${grant.name}` : ''} is ${allowed[index] ? 'allowed' : 'refused'}`,
        ]
  })
}
export const STEWARD = {
  user: 'system:serviceaccount:takt-system:takt-steward',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:takt-system', 'system:authenticated'],
}
