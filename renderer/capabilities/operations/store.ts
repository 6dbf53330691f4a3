import { create } from 'zustand'
import type { Operation } from '../../../preload/contract/operations'
import { intoField, watchInto, type Core, type Remote } from '../../client'

/** Running and finished operations, and which of them the drawer shows. */
interface OperationsState {
  operations: Remote<Operation[]>
  drawer: 'closed' | 'open'
  selected: string | undefined
}
export const useOperations = create<OperationsState>(() => ({
  operations: { at: 'idle' },
  drawer: 'closed',
  selected: undefined,
}))

export const watchOperations = ({ client, now }: Core, signal: AbortSignal) =>
  watchInto<Operation[]>(
    intoField(useOperations, 'operations'),
    (options) => client.operations.watch(undefined, options),
    { signal, now },
  )
/** Opens the drawer, at one operation where it is named. */
export const openDrawer = (operationId?: string) =>
  useOperations.setState({ drawer: 'open', ...(operationId && { selected: operationId }) })
export const closeDrawer = () => useOperations.setState({ drawer: 'closed' })
