import type { makeCapacity } from '../capabilities/capacity'
import { GpuUseService } from '../capabilities/gpu-use'
import { makeNeeds } from '../capabilities/needs'
import { makeObjects, objectHandlers } from '../capabilities/objects'
import { answer, os } from '../platform/contract'
import type { Services } from './options'

/** What is told about one object of a cluster, what may be done to it, and how GPUs are used. */
export function objectDetail({
  records,
  store,
  sites,
  operations,
  clock,
  random,
  log,
  capacity,
}: Services & { capacity: ReturnType<typeof makeCapacity> }) {
  const needs = makeNeeds({ sites, capacity, records })
  const objects = makeObjects({ store, sites, operations, clock, random, log, capacity, needs })
  const gpuUse = new GpuUseService({ sites, capacity, store, clock, log })
  const stop = gpuUse.run()
  return {
    gpuUse,
    handlers: {
      objects: {
        ...objectHandlers(os.objects, { service: objects, clock }),
        gpuUse: os.objects.gpuUse.handler(({ input, signal }) => gpuUse.watch(input, signal)),
        gpuSource: os.objects.gpuSource.handler(async ({ input }) =>
          answer(await gpuUse.source(input.site)),
        ),
        setGpuSource: os.objects.setGpuSource.handler(async ({ input }) =>
          answer(await gpuUse.setSource(input.site, input.url)),
        ),
      },
    },
    close() {
      stop()
      objects.close()
    },
  }
}
