export { clusterHandlers } from './handlers'
export type { ClusterPorts, GpuUse } from './ports'
export { makeCluster, type Cluster } from './service'
