import type { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { askAws } from '../../../platform/aws'
import { boundOfPages } from '../../../platform/network'
import type { CloudAccount } from '../ports'

const PAUSES_MS = [500, 1_500, 4_000, 10_000]
const BUSY =
  /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|InternalFailure|ServerException|PriorRequestNotComplete/i

export interface Asking<T, P> {
  account: CloudAccount
  clock: Clock
  service: string
  action: string
  ask(): Promise<T>
  parse: z.ZodType<P>
  signal?: AbortSignal | undefined
}

/** Asks AWS and parses what it answers. What is busy is asked again a few times, ever more slowly; an answer of another shape is a failure, never a guess. */
export async function asked<T, P>({
  account,
  clock,
  service,
  action,
  ask,
  parse,
  signal,
}: Asking<T, P>): Promise<Outcome<P>> {
  const where = { profile: account.profile, region: account.region, service, action }
  for (let tries = 0; ; tries++) {
    const answer = await askAws(ask, where, signal)
    if (answer.ok) {
      const read = parse.safeParse(answer.value)
      if (read.success) return succeed(read.data)
      const issue = read.error.issues[0]
      return fail(
        failure('AWS_FAILED', {
          profile: where.profile,
          region: where.region,
          service,
          error: 'an answer of another shape',
          says: `${action}: ${issue ? `${issue.path.join('.')} ${issue.message}` : 'unreadable'}`,
        }),
      )
    }
    const pause = PAUSES_MS[tries]
    if (pause === undefined || !isBusy(answer.failure)) return answer
    await clock.sleep(pause, signal)
  }
}
/** Whether asking again may help: AWS said that it is busy, something before it answered in its place, or the answer was lost on the way. */
function isBusy(failed: Failure): boolean {
  if (failed.code === 'AWS_UNREACHABLE') return /was reset|was closed/.test(failed.data.cause)
  return (
    failed.code === 'AWS_FAILED' &&
    (BUSY.test(failed.data.error) || (failed.data.status ?? 0) >= 500)
  )
}
/** The name AWS gave to what it refused. */
export const refusedAs = (outcome: Outcome<unknown>): string =>
  !outcome.ok && outcome.failure.code === 'AWS_FAILED' ? outcome.failure.data.error : ''
/** All pages of a listing, asked for one after the other; a listing without an end is a failure. */
export async function paged<P>(
  { account: { profile, region }, service, action }: Omit<Listing, 'clock'>,
  page: (token: string | undefined) => Promise<Outcome<P>>,
  next: (page: P) => string | null | undefined,
): Promise<Outcome<P[]>> {
  const all: P[] = []
  const count = boundOfPages()
  const where = { profile, region, service, action }
  for (let token: string | undefined, first = true; first || token; first = false) {
    const from = token
    const counted = await askAws(async () => count(from), where)
    if (!counted.ok) return counted
    const one = await page(from)
    if (!one.ok) return one
    all.push(one.value)
    token = next(one.value) ?? undefined
  }
  return succeed(all)
}
type Listing = Pick<Asking<unknown, unknown>, 'account' | 'service' | 'action' | 'clock'>
export const abortable = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
  signal ? { abortSignal: signal } : {}
