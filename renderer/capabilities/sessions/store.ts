import { create } from 'zustand'
import type { SessionList } from '../../../preload/contract/sessions'
import { intoField, lastKnown, resuming, watchInto, type Core, type Remote } from '../../client'

interface SessionsState {
  list: Remote<SessionList>
}
export const useSessionsStore = create<SessionsState>(() => ({ list: { at: 'idle' } }))
/** Follows who is signed in to the web host; only a page that has a session itself may ask. */
export const watchSessions = ({ client, now }: Core, signal: AbortSignal) =>
  watchInto<SessionList>(
    intoField(useSessionsStore, 'list'),
    ({ signal: ending }) => client.sessions.watch(undefined, { signal: ending, context: resuming }),
    { signal, now },
  )
export const useSessionList = (): SessionList | undefined =>
  useSessionsStore(({ list }) => lastKnown(list)?.value)
