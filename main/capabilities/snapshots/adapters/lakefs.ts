import { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import { boundedResponse, whyTooLong } from '../../../platform/network'
import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'

const Commits = z.object({ results: z.array(z.object({ id: z.string() })) })
const TIMEOUT_SECONDS = 5
const LIMITS = { mostBytes: 4 * 2 ** 20, limitMs: TIMEOUT_SECONDS * 1000 }
const unsupported = (says: string) =>
  fail(
    failure('NOT_SUPPORTED_HERE', { says, remedy: 'The snapshot points at the branch as it is.' }),
  )

/** Where a branch's newest commit is asked for; a sentence where the record does not say enough. */
function whereTo({
  uri,
  engine,
}: DataSourceSpec['location']): { server: string; repository: string; url: string } | string {
  const [, repository, branch] = /^lakefs:\/\/([^/]+)\/([^/]+)/.exec(uri ?? '') ?? []
  if (!repository || !branch) return 'its address names no repository and branch'
  if (!/^https?:\/\//.test(engine ?? '')) return 'no address of its lakeFS server is recorded'
  const server = (engine ?? '').replace(/\/+$/, '')
  return {
    server,
    repository,
    url: `${server}/api/v1/repositories/${encodeURIComponent(repository)}/refs/${encodeURIComponent(branch)}/commits?amount=1`,
  }
}

/** The newest commit of a lakeFS branch named lakefs://repository/branch, asked at the endpoint its engine field names. */
export async function lakefsCommit(
  location: DataSourceSpec['location'],
  signal?: AbortSignal,
): Promise<Outcome<string>> {
  const to = whereTo(location)
  if (typeof to === 'string') return unsupported(to)
  const limit = AbortSignal.timeout(TIMEOUT_SECONDS * 1000)
  try {
    const answer = await fetch(to.url, {
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: { accept: 'application/json' },
    })
    if (answer.status === 401 || answer.status === 403)
      return unsupported('lakeFS wants a sign-in that Takt does not have')
    const commits = Commits.safeParse(parseJson(await boundedResponse(answer, LIMITS)))
    const newest = commits.data?.results[0]
    return newest
      ? succeed(`lakefs://${to.repository}/${newest.id}`)
      : unsupported(`lakeFS answered ${String(answer.status)} without a commit`)
  } catch (error) {
    if (signal?.aborted) throw error
    return fail(whyNone(error, { server: to.server, isLate: limit.aborted }))
  }
}

function whyNone(error: unknown, { server, isLate }: { server: string; isLate: boolean }): Failure {
  const whom = { site: 'lakeFS', server }
  const tooLong = whyTooLong(error)
  return isLate && tooLong === undefined
    ? failure('CLUSTER_TIMED_OUT', { ...whom, afterSeconds: TIMEOUT_SECONDS })
    : failure('CLUSTER_UNREACHABLE', { ...whom, cause: tooLong ?? 'no answer' })
}
