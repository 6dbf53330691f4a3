import { z } from 'zod'
import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import { read } from './objects'
import type { Transport } from './transport'
import type { AccessAnswer, AccessAsk } from './types'

const AT_ONCE = 8
/** From this many questions about one namespace on, its rules are read in one request first. */
const WORTH_RULES = 4
const AUTHORIZATION = { group: 'authorization.k8s.io', version: 'v1' }
const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
const Rule = z.object({ verbs: words, apiGroups: words, resources: words, resourceNames: words })
type Rule = z.infer<typeof Rule>
const Review = z.object({
  status: z.object({
    allowed: z.boolean().default(false),
    denied: z.boolean().optional(),
    evaluationError: z.string().optional(),
  }),
})
const Rules = z.object({
  status: z.object({
    resourceRules: z.array(Rule).nullish(),
    incomplete: z.boolean(),
    evaluationError: z.string().optional(),
  }),
})

/** Whether the person may do each of these. Many questions about one namespace are answered by its rules; what those leave open is asked one by one, and what nobody can say is unknown, never yes. */
export async function review(
  transport: Transport,
  asks: AccessAsk[],
  signal?: AbortSignal,
): Promise<Outcome<AccessAnswer[]>> {
  const known = await byRules(transport, asks, signal)
  const open = asks.flatMap((ask, index) => (known[index] === undefined ? [{ ask, index }] : []))
  for (let start = 0; start < open.length; start += AT_ONCE) {
    await Promise.all(
      open.slice(start, start + AT_ONCE).map(async ({ ask, index }) => {
        known[index] = await reviewOne(transport, ask, signal)
      }),
    )
  }
  return succeed(asks.map((_ask, index) => known[index] ?? 'unknown'))
}

async function byRules(
  transport: Transport,
  asks: AccessAsk[],
  signal?: AbortSignal,
): Promise<(AccessAnswer | undefined)[]> {
  // The rules of a namespace also hold rights that stand in that namespace alone, so they say nothing about the whole cluster.
  const worth = [
    ...Map.groupBy(
      asks.filter(({ namespace }) => namespace),
      ({ namespace }) => namespace ?? '',
    ),
  ].filter(([, some]) => some.length >= WORTH_RULES)
  const rules = new Map(
    await Promise.all(
      worth.map(
        async ([namespace]) => [namespace, await rulesIn(transport, namespace, signal)] as const,
      ),
    ),
  )
  return asks.map((ask) => {
    const here = rules.get(ask.namespace ?? '')
    if (!here) return undefined
    if (here.rules.some((rule) => holds(rule, ask))) return 'yes'
    return here.complete ? 'no' : undefined
  })
}

async function rulesIn(
  transport: Transport,
  namespace: string,
  signal?: AbortSignal,
): Promise<{ rules: Rule[]; complete: boolean } | undefined> {
  const answer = await transport.send({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    verb: 'create',
    resource: { ...AUTHORIZATION, plural: 'selfsubjectrulesreviews' },
    namespace,
    signal,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    },
  })
  const said = answer.ok ? read(answer.value, Rules, transport.whom) : answer
  if (!said.ok) return undefined
  const { resourceRules, incomplete, evaluationError } = said.value.status
  return { rules: resourceRules ?? [], complete: !incomplete && !evaluationError }
}

const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted)
function holds(rule: Rule, { verb, group, resource, subresource, name }: AccessAsk): boolean {
  const full = subresource ? `${resource}/${subresource}` : resource
  const resources =
    has(rule.resources, full) ||
    (subresource !== undefined && rule.resources.includes(`*/${subresource}`))
  // A rule that names objects holds for those alone.
  const named =
    rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name))
  return has(rule.verbs, verb) && has(rule.apiGroups, group) && resources && named
}

async function reviewOne(
  transport: Transport,
  { verb, group, resource, namespace, name, subresource }: AccessAsk,
  signal?: AbortSignal,
): Promise<AccessAnswer> {
  const answer = await transport.send({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    verb: 'create',
    resource: { ...AUTHORIZATION, plural: 'selfsubjectaccessreviews' },
    signal,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          verb,
          group,
          resource,
          ...(namespace && { namespace }),
          ...(name && { name }),
          ...(subresource && { subresource }),
        },
      },
    },
  })
  const said = answer.ok ? read(answer.value, Review, transport.whom) : answer
  if (!said.ok) return 'unknown'
  const { allowed, denied, evaluationError } = said.value.status
  if (allowed && denied !== true) return 'yes'
  return evaluationError && denied !== true ? 'unknown' : 'no'
}
