export { listedDirectory, type Listed } from './adapters/listed'
export { peopleHandlers } from './handlers'
export type { Directory } from './ports'
export { makePeople } from './service'
