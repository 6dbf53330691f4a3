import type { How } from '../cluster'
import { badRequest, invalidObject, notSupported } from '../errors'
import type { ResourceExchange } from './exchange'

const managerOf = (exchange: ResourceExchange): string => {
  const said = exchange.query.get('fieldManager')
  if (said !== null && said.length > 128)
    throw badRequest('fieldManager: Too long: may not be more than 128 bytes')
  return said || (exchange.header('user-agent')?.split('/')[0] ?? 'unknown').slice(0, 128)
}
const OPTIONS = { group: 'meta.k8s.io', kind: 'CreateOptions' }
function isDryRun(query: URLSearchParams): boolean {
  const said = query.get('dryRun') ?? ''
  if (said !== '' && said !== 'All')
    throw invalidObject(OPTIONS, '', [notSupported('dryRun', [said], ['All'])])
  return said === 'All'
}
function validationOf(query: URLSearchParams): NonNullable<How['fieldValidation']> {
  const said = query.get('fieldValidation') || 'Warn'
  if (said === 'Ignore' || said === 'Warn' || said === 'Strict') return said
  throw invalidObject(OPTIONS, '', [
    notSupported('fieldValidation', said, ['Ignore', 'Strict', 'Warn']),
  ])
}
/** How a request wants its write done. Throws 422 for options that do not exist. */
export function howOf(exchange: ResourceExchange, subresource = exchange.info.subresource): How {
  return {
    user: exchange.user,
    manager: managerOf(exchange),
    fieldValidation: validationOf(exchange.query),
    warn: (message) => {
      exchange.warnings.push(message)
    },
    ...(isDryRun(exchange.query) && { dryRun: true }),
    ...(subresource && { subresource }),
    ...(exchange.method === 'PATCH' && { isPatch: true }),
  }
}
