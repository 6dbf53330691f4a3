export { DriftScreen } from './DriftScreen'
