import { request } from 'node:http'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { boundedText } from '../network'
import type { KubeClient } from './types'

const MOST_BYTES = 4_000_000
const LIMIT_MS = 10_000

/** GET over a forwarded connection to a pod; the body as text, at most 4 MB of it. Fails with CLUSTER_FAILED on any answer but 200. */
export async function getFromPod(
  client: KubeClient,
  to: { pod: { namespace: string; name: string }; port: number; path: string },
  signal?: AbortSignal,
): Promise<Outcome<string>> {
  // A port that takes the request and never answers must not hold up whoever asks.
  const ending = AbortSignal.any([AbortSignal.timeout(LIMIT_MS), ...(signal ? [signal] : [])])
  const late = () =>
    fail(
      failure('CLUSTER_TIMED_OUT', {
        site: client.site,
        server: client.server,
        afterSeconds: LIMIT_MS / 1000,
      }),
    )
  const connected = await client.connect(to.pod, to.port, ending).catch((error: unknown) => {
    if (signal?.aborted || !ending.aborted) throw error
    return late()
  })
  if (!connected.ok) return connected
  const stream = connected.value
  return new Promise((resolve) => {
    const broken = (status = 0) =>
      resolve(
        fail(
          failure('CLUSTER_FAILED', {
            site: client.site,
            status,
            says: `${to.pod.name} ${status === 0 ? 'did not answer' : `answered ${to.path}`}`,
          }),
        ),
      )
    const ask = request(
      {
        createConnection: () => stream,
        host: '127.0.0.1',
        path: to.path,
        headers: { connection: 'close' },
        signal: ending,
      },
      (answer) => {
        boundedText(answer, { mostBytes: MOST_BYTES, limitMs: LIMIT_MS }).then(
          (text) =>
            answer.statusCode === 200 ? resolve(succeed(text)) : broken(answer.statusCode),
          () => broken(),
        )
      },
    )
    ask.once('error', () => broken())
    ask.end()
  })
}
