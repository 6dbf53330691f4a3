export { ReplayScreen } from './ReplayScreen'
