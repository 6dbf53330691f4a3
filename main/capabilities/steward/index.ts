export { Leadership, LEASE, leaseSight } from './lease'
export { makeAuthority, type Authority } from './authority'
export { makeSteward, type Acting, type Steward, type Stop, type Task } from './service'
