import { accessOf, authorize } from '../auth/authorize'
import { methodNotAllowed, noSuchPath } from '../errors'
import type { Answer, Exchange, ResourceExchange, STREAMED } from './exchange'
import { list } from './list'
import { create, patch, remove, removeMany, stored, update } from './mutate'
import { plainAnswer } from './plain'
import { present } from './present'
import { requestInfo, resourceFor, type RequestInfo, type Verb } from './request-info'
import { subresource } from './subresources'
import { review } from '../reviews/review'
import { watch } from './watch'

type Handled = Answer | typeof STREAMED | Promise<Answer | typeof STREAMED>
const VERBS: Record<Verb, (exchange: ResourceExchange) => Handled> = {
  get: (exchange) => present(exchange, 200, stored(exchange)),
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeMany,
}
const nothingThere = (): Answer => ({
  code: 404,
  text: '404 page not found\n',
  type: 'text/plain; charset=utf-8',
})
const served = (exchange: Exchange, info: RequestInfo): boolean =>
  exchange.server.cluster.registry.at(info.group, info.version, info.plural) !== undefined

function dispatchPlain(exchange: Exchange): Answer {
  const { server, user, method, url } = exchange
  authorize(server.authorizer, user, {
    verb: method === 'HEAD' ? 'get' : method.toLowerCase(),
    path: url.pathname,
  })
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed()
  return plainAnswer(exchange) ?? nothingThere()
}
/** Answers one request of a known caller. Throws a KubeError for everything the server refuses. */
export function dispatch(exchange: Exchange): Handled {
  const { server, user, method, url } = exchange
  const info = requestInfo(method, url)
  if (!info) return dispatchPlain(exchange)
  authorize(server.authorizer, user, accessOf(info, exchange.query))
  if (!served(exchange, info)) {
    if (!server.cluster.registry.all().some((resource) => resource.group === info.group))
      return nothingThere()
    throw noSuchPath()
  }
  const resource = resourceFor(server.cluster.registry, info)
  if (resource.namespaced && info.namespace === undefined && info.name !== undefined)
    throw noSuchPath()
  const full: ResourceExchange = { ...exchange, info, resource }
  if (resource.virtual) return review(full)
  return info.subresource === undefined ? VERBS[info.verb](full) : subresource(full)
}
