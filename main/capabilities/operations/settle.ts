import type { Log } from '../../platform/log'
import type { OperationFacts } from './domain/facts'
import type { OperationKind } from './ports'

/** Ends on this machine what an operation has fulfilled. Nothing of the cluster hangs on it, so a defect in it holds up nobody. */
export function settle(
  kinds: ReadonlyMap<string, OperationKind<unknown>>,
  { id, kind, input }: OperationFacts,
  log: Log,
): void {
  const known = kinds.get(kind)
  const read = known?.input.safeParse(input)
  try {
    if (read?.success) known?.settle?.(read.data)
  } catch (error) {
    log.error('What an operation settles threw.', { operation: id, error })
  }
}
