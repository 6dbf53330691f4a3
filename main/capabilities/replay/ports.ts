import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Play, ThreadAnswer, ThreadQuestion } from '../burst'
import type { Operations } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

export interface Listening { progress: (share: number) => void; begins: (play: Play) => void; signal: AbortSignal }
/** Plays jobs somewhere that does not hold up the core; ends at once with the signal. */
export type Player = (question: ThreadQuestion, listening: Listening) => Promise<ThreadAnswer>
export interface Building { nodes: number; gpusPerNode: number; basis: string }

export interface ReplayPorts {
  store: Pick<Store, 'blobs' | 'settings'>
  player: Player
  sites: Sites
  records: Records
  operations: Operations
  /** The GPU nodes of a site now; undefined where it has none. */
  building(site: string, signal?: AbortSignal): Promise<Building | undefined>
  clock: Clock
  random: Random
  log: Log
}
