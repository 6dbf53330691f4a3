import { isRecord, textAt } from '../cluster'
import { invalidObject, notSupported } from '../errors'
import type { Propagation, RemoveOptions } from '../writes/remove'
import { readValue } from './body'
import type { ResourceExchange } from './exchange'
import { howOf } from './how'

type Body = Record<string, unknown>
const POLICIES: Propagation[] = ['Background', 'Foreground', 'Orphan']

function propagationOf(body: Body, query: URLSearchParams): Propagation | undefined {
  const said =
    body['propagationPolicy'] ??
    query.get('propagationPolicy') ??
    (body['orphanDependents'] === true ? 'Orphan' : undefined)
  const known = POLICIES.find((policy) => policy === said)
  if (said !== undefined && !known)
    throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      notSupported('propagationPolicy', said, [...POLICIES, '']),
    ])
  return known
}
function preconditionsOf(body: Body): NonNullable<RemoveOptions['preconditions']> {
  const uid = textAt(body, 'preconditions', 'uid')
  const resourceVersion = textAt(body, 'preconditions', 'resourceVersion')
  return {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
}
/** How a deletion is meant, from its body and, where that is silent, its query. Throws 400 or 422. */
export async function removeOptions(exchange: ResourceExchange): Promise<RemoveOptions> {
  const value = (await exchange.body()).trim() === '' ? {} : await readValue(exchange)
  const body = isRecord(value) ? value : {}
  const { query } = exchange
  const grace = Number(body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? NaN)
  const dryRun =
    howOf(exchange).dryRun === true ||
    (Array.isArray(body['dryRun']) && body['dryRun'].includes('All'))
  const propagation = propagationOf(body, query)
  return {
    ...(propagation && { propagation }),
    ...(Number.isFinite(grace) && { gracePeriodSeconds: grace }),
    ...(dryRun && { dryRun }),
    preconditions: preconditionsOf(body),
  }
}
