import type { EnvironmentSpec } from '../../../../preload/contract/records/environment'

const GI = 2 ** 30
/** What an environment adds to the quotas of its namespace, in base units; clones are given by their sizes. */
export function addsOf(spec: EnvironmentSpec, clonesGi: number[]): Record<string, number> {
  const { size, replicas, workspace } = spec
  const storage = (workspace.gi * replicas + clonesGi.reduce((sum, gi) => sum + gi, 0)) * GI
  return {
    'requests.cpu': size.cpuCores * replicas,
    cpu: size.cpuCores * replicas,
    'requests.memory': size.memoryGi * GI * replicas,
    memory: size.memoryGi * GI * replicas,
    'requests.storage': storage,
    persistentvolumeclaims: replicas + clonesGi.length,
    pods: replicas,
    services: 1,
    ...(size.gpu && { [`requests.${size.gpu.resource}`]: size.gpu.count * replicas }),
  }
}
