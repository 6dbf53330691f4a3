import type { Clock } from '../../kernel/clock'
import type { Store } from '../../platform/store'
import type { Play, PlayedPolicy, ThreadAnswer, ThreadQuestion } from '../burst'
import type { Records } from '../records'
import type { Sites } from '../sites'
import type { UploadSource } from '../uploads'
import type { PolicyPort } from './propose'

export interface Listening {
  progress: (share: number) => void
  begins: (play: Play) => void
  found: (played: PlayedPolicy) => void
  signal: AbortSignal
}
/** Plays jobs somewhere that does not hold up the core; ends at once with the signal. */
export type Player = (question: ThreadQuestion, listening: Listening) => Promise<ThreadAnswer>
export interface Building {
  nodes: number
  gpusPerNode: number
  basis: string
}

export interface ReplayPorts {
  store: Pick<Store, 'blobs' | 'settings'>
  player: Player
  sites: Sites
  records: Records
  policy: PolicyPort
  /** The GPU nodes of a site now; undefined where it has none. */
  building(site: string, signal?: AbortSignal): Promise<Building | undefined>
  clock: Clock
  /** Where an uploaded file is taken from; absent where no page is served. */
  uploads?: UploadSource
}
