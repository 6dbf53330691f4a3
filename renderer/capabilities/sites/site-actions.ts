import type { SiteState } from '../../../preload/contract/sites'
import { useAction } from '../../client'
import { siteTrouble } from './view-model'

/** What a person can do with a site, and what stands in its way: the newest refusal, else what the site itself reports. */
export function useSiteActions(site: SiteState) {
  const connect = useAction((client) => client.sites.connect({ site: site.id }))
  const disconnect = useAction((client) => client.sites.disconnect({ site: site.id }))
  const makeHome = useAction((client) => client.sites.makeHome({ site: site.id }))
  const remove = useAction((client) => client.sites.remove({ site: site.id }))
  const signOut = useAction((client) =>
    client.sites.signOut({ identity: site.identity?.name ?? '' }),
  )
  return {
    connect,
    disconnect,
    makeHome,
    remove,
    signOut,
    busy: connect.busy || disconnect.busy,
    trouble:
      connect.trouble ??
      disconnect.trouble ??
      makeHome.trouble ??
      remove.trouble ??
      signOut.trouble ??
      siteTrouble(site),
  }
}
