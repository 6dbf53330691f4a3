import type { Clock } from '../../../kernel/clock'
import type { Authorizer } from '../rbac/authorizer'
import type { Cluster } from '../cluster'
import type { RuntimeHooks } from '../runtime'
import type { Tokens } from '../auth/tokens'

/** What the routes of one simulated API server share. */
export interface ApiServer {
  cluster: Cluster
  authorizer: Authorizer
  tokens: Tokens
  /** What the server says it is. */
  gitVersion: string
  /** Machine milliseconds between bookmarks of a quiet watch. */
  bookmarkMs: number
  machineClock: Clock
  /** Told of every fault that is the plant's own. */
  onError(error: unknown, where: string): void
  runtime(): RuntimeHooks
}
