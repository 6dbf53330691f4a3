export { MapScreen } from './screens/MapScreen'
