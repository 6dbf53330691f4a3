import { AGGREGATED_TYPE, aggregated, wantsAggregated } from '../discovery/aggregated'
import { coreVersions, group, groupList, groupNames, resourceList } from '../discovery/legacy'
import { openapiIndex, openapiText } from '../discovery/openapi'
import { json, type Answer, type Exchange } from './exchange'

const OK: Answer = { code: 200, text: 'ok', type: 'text/plain; charset=utf-8' }
const version = (gitVersion: string): unknown => {
  const [, major = '1', minor = '34'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'simulated',
    compiler: 'plant',
    platform: 'linux/amd64',
  }
}
function discovery(exchange: Exchange, parts: string[]): Answer | undefined {
  const { registry } = exchange.server.cluster
  const [root, first, second, beyond] = parts
  if (root === 'api') {
    if (first === undefined)
      return wantsAggregated(exchange.header('accept'))
        ? { ...json(200, aggregated(registry, true)), type: AGGREGATED_TYPE }
        : json(200, coreVersions(exchange.url.host))
    return second === undefined ? json(200, resourceList(registry, '', first)) : undefined
  }
  if (first === undefined)
    return wantsAggregated(exchange.header('accept'))
      ? { ...json(200, aggregated(registry, false)), type: AGGREGATED_TYPE }
      : json(200, groupList(registry))
  if (!groupNames(registry).includes(first)) return undefined
  if (second === undefined) return json(200, group(registry, first))
  return beyond === undefined ? json(200, resourceList(registry, first, second)) : undefined
}
/** Health, version, discovery and OpenAPI; undefined where nothing is there. */
export function plainAnswer(exchange: Exchange): Answer | undefined {
  const parts = exchange.url.pathname.split('/').filter((part) => part !== '')
  const [root, second, ...rest] = parts
  const { server } = exchange
  switch (root) {
    case 'healthz':
    case 'livez':
    case 'readyz':
      return OK
    case 'version':
      return json(200, version(server.gitVersion))
    case 'api':
    case 'apis':
      return discovery(exchange, parts)
    case 'openapi':
      if (second === 'v3')
        return rest.length === 0
          ? json(200, openapiIndex(server.cluster.registry))
          : { code: 200, text: openapiText(server.cluster.registry, rest.join('/')) }
  }
  return undefined
}
