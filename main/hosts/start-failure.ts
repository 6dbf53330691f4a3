import { explain } from '../../preload/contract/explain'
import { parseFailure } from '../../preload/contract/failures'

/** A core that could not start says why: a typed failure (store in use, disk full) in its words, anything else as it is. */
export function describeStartFailure(error: unknown): { says: string; remedy: string } {
  const carried =
    error instanceof Error && 'failure' in error
      ? (error.failure as { code?: unknown; data?: unknown } | undefined)
      : undefined
  const failure = parseFailure(carried?.code, carried?.data)
  return failure
    ? explain(failure)
    : {
        says: error instanceof Error ? error.message : String(error),
        remedy: 'Run takt doctor for a diagnosis.',
      }
}
