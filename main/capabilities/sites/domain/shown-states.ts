import type { SiteState } from '../../../../preload/contract/sites'

/** Contexts that nobody connected, as many as a list shows unasked; the others are found by a filter. */
const MOST_IDLE = 100

/** What every page follows: all that is or was connected, added or simulated, the home, and the first of the other contexts. */
export function shownStates(states: readonly SiteState[]): SiteState[] {
  let idle = 0
  return states.filter(
    ({ state, home, source, failure }) =>
      state !== 'idle' || home || failure || source !== 'kubeconfig' || ++idle <= MOST_IDLE,
  )
}
