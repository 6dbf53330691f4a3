import { create } from 'zustand'
import type { MapView } from '../../../preload/contract/flow'
import { intoField, watchInto, type Core, type Remote } from '../../client'

interface FlowState {
  map: Remote<MapView>
}
/** The whole map, unfiltered: the home screen draws it, the title bar counts its lamps. */
export const useFlowStore = create<FlowState>(() => ({ map: { at: 'idle' } }))
export const watchMap = ({ client, now }: Core, signal: AbortSignal) =>
  watchInto<MapView>(intoField(useFlowStore, 'map'), (options) => client.flow.map({}, options), {
    signal,
    now,
  })
