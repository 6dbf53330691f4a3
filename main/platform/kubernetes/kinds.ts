import { z } from 'zod'
import { succeed, type Outcome } from '../../kernel/outcome'
import { read } from './objects'
import type { Transport } from './transport'
import type { KubeClient, ServedKind } from './types'

const FRESH_MS = 60_000
const Kinds = z.object({
  resources: z
    .array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean().default(true) }))
    .nullish(),
})
const rootOf = (apiVersion: string) =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** Where kinds are served, as the server's own discovery tells. */
export function kinds(transport: Transport): Pick<KubeClient, 'kindAt'> {
  const known = new Map<string, { at: number; kinds: Map<string, ServedKind> }>()
  const readKinds = async (
    apiVersion: string,
    signal?: AbortSignal,
  ): Promise<Outcome<Map<string, ServedKind>>> => {
    const answer = await transport.send({
      method: 'GET',
      path: rootOf(apiVersion),
      verb: 'get',
      signal,
    })
    if (!answer.ok) return answer.failure.code === 'NOT_FOUND' ? succeed(new Map()) : answer
    const listed = read(answer.value, Kinds, transport.whom)
    return listed.ok ? succeed(byKind(apiVersion, listed.value.resources ?? [])) : listed
  }
  return {
    async kindAt({ apiVersion, kind }, signal) {
      const before = known.get(apiVersion)
      if (before && transport.clock.now() - before.at < FRESH_MS)
        return succeed(before.kinds.get(kind))
      const found = await readKinds(apiVersion, signal)
      if (!found.ok) return found
      // What is absent may be installed any moment, so only a group that is there is remembered.
      if (found.value.size > 0)
        known.set(apiVersion, { at: transport.clock.now(), kinds: found.value })
      return succeed(found.value.get(kind))
    },
  }
}

function byKind(
  apiVersion: string,
  resources: { name: string; kind: string; namespaced: boolean }[],
): Map<string, ServedKind> {
  const [group, version] = apiVersion.includes('/')
    ? (apiVersion.split('/') as [string, string])
    : ['', apiVersion]
  const found = new Map<string, ServedKind>()
  for (const { name, kind, namespaced } of resources)
    if (!name.includes('/') && !found.has(kind))
      found.set(kind, { resource: { group, version, plural: name }, namespaced, subresources: [] })
  for (const { name } of resources) {
    const [plural, subresource] = name.split('/')
    if (subresource !== undefined)
      [...found.values()]
        .find(({ resource }) => resource.plural === plural)
        ?.subresources.push(subresource)
  }
  return found
}
