import { z } from 'zod'
import { succeed } from '../../kernel/outcome'
import { read } from './objects'
import { pathOf } from './paths'
import type { Transport } from './transport'
import type { KubeClient, NamespacedKind } from './types'

const DISCOVERY = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',')
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const MOST_KINDS = 3000
const PAGE = 500

const Discovery = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string().optional() }).nullish(),
        versions: z
          .array(
            z.object({
              version: z.string(),
              freshness: z.string().optional(),
              resources: z
                .array(
                  z.object({
                    resource: z.string(),
                    scope: z.string().optional(),
                    verbs: z.array(z.string()).nullish(),
                    responseKind: z.object({ kind: z.string() }).nullish(),
                  }),
                )
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})
type Groups = NonNullable<z.infer<typeof Discovery>['items']>

const Marks = z.record(z.string(), z.string()).nullish()
const MetadataPage = z.object({
  metadata: z.object({ continue: z.string().optional() }).nullish(),
  items: z
    .array(
      z.object({
        metadata: z.object({
          name: z.string(),
          uid: z.string().default(''),
          labels: Marks.transform((labels) => labels ?? {}),
          annotations: Marks.transform((annotations) => annotations ?? {}),
          ownerReferences: z
            .array(z.object({ uid: z.string() }))
            .nullish()
            .transform((owners) => owners ?? []),
        }),
      }),
    )
    .nullish(),
})

/** What a namespace can hold and what it holds, as metadata only: the contents of a Secret never leave the server. */
export function inventory(
  transport: Transport,
): Pick<KubeClient, 'namespacedKinds' | 'metadataOf'> {
  return {
    async namespacedKinds(signal) {
      const groups: Groups = []
      for (const path of ['/api', '/apis']) {
        const answer = await transport.send({
          method: 'GET',
          path,
          accept: DISCOVERY,
          verb: 'get',
          signal,
        })
        if (!answer.ok) return answer
        const found = read(answer.value, Discovery, transport.whom)
        if (!found.ok) return found
        groups.push(...(found.value.items ?? []))
      }
      return succeed(kindsOf(groups))
    },
    async metadataOf(resource, { namespace, most }, signal) {
      const items: Awaited<ReturnType<typeof onePage>>['items'] = []
      let next: string | undefined
      do {
        const answer = await transport.send({
          method: 'GET',
          path: pathOf(resource, { namespace }),
          query: { limit: PAGE, continue: next },
          accept: METADATA,
          verb: 'list',
          resource,
          namespace,
          signal,
        })
        if (!answer.ok) return answer
        const page = read(answer.value, MetadataPage, transport.whom)
        if (!page.ok) return page
        const one = onePage(page.value)
        items.push(...one.items)
        next = one.next
      } while (next !== undefined && items.length < most)
      return succeed({ items, more: next !== undefined })
    },
  }
}
const onePage = (page: z.infer<typeof MetadataPage>) => ({
  items: (page.items ?? []).map(({ metadata }) => ({ metadata })),
  next: page.metadata?.continue === '' ? undefined : page.metadata?.continue,
})

type GroupVersion = NonNullable<Groups[number]['versions']>[number]
type Served = NonNullable<GroupVersion['resources']>[number]
// What cannot be deleted (figures of a metrics server) is a view, not an object.
const isHeld = ({ scope, verbs }: Served) =>
  scope === 'Namespaced' && ['list', 'delete'].every((verb) => verbs?.includes(verb))

/** Each kind once, in the first version of its group that has it: the one that the group prefers. */
function kindsOf(groups: Groups): { kinds: NamespacedKind[]; unanswered: string[] } {
  const kinds = new Map<string, NamespacedKind>()
  const unanswered = new Set<string>()
  for (const { group, version, freshness, resources } of versionsOf(groups)) {
    const apiVersion = group === '' ? version : `${group}/${version}`
    if (freshness === 'Stale') unanswered.add(apiVersion)
    for (const { resource: plural, responseKind } of (resources ?? []).filter(isHeld)) {
      const key = `${group}/${plural}`
      if (kinds.has(key)) continue
      if (kinds.size === MOST_KINDS) return { kinds: [...kinds.values()], unanswered: ['others'] }
      const kind = responseKind?.kind ?? plural
      kinds.set(key, { apiVersion, kind, resource: { group, version, plural } })
    }
  }
  return { kinds: [...kinds.values()], unanswered: [...unanswered] }
}
const versionsOf = (groups: Groups) =>
  groups.flatMap(({ metadata, versions }) =>
    (versions ?? []).map((one) => ({ group: metadata?.name ?? '', ...one })),
  )
