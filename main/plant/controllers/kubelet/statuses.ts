import {
  chanceOf,
  hexOf,
  withCondition,
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Node,
  type Pod,
  type PodStatus,
} from '../objects'
import { imageId } from './images'

/** The status of one container; what is not given stays as it was. */
export function containerStatus(
  pod: Pod,
  container: Container,
  change: Partial<ContainerStatus> & { state: ContainerState },
): ContainerStatus {
  const before = pod.status?.containerStatuses?.find(({ name }) => name === container.name)
  const image = container.image ?? ''
  const { restartCount, lastState } = { restartCount: 0, lastState: {}, ...before, ...change }
  const began = change.state.running ?? change.state.terminated
  const identity = began
    ? {
        imageID: imageId(image),
        containerID: `containerd://${hexOf(`${pod.metadata.uid ?? ''}${container.name}${String(restartCount)}`, 64)}`,
      }
    : { imageID: '' }
  return {
    name: container.name,
    image,
    ...identity,
    ready: false,
    started: false,
    ...change,
    restartCount,
    lastState,
  }
}

export const everyContainer = (
  pod: Pod,
  change: Partial<ContainerStatus> & { state: ContainerState },
) => pod.spec.containers.map((container) => containerStatus(pod, container, change))

/** A pod address that stays the same for the same pod. */
export function podIp(pod: Pod): string {
  const at = Math.floor(chanceOf(`ip${pod.metadata.uid ?? ''}`) * 65_000) + 300
  return `10.42.${String(Math.floor(at / 256))}.${String(at % 256)}`
}

export const hostIp = (node: Node) =>
  node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '10.20.0.1'

/** The conditions of a pod whose containers are all ready or not; `why` is the reason a finished pod gives. */
export function readiness(pod: Pod, ready: boolean, at: { now: string; why?: string }): PodStatus {
  const unready = pod.spec.containers.map(({ name }) => name).join(' ')
  const negative = at.why
    ? { reason: at.why }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready}]` }
  const status = ready ? 'True' : 'False'
  let conditions = pod.status?.conditions
  for (const type of ['Ready', 'ContainersReady'])
    conditions = withCondition(conditions, { type, status, ...(ready ? {} : negative) }, at.now)
  return { ...pod.status, ...(conditions && { conditions }) }
}

/** The state of a pod that has just arrived on its node. */
export function arrived(pod: Pod, node: Node, now: string): PodStatus {
  const hasInit = (pod.spec.initContainers ?? []).length > 0
  const status = readiness(pod, false, { now })
  let conditions = withCondition(
    status.conditions,
    { type: 'PodReadyToStartContainers', status: 'False' },
    now,
  )
  conditions = withCondition(
    conditions,
    hasInit
      ? {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${(pod.spec.initContainers ?? []).map(({ name }) => name).join(' ')}]`,
        }
      : { type: 'Initialized', status: 'True' },
    now,
  )
  return {
    ...status,
    phase: 'Pending',
    conditions,
    startTime: pod.status?.startTime ?? now,
    hostIP: hostIp(node),
    containerStatuses: everyContainer(pod, {
      state: { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } },
    }),
    ...(hasInit && {
      initContainerStatuses: (pod.spec.initContainers ?? []).map((container) =>
        containerStatus(pod, container, { state: { waiting: { reason: 'PodInitializing' } } }),
      ),
    }),
  }
}

/** The state of a pod whose containers run. */
export function running(pod: Pod, restartCount: number, now: string): PodStatus {
  const ip = pod.status?.podIP ?? podIp(pod)
  let conditions = withCondition(
    pod.status?.conditions,
    { type: 'PodReadyToStartContainers', status: 'True' },
    now,
  )
  conditions = withCondition(conditions, { type: 'Initialized', status: 'True' }, now)
  const init = (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(pod, container, {
      started: false,
      ready: true,
      state: {
        terminated: {
          exitCode: 0,
          reason: 'Completed',
          startedAt: pod.status?.startTime ?? now,
          finishedAt: now,
        },
      },
    }),
  )
  return {
    ...pod.status,
    phase: 'Running',
    conditions,
    podIP: ip,
    podIPs: [{ ip }],
    containerStatuses: everyContainer(pod, {
      started: true,
      restartCount,
      state: { running: { startedAt: now } },
    }),
    ...(init.length > 0 && { initContainerStatuses: init }),
  }
}

/** The state of a pod whose containers have ended, finished for good when `phase` is given. */
export function ended(
  pod: Pod,
  end: { exitCode: number; reason: string; now: string; phase?: 'Succeeded' | 'Failed' },
): PodStatus {
  const startedAt = startedAtOf(pod) ?? end.now
  const terminated = { exitCode: end.exitCode, reason: end.reason, startedAt, finishedAt: end.now }
  const withReadiness = readiness(pod, false, {
    now: end.now,
    ...(end.phase && { why: end.phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }),
  })
  return {
    ...withReadiness,
    ...(end.phase && { phase: end.phase }),
    containerStatuses: everyContainer(pod, { state: { terminated } }),
  }
}

export const startedAtOf = (pod: Pod) =>
  pod.status?.containerStatuses?.[0]?.state.running?.startedAt
export const restartsOf = (pod: Pod) => pod.status?.containerStatuses?.[0]?.restartCount ?? 0
