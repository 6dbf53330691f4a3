export { replayHandlers } from './handlers'
export type { Building, Player, ReplayPorts } from './ports'
export { makeReplay, type Replay } from './service'
