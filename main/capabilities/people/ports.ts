import type { DirectoryEntry } from '../../../preload/contract/people'
import type { Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Vault } from '../../platform/secrets/vault'
import type { Store } from '../../platform/store'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { Clock } from '../../kernel/clock'

export type Kind = DirectoryEntry['kind']
export interface Search {
  text: string
  kind?: Kind | undefined
  limit: number
}
/** Some entries, and whether there are more than were asked for. */
export interface Found {
  entries: DirectoryEntry[]
  more: boolean
}

/** Somewhere people and groups can be looked up, under the names the cluster knows. */
export interface Directory {
  title: string
  simulated: boolean
  /** Whether everybody can be looked up, so that who is not found has left. */
  complete: boolean
  search(search: Search, signal?: AbortSignal): Promise<Outcome<Found>>
  /** The entries of these names; one that is not there is left out. Names that cannot be of this directory are left out of `asked`. */
  lookup(
    subjects: { kind: Kind; name: string }[],
    signal?: AbortSignal,
  ): Promise<Outcome<{ entries: DirectoryEntry[]; asked: Set<string> }>>
  /** The people of a group, through groups in it; undefined where there is no such group. */
  groupMembers(name: string, signal?: AbortSignal): Promise<Outcome<Found | undefined>>
}
/** The key of a subject in sets and maps. */
export const keyOf = ({ kind, name }: { kind: Kind; name: string }): string => `${kind}/${name}`

export interface PeoplePorts {
  sites: Sites
  records: Records
  operations: Operations
  clock: Clock
  random: Random
  settings: Store['settings']
  vault: Vault
  /** Certificate authorities that this machine trusts, in PEM. */
  trusted(): string[]
  /** The people of the simulated sites, where they are open. */
  simulated(): Directory | undefined
}
