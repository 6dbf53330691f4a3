import { succeed, type Outcome } from '../../kernel/outcome'
import { pathOf } from './paths'
import type { Transport } from './transport'

const SERVICES = { group: '', version: 'v1', plural: 'services' }
const MOST_BYTES = 8_000_000

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
    mostBytes: MOST_BYTES,
  })
  return answer.ok ? succeed(answer.value.text) : answer
}
