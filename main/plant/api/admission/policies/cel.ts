import { Environment } from '@marcbachmann/cel-js'
import type { User } from '../../cluster'
import type { Access, Authorizer } from '../../rbac/authorizer'

/** Questions to the authorizer in the words of the server's CEL library: `authorizer.group(g).resource(r).check(verb).allowed()`. */
class Authorization {
  constructor(
    readonly rights: Authorizer,
    readonly user: User,
  ) {}
}
class GroupCheck {
  constructor(
    readonly of: Authorization,
    readonly group: string,
  ) {}
}
class ResourceCheck {
  constructor(
    readonly of: Authorization,
    readonly access: Omit<Access, 'verb'>,
  ) {}
  with(more: Omit<Access, 'verb'>): ResourceCheck {
    return new ResourceCheck(this.of, { ...this.access, ...more })
  }
}
class AccessDecision {
  constructor(readonly allowed: boolean) {}
}
export const authorization = (rights: Authorizer, user: User): unknown =>
  new Authorization(rights, user)

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
})
  .registerType('Authorizer', { ctor: Authorization, fields: {} })
  .registerType('GroupCheck', { ctor: GroupCheck, fields: {} })
  .registerType('ResourceCheck', { ctor: ResourceCheck, fields: {} })
  .registerType('AccessDecision', { ctor: AccessDecision, fields: {} })
  .registerFunction(
    'Authorizer.group(string): GroupCheck',
    (of: Authorization, group: string) => new GroupCheck(of, group),
  )
  .registerFunction(
    'GroupCheck.resource(string): ResourceCheck',
    ({ of, group }: GroupCheck, resource: string) => new ResourceCheck(of, { group, resource }),
  )
  .registerFunction(
    'ResourceCheck.subresource(string): ResourceCheck',
    (of: ResourceCheck, subresource: string) => of.with({ subresource }),
  )
  .registerFunction(
    'ResourceCheck.namespace(string): ResourceCheck',
    (of: ResourceCheck, namespace: string) => of.with({ namespace }),
  )
  .registerFunction(
    'ResourceCheck.name(string): ResourceCheck',
    (of: ResourceCheck, name: string) => of.with({ name }),
  )
  .registerFunction(
    'ResourceCheck.check(string): AccessDecision',
    ({ of, access }: ResourceCheck, verb: string) =>
      new AccessDecision(of.rights.allows(of.user, { ...access, verb })),
  )
  .registerFunction('AccessDecision.allowed(): bool', ({ allowed }: AccessDecision) => allowed)
  .registerVariable('authorizer', 'Authorizer')

export type CelContext = Record<string, unknown>
type Program = (context: CelContext) => unknown
const programs = new Map<string, Program>()
/** What an expression answers. Throws where it cannot be read or ends in an error. */
export function evaluate(expression: string, context: CelContext): unknown {
  let program = programs.get(expression)
  if (!program) {
    program = environment.parse(expression) as Program
    programs.set(expression, program)
  }
  return program(context)
}
