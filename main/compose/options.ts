import type { makeOperations } from '../capabilities/operations'
import type { makeRecords } from '../capabilities/records'
import type { Sessions } from '../capabilities/sessions'
import type { SettingsFile } from '../capabilities/settings'
import type { KubeconfigReader, SitesService } from '../capabilities/sites'
import type { Uploads } from '../capabilities/uploads'
import type { Clock } from '../kernel/clock'
import type { Random } from '../kernel/random'
import type { Aws } from '../platform/aws'
import type { Log } from '../platform/log'
import type { Network } from '../platform/network'
import type { Vault } from '../platform/secrets/vault'
import type { Plant } from '../plant'
import type { Store } from '../platform/store'

export interface ComposeOptions {
  storeDir: string
  host: 'desktop' | 'web' | 'command-line' | 'test'
  version: string
  env: Record<string, string | undefined>
  clock: Clock
  random: Random
  /** Where settings are kept: the shell's own store on the desktop; a table of the local store unless given. */
  settings?: SettingsFile
  vault?: Vault
  /** Who may use the web host, where this core has one. */
  sessions?: Sessions | undefined
  /** What the host knows about a desktop runtime, for the diagnosis. */
  electron?: string
  /** What reads kubeconfigs; a thread unless told. */
  kubeconfigs?: KubeconfigReader
  /** The program of the thread that replays jobs; beside the core's own unless told. */
  replayWorker?: URL | undefined
  /** The program of the threads that count and score drift; beside the core's own unless told. */
  driftWorker?: URL | undefined
  /** Stands for the Lease of the steward whatever the policy's mode. */
  steward?: boolean
  /** Ends this core so that its host starts another, after a damaged store was found or recovered; a host that cannot leaves it out. */
  restart?: (() => void) | undefined
  /** How the simulated sites begin; they are always at hand unless this is false. */
  plant?:
    | false
    | {
        seeded?: boolean
        speed?: number
        /** As which of their people they open, unless somebody chose another; the first of them, an ordinary lead. */
        as?: string
        /** Called with the simulated sites each time they are opened: for whoever plays troubles on them. */ opened?(
          plant: Plant,
        ): void
      }
}

/** What every part of the core is made with. */
export interface Services {
  store: Store
  sites: SitesService
  /** The AWS SDK, set up once: profiles, endpoints, proxies. */
  aws: Aws
  network: Network
  records: ReturnType<typeof makeRecords>
  /** Files that pages hand over. */
  uploads: Uploads
  operations: ReturnType<typeof makeOperations>
  clock: Clock
  random: Random
  log: Log
}
