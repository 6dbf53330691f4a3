import { explain } from '../../preload/contract/explain'
import { carriedFailure } from '../../preload/contract/failures'

/** A core that could not start says why: a typed failure (store in use, disk full) in its words, anything else as it is. */
export function describeStartFailure(error: unknown): { says: string; remedy: string } {
  const failure = carriedFailure(error)
  if (failure) return explain(failure)
  const taken = portTaken(error)
  return (
    taken ?? {
      says: error instanceof Error ? error.message : String(error),
      remedy: 'Run takt doctor for a diagnosis.',
    }
  )
}
function portTaken(error: unknown): { says: string; remedy: string } | undefined {
  const { code, port } = (error ?? {}) as { code?: unknown; port?: unknown }
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return undefined
  return {
    says: `Port ${String(port)} of this machine is ${code === 'EACCES' ? 'not allowed' : 'taken'}.`,
    remedy: 'Name another with --port, or leave it out for any free one.',
  }
}
