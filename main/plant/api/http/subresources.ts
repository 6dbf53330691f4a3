import { requestToken } from '../auth/token-request'
import { badRequest, methodNotAllowed, noSuchPath } from '../errors'
import { bind } from '../pods/binding'
import { evict } from '../pods/eviction'
import { prepareExec } from '../streams/exec'
import { log } from '../streams/log'
import { preparePortForward } from '../streams/port-forward'
import { proxy } from '../streams/proxy'
import type { Answer, ResourceExchange, STREAMED } from './exchange'
import { patch, stored, update } from './mutate'
import { present } from './present'
import { scale } from './scale'

type Handler = (
  exchange: ResourceExchange,
) => Answer | typeof STREAMED | Promise<Answer | typeof STREAMED>

const status: Handler = (exchange) => {
  switch (exchange.info.verb) {
    case 'get':
      return present(exchange, 200, stored(exchange))
    case 'update':
      return update(exchange)
    case 'patch':
      return patch(exchange)
    default:
      throw methodNotAllowed()
  }
}
const posted =
  (handler: Handler): Handler =>
  (exchange) => {
    if (exchange.info.verb !== 'create') throw methodNotAllowed()
    return handler(exchange)
  }
/** Commands and forwarded ports need a WebSocket; without one it is checked that they could be had. */
const upgradeRequired =
  (prepare: (exchange: ResourceExchange) => unknown): Handler =>
  (exchange) => {
    prepare(exchange)
    throw badRequest('Upgrade request required')
  }
const finalize: Handler = (exchange) =>
  exchange.info.verb === 'update' ? update(exchange) : Promise.reject(methodNotAllowed())
const OWN: Record<string, Handler> = {
  '/pods/log': log,
  '/pods/exec': upgradeRequired(prepareExec),
  '/pods/attach': upgradeRequired(prepareExec),
  '/pods/portforward': upgradeRequired(preparePortForward),
  '/pods/eviction': posted(evict),
  '/pods/binding': posted(bind),
  '/pods/proxy': proxy,
  '/services/proxy': proxy,
  '/serviceaccounts/token': posted(requestToken),
  '/namespaces/finalize': finalize,
}

/** Answers a request below one object. Throws 404 where the kind has no such subresource. */
export function subresource(exchange: ResourceExchange): ReturnType<Handler> {
  const { resource, info } = exchange
  if (info.subresource === 'status' && resource.hasStatus) return status(exchange)
  if (info.subresource === 'scale' && resource.scale) return scale(exchange)
  const own = OWN[`${resource.group}/${resource.plural}/${info.subresource ?? ''}`]
  if (!own) throw noSuchPath()
  return own(exchange)
}
