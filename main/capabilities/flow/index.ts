export { moveEvents, waitingNow, withEvents } from './domain/events'
export { makeWorklog, type Worklog } from './worklog'
