import type { How } from '../cluster'
import { badRequest, invalidObject, notSupported } from '../errors'
import type { ResourceExchange } from './exchange'

const managerOf = (exchange: ResourceExchange): string => {
  const said = exchange.query.get('fieldManager')
  if (said !== null && said.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes')
  return said || (exchange.header('user-agent')?.split('/')[0] ?? 'unknown').slice(0, 128)
}
/** How a request wants its write done. Throws 422 for options that do not exist. */
export function howOf(exchange: ResourceExchange, subresource = exchange.info.subresource): How {
  const { query } = exchange
  const dryRun = query.get('dryRun')
  if (dryRun !== null && dryRun !== '' && dryRun !== 'All') throw invalidObject({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [notSupported('dryRun', [dryRun], ['All'])])
  const validation = query.get('fieldValidation') ?? 'Warn'
  if (validation !== '' && validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict') {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [notSupported('fieldValidation', validation, ['Ignore', 'Strict', 'Warn'])])
  }
  return {
    user: exchange.user, manager: managerOf(exchange), fieldValidation: validation === '' ? 'Warn' : validation, warn: (message) => { exchange.warnings.push(message) },
    ...(dryRun === 'All' && { dryRun: true }), ...(subresource && { subresource }),
  }
}
