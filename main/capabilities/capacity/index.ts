export { NodeObject, PodObject } from './parse'
export { makeCapacity, type Capacity } from './service'
