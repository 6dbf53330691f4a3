export { replayHandlers } from './handlers'
export type { Building, Player, ReplayPorts } from './ports'
export type { PolicyPort } from './propose'
export { makeReplay, type Replay } from './service'
