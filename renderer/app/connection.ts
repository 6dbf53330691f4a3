import { create } from 'zustand'
import { makeClient, Reconnecting, type Core, type LinkState } from '../client'

/** How the page stands with the core; `since` in ms since 1970. */
interface ConnectionState {
  state: LinkState | 'starting'
  since: number
}
export const useConnection = create<ConnectionState>(() => ({
  state: 'starting',
  since: Date.now(),
}))
export const connection = new Reconnecting((state) =>
  useConnection.setState({ state, since: Date.now() }),
)
export const core: Core = { client: makeClient(connection), now: () => Date.now() }
