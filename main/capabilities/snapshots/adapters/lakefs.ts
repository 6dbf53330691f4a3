import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'

const Commits = z.object({ results: z.array(z.object({ id: z.string() })) })
const TIMEOUT_SECONDS = 5
const unsupported = (says: string) => fail(failure('NOT_SUPPORTED_HERE', { says, remedy: 'The snapshot points at the branch as it is.' }))

/** The newest commit of a lakeFS branch named lakefs://repository/branch, asked at the endpoint its engine field names. */
export async function lakefsCommit(location: DataSourceSpec['location'], signal?: AbortSignal): Promise<Outcome<string>> {
  const [, repository, branch] = /^lakefs:\/\/([^/]+)\/([^/]+)/.exec(location.uri ?? '') ?? []
  if (!repository || !branch) return unsupported('its address names no repository and branch')
  if (!/^https?:\/\//.test(location.engine ?? '')) return unsupported('no address of its lakeFS server is recorded')
  const server = (location.engine ?? '').replace(/\/+$/, '')
  const url = `${server}/api/v1/repositories/${encodeURIComponent(repository)}/refs/${encodeURIComponent(branch)}/commits?amount=1`
  const limit = AbortSignal.timeout(TIMEOUT_SECONDS * 1000)
  try {
    const answer = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit, headers: { accept: 'application/json' } })
    if (answer.status === 401 || answer.status === 403) return unsupported('lakeFS wants a sign-in that Takt does not have')
    const commits = Commits.safeParse(await answer.json())
    const [newest] = commits.success ? commits.data.results : []
    return newest ? succeed(`lakefs://${repository}/${newest.id}`) : unsupported(`lakeFS answered ${String(answer.status)} without a commit`)
  } catch (error) {
    if (signal?.aborted) throw error
    return limit.aborted ? fail(failure('CLUSTER_TIMED_OUT', { site: 'lakeFS', server, afterSeconds: TIMEOUT_SECONDS })) : fail(failure('CLUSTER_UNREACHABLE', { site: 'lakeFS', server, cause: 'no answer' }))
  }
}
