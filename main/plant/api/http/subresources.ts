import { methodNotAllowed, noSuchPath } from '../errors'
import type { Answer, ResourceExchange, STREAMED } from './exchange'
import { patch, stored, update } from './mutate'
import { present } from './present'
import { scale } from './scale'

type Handler = (exchange: ResourceExchange) => Answer | typeof STREAMED | Promise<Answer | typeof STREAMED>

const status: Handler = (exchange) => {
  switch (exchange.info.verb) {
    case 'get': return present(exchange, 200, stored(exchange))
    case 'update': return update(exchange)
    case 'patch': return patch(exchange)
    default: throw methodNotAllowed()
  }
}
const OWN: Record<string, Handler> = {}

/** Answers a request below one object. Throws 404 where the kind has no such subresource. */
export function subresource(exchange: ResourceExchange): ReturnType<Handler> {
  const { resource, info } = exchange
  if (info.subresource === 'status' && resource.hasStatus) return status(exchange)
  if (info.subresource === 'scale' && resource.scale) return scale(exchange)
  const own = OWN[`${resource.group}/${resource.plural}/${info.subresource ?? ''}`]
  if (!own) throw noSuchPath()
  return own(exchange)
}
