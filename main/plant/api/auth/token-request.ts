import { timestamp } from '../../../kernel/clock'
import { listAt, numberAt, recordAt } from '../cluster'
import { invalid, invalidObject } from '../errors'
import { readObject } from '../http/body'
import { json, type Answer, type ResourceExchange } from '../http/exchange'
import { stored } from '../http/mutate'

const HOUR_SECONDS = 3600
const LEAST_SECONDS = 600
/** Issues a token for a service account. Throws 422 for a life under ten minutes. */
export async function requestToken(exchange: ResourceExchange): Promise<Answer> {
  const wish = await readObject(exchange, {
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
  })
  const { metadata } = stored(exchange).object
  const seconds = numberAt(wish, 'spec', 'expirationSeconds') ?? HOUR_SECONDS
  if (seconds < LEAST_SECONDS)
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ])
  const audiences = listAt(wish, 'spec', 'audiences').filter((one) => typeof one === 'string')
  const issued = exchange.server.tokens.issue({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    audiences,
    expirationSeconds: seconds,
  })
  return json(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      creationTimestamp: timestamp(exchange.server.cluster.clock.now()),
    },
    spec: {
      ...recordAt(wish, 'spec'),
      audiences: audiences.length > 0 ? audiences : ['https://kubernetes.default.svc'],
      expirationSeconds: seconds,
      boundObjectRef: null,
    },
    status: { token: issued.token, expirationTimestamp: timestamp(issued.expirationTimestamp) },
  })
}
