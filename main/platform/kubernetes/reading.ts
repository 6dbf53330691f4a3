import { z } from 'zod'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Log } from '../log/log'
import { boundOfList } from './list-bound'
import { AnyObject, itemsOf, ListEnvelope, read } from './objects'
import { pathOf } from './paths'
import type { Transport } from './transport'
import type { KubeClient, ListQuery, Resource } from './types'

export const PAGE = 500
const OFFERS_FRESH_MS = 60_000

export const queryOf = ({ labelSelector, fieldSelector, name }: ListQuery) => ({
  labelSelector,
  fieldSelector:
    [fieldSelector, name && `metadata.name=${name}`].filter(Boolean).join(',') || undefined,
})

function tellLeftOut(
  log: Log,
  of: { site: string; resource: Resource; found: { unreadable: string[]; why: string } },
) {
  const { site, resource, found } = of
  if (found.unreadable.length > 0)
    log.warn('Objects that could not be read were left out.', {
      site,
      resource: resource.plural,
      count: found.unreadable.length,
      objects: found.unreadable.slice(0, 20),
      why: found.why,
    })
}

/** One page after another; when the server forgot the place (410) the list starts once more from the beginning. */
export async function listAll<T>(
  transport: Transport,
  what: { resource: Resource; query: ListQuery; parse: z.ZodType<T>; log: Log },
  signal?: AbortSignal,
): Promise<Outcome<{ items: T[]; resourceVersion: string }>> {
  const { resource, query, parse, log } = what
  let items: T[] = []
  let next: string | undefined
  let startedAgain = false
  let bound = boundOfList(transport.whom.site)
  for (;;) {
    const answer = await transport.send({
      method: 'GET',
      path: pathOf(resource, { namespace: query.namespace }),
      query: { ...queryOf(query), limit: PAGE, continue: next },
      verb: 'list',
      resource,
      namespace: query.namespace,
      signal,
    })
    if (!answer.ok) {
      if (
        answer.failure.code !== 'REFUSED_BY_CLUSTER' ||
        answer.failure.data.status !== 410 ||
        startedAgain
      )
        return answer
      startedAgain = true
      items = []
      next = undefined
      bound = boundOfList(transport.whom.site)
      continue
    }
    const page = read(answer.value, ListEnvelope, transport.whom)
    if (!page.ok) return page
    const found = itemsOf(page.value, parse)
    const endless = bound({
      objects: found.items.length + found.unreadable.length,
      characters: answer.value.text.length,
      from: next,
      next: page.value.metadata.continue,
    })
    if (endless) return fail(endless)
    tellLeftOut(log, { site: transport.whom.site, resource, found })
    items = items.concat(found.items)
    next = page.value.metadata.continue
    if (!next) return succeed({ items, resourceVersion: page.value.metadata.resourceVersion })
  }
}

const Version = z.object({ gitVersion: z.string() })
const ResourceList = z.object({ resources: z.array(z.object({ name: z.string() })).nullish() })
const SelfSubject = z.object({
  status: z.object({
    userInfo: z.object({ username: z.string().default(''), groups: z.array(z.string()).nullish() }),
  }),
})

export function reading(
  transport: Transport,
  log: Log,
): Pick<KubeClient, 'version' | 'offers' | 'whoAmI' | 'get' | 'list'> {
  const offered = new Map<string, { at: number; names: Set<string> }>()
  return {
    async version(signal) {
      const answer = await transport.send({ method: 'GET', path: '/version', verb: 'get', signal })
      return answer.ok ? read(answer.value, Version, transport.whom) : answer
    },
    async offers(resource, signal) {
      const path =
        resource.group === ''
          ? `/api/${resource.version}`
          : `/apis/${resource.group}/${resource.version}`
      const known = offered.get(path)
      if (known && transport.clock.now() - known.at < OFFERS_FRESH_MS)
        return succeed(known.names.has(resource.plural))
      const answer = await transport.send({ method: 'GET', path, verb: 'get', resource, signal })
      if (!answer.ok && answer.failure.code !== 'NOT_FOUND') return answer
      const found = answer.ok
        ? read(answer.value, ResourceList, transport.whom)
        : succeed({ resources: [] })
      if (!found.ok) return found
      const names = new Set((found.value.resources ?? []).map(({ name }) => name))
      // What is absent may be installed any moment, so only a group that is there is remembered.
      if (names.size > 0) offered.set(path, { at: transport.clock.now(), names })
      return succeed(names.has(resource.plural))
    },
    async whoAmI(signal) {
      const answer = await transport.send({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        verb: 'create',
        resource: { group: 'authentication.k8s.io', version: 'v1', plural: 'selfsubjectreviews' },
        signal,
      })
      if (!answer.ok) return answer
      const self = read(answer.value, SelfSubject, transport.whom)
      return self.ok
        ? succeed({
            user: self.value.status.userInfo.username,
            groups: self.value.status.userInfo.groups ?? [],
          })
        : self
    },
    // eslint-disable-next-line max-params -- the port's shape: what, which, how to read it, and until when
    async get(resource, ref, parse, signal) {
      const answer = await transport.send({
        method: 'GET',
        path: pathOf(resource, ref),
        verb: 'get',
        resource,
        namespace: ref.namespace,
        name: ref.name,
        signal,
      })
      if (answer.ok) return read(answer.value, parse, transport.whom)
      // A missing object is an answer; a missing kind is a failure.
      return answer.failure.code === 'NOT_FOUND' && answer.failure.data.kind !== 'resource'
        ? succeed(undefined)
        : answer
    },
    // eslint-disable-next-line max-params -- as above
    async list(resource, query, parse, signal) {
      const all = await listAll(transport, { resource, query, parse, log }, signal)
      return all.ok ? succeed(all.value.items) : all
    },
  }
}

/** Reads one object of any kind from an answer. */
export const readObject = (answer: Parameters<typeof read>[0], transport: Transport) =>
  read(answer, AnyObject, transport.whom)
