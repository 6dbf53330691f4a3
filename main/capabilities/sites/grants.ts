import { z } from 'zod'
import { rightOf } from '../../../preload/contract/rights'
import type { AccessAsk, KubeClient, ListQuery, Resource } from '../../platform/kubernetes/types'
import { holders, type BindingFacts, type RoleFacts } from './domain/grants'

const RBAC = 'rbac.authorization.k8s.io'
const rbac = (plural: string): Resource => ({ group: RBAC, version: 'v1', plural })
const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
const Rules = z
  .array(
    z.object({ verbs: strings, apiGroups: strings, resources: strings, resourceNames: strings }),
  )
  .nullish()
  .transform((rules) => rules ?? [])
const Role = z.object({ metadata: z.object({ name: z.string() }), rules: Rules })
const Binding = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
})

/** What everybody may read of a prepared cluster: its roles and who leads. */
const OPEN: Record<string, readonly string[]> = {
  clusterroles: rightOf('roles.look').names ?? [],
  clusterrolebindings: rightOf('leads.look').names ?? [],
}

/** Names people who hold rights, read from roles and bindings where this person may read those; from the open ones where not. */
export async function grantedBy(
  client: KubeClient,
  asks: AccessAsk[],
  signal?: AbortSignal,
): Promise<string[][]> {
  if (asks.length === 0) return []
  const list = async <T>(plural: string, query: ListQuery, parse: z.ZodType<T>) => {
    const found = await client.list(rbac(plural), query, parse, signal)
    if (found.ok) return found.value
    const open = await Promise.all(
      (OPEN[plural] ?? []).map((name) => client.get(rbac(plural), { name }, parse, signal)),
    )
    return open.flatMap((one) => (one.ok && one.value !== undefined ? [one.value] : []))
  }
  const namespaces = [...new Set(asks.flatMap(({ namespace }) => namespace ?? []))]
  const [clusterRoles, clusterBindings] = await Promise.all([
    list('clusterroles', {}, Role),
    list('clusterrolebindings', {}, Binding),
  ])
  const local = new Map(
    await Promise.all(
      namespaces.map(async (namespace) => {
        const [roles, bindings] = await Promise.all([
          list('roles', { namespace }, Role),
          list('rolebindings', { namespace }, Binding),
        ])
        return [
          namespace,
          { roles: roles.map(roleFacts('Role')), bindings: bindings.map(bindingFacts) },
        ] as const
      }),
    ),
  )
  const everywhere = {
    roles: clusterRoles.map(roleFacts('ClusterRole')),
    bindings: clusterBindings.map(bindingFacts),
  }
  return asks.map((ask) => {
    const here = local.get(ask.namespace ?? '')
    return holders(
      [...everywhere.roles, ...(here?.roles ?? [])],
      [...everywhere.bindings, ...(here?.bindings ?? [])],
      ask,
    )
  })
}
const roleFacts =
  (kind: RoleFacts['kind']) =>
  ({ metadata, rules }: z.infer<typeof Role>): RoleFacts => ({ kind, name: metadata.name, rules })
const bindingFacts = ({ roleRef, subjects }: z.infer<typeof Binding>): BindingFacts => ({
  role: roleRef,
  subjects: subjects ?? [],
})
