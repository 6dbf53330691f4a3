import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'

/** rclone 1.71.1 for every architecture, by the digest of its list of manifests. */
export const RCLONE =
  'docker.io/rclone/rclone:1.71.1@sha256:d5971950c2b370fb04dd3292541b5bda6d9103143fd7e345aeb435a399388afc'
/** The image that carries data: what the settings name instead, for a registry of one's own, has to be pinned too. */
export function imageOf(named: unknown): Outcome<string> {
  if (named === undefined) return succeed(RCLONE)
  if (typeof named === 'string' && /^[^\s@]+@sha256:[0-9a-f]{64}$/.test(named))
    return succeed(named)
  return fail(
    failure('NOT_SUPPORTED_HERE', {
      says: 'The image for transfers that the settings name is not pinned by its digest.',
      remedy: 'Name it as name@sha256:…, or leave it out.',
    }),
  )
}
