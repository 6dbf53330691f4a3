import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { pathOf } from './paths'
import type { Transport } from './transport'

const SERVICES = { group: '', version: 'v1', plural: 'services' }
const MOST_CHARACTERS = 8_000_000

interface Through {
  service: { namespace: string; name: string; port: string | number }
  path: string
  query?: Record<string, string | number | undefined>
}

/** GET of a service through the API server's proxy; the right it takes is `get services/proxy`. */
export async function throughService(
  transport: Transport,
  { service, path, query }: Through,
  signal?: AbortSignal,
): Promise<Outcome<string>> {
  const { namespace, name, port } = service
  const answer = await transport.send({
    method: 'GET',
    path: `${pathOf(SERVICES, { namespace })}/${encodeURIComponent(name)}:${encodeURIComponent(String(port))}/proxy${path}`,
    query: query ?? {},
    verb: 'get',
    resource: { ...SERVICES, plural: 'services/proxy' },
    namespace,
    name,
    signal,
  })
  if (!answer.ok) return answer
  return answer.value.text.length > MOST_CHARACTERS
    ? fail(
        failure('CLUSTER_FAILED', {
          site: transport.whom.site,
          status: 200,
          says: `${name} answered more than can be read at once`,
        }),
      )
    : succeed(answer.value.text)
}
