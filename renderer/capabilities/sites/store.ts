import { create } from 'zustand'
import type { SiteState } from '../../../preload/contract/sites'
import { intoField, lastKnown, useNow, watchInto, type Core, type Remote } from '../../client'

interface SitesState {
  sites: Remote<SiteState[]>
}
export const useSitesStore = create<SitesState>(() => ({ sites: { at: 'idle' } }))
export const watchSites = ({ client, now }: Core, signal: AbortSignal) =>
  watchInto<SiteState[]>(
    intoField(useSitesStore, 'sites'),
    (options) => client.sites.watch(undefined, options),
    { signal, now },
  )

const NONE: SiteState[] = []
/** Every known site; empty until the core has told them. */
export const useSites = (): SiteState[] =>
  useSitesStore(({ sites }) => lastKnown(sites)?.value ?? NONE)
/** The site that holds the shared records, if one was chosen. */
export const useHome = (): SiteState | undefined => useSites().find(({ home }) => home)
export const useSitesKnown = () => useSitesStore(({ sites }) => lastKnown(sites) !== undefined)

/** The time on the home site's own clock, in ms since 1970: what it writes is as old as its clock says, and a simulated one runs faster. */
export function useSiteNow(everyMs = 1000): number {
  const now = useNow(everyMs)
  // The stored fact is selected and read outside: what lastKnown answers is a new object each time, which would render without end.
  const known = lastKnown(useSitesStore(({ sites }) => sites))
  const home = known?.value.find((site) => site.home)
  if (!known || !home?.asOf) return now
  return (
    Date.parse(home.asOf) + Math.max(0, now - known.asOf) * (home.simulated ? (home.speed ?? 1) : 1)
  )
}
