import { homedir } from 'node:os'
import envPaths from 'env-paths'
import type { ContractRouterClient } from '@orpc/contract'
import type { Router } from '@orpc/server'
import type { Contract } from '../preload/contract'
import type { Clock } from './kernel/clock'
import type { Random } from './kernel/random'
import { noVault, type Vault } from './platform/secrets/vault'

export interface ComposeOptions {
  storeDir: string
  host: 'desktop' | 'web' | 'command-line' | 'test'
  version: string
  env: Record<string, string | undefined>
  clock: Clock
  random: Random
  /** Where settings are kept: the shell's own store on the desktop; a table of the local store unless given. */
  settings?: { read(): unknown; write(value: Record<string, unknown>): void }
  vault?: Vault
}

/** The running core: every host serves its router; a client of it in the same process is `createRouterClient(router)`. */
export interface Core {
  router: Router<Contract, Record<never, never>>
  /** Settles when what was open last time has been opened again. */
  started: Promise<void>
  close(): Promise<void>
}
export type CoreClient = ContractRouterClient<Contract>

/** Where the local store lies unless told otherwise. */
export const defaultStoreDir = (env: Record<string, string | undefined>): string => env['TAKT_STORE'] ?? envPaths('takt', { suffix: '' }).data

/** The one place where adapters meet services. */
export function compose(options: ComposeOptions): Promise<Core> {
  void homedir
  void (options.vault ?? noVault)
  return Promise.reject(new Error('The services are not assembled yet.'))
}
