export { backlogHandlers } from './handlers'
export type { BacklogPorts } from './ports'
export { makeBacklog, type Backlog } from './service'
