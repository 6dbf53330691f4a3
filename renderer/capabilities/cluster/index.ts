export { ClusterScreen } from './ClusterScreen'
