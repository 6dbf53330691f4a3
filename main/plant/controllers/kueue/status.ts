import type { Controller, Engine } from '../engine'
import { CLUSTER_QUEUE, LOCAL_QUEUE, WORKLOAD } from '../kinds'
import { nowText, same, withCondition } from '../objects'
import {
  isOver,
  say,
  usageKey,
  usageOf,
  type ClusterQueue,
  type LocalQueue,
  type Workload,
} from './quota'

const NAME = 'kueue-admission'

/** Writes on each queue how many wait, how many run, and what they hold. */
export const queueStatus = (engine: Engine): Controller => ({
  name: 'kueue-status',
  sumsUp: true,
  watches: [{ kinds: [WORKLOAD, CLUSTER_QUEUE, LOCAL_QUEUE], wakes: () => ['queues'] }],
  reconcile: () => reportQueues(engine),
})

function reportQueues(engine: Engine) {
  const workloads = engine.api.list(WORKLOAD) as Workload[]
  const locals = engine.api.list(LOCAL_QUEUE) as LocalQueue[]
  const queueOf = (workload: Workload) =>
    locals.find(
      (local) =>
        local.metadata.name === workload.spec.queueName &&
        local.metadata.namespace === workload.metadata.namespace,
    )
  const waiting = workloads.filter(
    (workload) =>
      !workload.status?.admission &&
      !isOver(workload) &&
      workload.spec.active !== false &&
      !workload.metadata.deletionTimestamp,
  )
  for (const queue of engine.api.list(CLUSTER_QUEUE) as ClusterQueue[]) {
    const { name } = queue.metadata
    const running = workloads.filter(
      (workload) => workload.status?.admission?.clusterQueue === name && !isOver(workload),
    )
    const counts = {
      pendingWorkloads: waiting.filter((workload) => queueOf(workload)?.spec.clusterQueue === name)
        .length,
      reservingWorkloads: running.length,
      admittedWorkloads: running.length,
    }
    const flavors = flavorsUsage(queue, running)
    const condition = {
      type: 'Active',
      status: 'True',
      reason: 'Ready',
      message: 'Can admit new workloads',
      observedGeneration: queue.metadata.generation ?? 1,
    }
    write(engine, queue, {
      ...counts,
      flavorsReservation: flavors,
      flavorsUsage: flavors,
      conditions: withCondition(queue.status?.conditions, condition, nowText(engine.api)),
    })
  }
  for (const local of locals) {
    const mine = (workload: Workload) =>
      workload.metadata.namespace === local.metadata.namespace &&
      workload.spec.queueName === local.metadata.name
    const running = workloads.filter(
      (workload) => workload.status?.admission && !isOver(workload) && mine(workload),
    ).length
    const condition = {
      type: 'Active',
      status: 'True',
      reason: 'Ready',
      message: 'Can submit new workloads to localQueue',
      observedGeneration: local.metadata.generation ?? 1,
    }
    write(engine, local, {
      pendingWorkloads: waiting.filter(mine).length,
      reservingWorkloads: running,
      admittedWorkloads: running,
      conditions: withCondition(local.status?.conditions, condition, nowText(engine.api)),
    })
  }
}

function flavorsUsage(queue: ClusterQueue, running: Workload[]) {
  const usage = usageOf(running, queue.metadata.name)
  return (queue.spec.resourceGroups ?? []).flatMap((group) =>
    group.flavors.map((flavor) => ({
      name: flavor.name,
      resources: flavor.resources.map(({ name }) => ({
        name,
        total: say(name, usage.get(usageKey(flavor.name, name)) ?? 0),
        borrowed: '0',
      })),
    })),
  )
}

function write(
  engine: Engine,
  object: ClusterQueue | LocalQueue,
  status: NonNullable<ClusterQueue['status']>,
) {
  if (!same(object.status, status)) engine.api.updateStatus({ ...object, status }, NAME)
}
