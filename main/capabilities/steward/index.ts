export { Leadership, LEASE, leaseSight } from './lease'
export { makeSteward, type Acting, type Steward, type Task } from './service'
