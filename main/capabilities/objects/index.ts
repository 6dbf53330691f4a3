export { resumedPods, scaledPods } from './domain/added-pods'
export { objectHandlers } from './handlers'
export type { ObjectPorts } from './ports'
export { makeObjects, type Objects } from './service'
