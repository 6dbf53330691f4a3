export { Leadership, LEASE } from './lease'
export { makeSteward, type Acting, type Steward, type Task } from './service'
