import type { AccessAsk, KubeClient } from '../../platform/kubernetes/types'
import type { Outcome } from '../../kernel/outcome'
import type { PermissionCheck } from '../../../preload/contract/operations'
import type { SiteState } from '../../../preload/contract/sites'

/** What other capabilities use of sites. */
export interface Sites {
  states(): SiteState[]
  /** Calls back after every change of any site's state; the answer stops it. */
  onChange(listener: () => void): () => void
  /** The client of a connected site, else SITE_NOT_CONNECTED or SITE_UNKNOWN. */
  client(site: string): Outcome<KubeClient>
  /** The client of the site that holds the shared records, else NO_HOME_SITE or SITE_NOT_CONNECTED. */
  home(): Outcome<KubeClient>
  /** Reviews rights and names who could grant what is missing (subjects bound to roles that hold the verb, where they may be read). */
  review(
    site: string,
    asks: (AccessAsk & { says: string; without?: string })[],
    signal?: AbortSignal,
  ): Promise<Outcome<PermissionCheck[]>>
  /** As whom a site knows the signed-in person, with what their issuer says of them; undefined before the first answer. */
  whoIs(site: string):
    | {
        user: string
        groups: string[]
        claims?: { issuer: string; subject: string; email?: string; groups: string[] }
      }
    | undefined
}
