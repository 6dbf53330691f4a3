import { clusterHandlers, makeCluster, type GpuUse } from '../capabilities/cluster'
import { os } from '../platform/contract'
import type { Services } from './options'
import { ownProjects } from './own-projects'

/** Live lists; use of GPUs comes from whoever measures it. */
export function cluster(
  { sites, store, records, clock, random, log }: Services,
  gpuUse: GpuUse = UNMEASURED,
) {
  const service = makeCluster({
    sites,
    store,
    clock,
    random,
    log,
    gpuUse,
    namespacesOf: () => ownProjects({ sites, records }),
  })
  return { handlers: clusterHandlers(os.cluster, service), close: () => service.close() }
}
const UNMEASURED: GpuUse = { byNode: () => undefined, follow: () => () => undefined }
