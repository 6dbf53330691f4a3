export { objectHandlers } from './handlers'
export type { ObjectPorts } from './ports'
export { makeObjects, type Objects } from './service'
