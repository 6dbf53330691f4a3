export { Elsewhere } from './Elsewhere'
export { SessionsPanel } from './SessionsPanel'
export { watchSessions } from './store'
