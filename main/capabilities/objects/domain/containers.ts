import type { ContainerView, ObjectSign } from '../../../../preload/contract/objects'
import { at, listAt, numberAt, plainAt, textAt, type Plain, type Raw } from './raw'

/** One container with what is said of it; `status` is empty before the node has spoken. */
export interface RawContainer {
  kind: ContainerView['kind']
  name: string
  spec: Plain
  status: Plain
}
const KINDS = [
  ['main', 'containers', 'containerStatuses'],
  ['init', 'initContainers', 'initContainerStatuses'],
  ['ephemeral', 'ephemeralContainers', 'ephemeralContainerStatuses'],
] as const

export const containersOf = (pod: Raw): RawContainer[] =>
  KINDS.flatMap(([kind, specs, statuses]) =>
    listAt(pod, 'spec', specs).map((spec) => {
      const name = textAt(spec, 'name') ?? ''
      return {
        kind,
        name,
        spec,
        status: listAt(pod, 'status', statuses).find((one) => one['name'] === name) ?? {},
      }
    }),
  )

export const waitingReason = ({ status }: RawContainer): string | undefined =>
  textAt(status, 'state', 'waiting', 'reason')
export const ended = (
  status: Plain,
  of: 'state' | 'lastState' = 'state',
):
  | {
      reason: string
      exitCode: number
      message: string
      startedAt: string | undefined
      finishedAt: string | undefined
    }
  | undefined => {
  const found = plainAt(status, of, 'terminated')
  if (Object.keys(found).length === 0) return undefined
  return {
    reason: textAt(found, 'reason') ?? '',
    exitCode: numberAt(found, 'exitCode') ?? 0,
    message: textAt(found, 'message') ?? '',
    startedAt: textAt(found, 'startedAt'),
    finishedAt: textAt(found, 'finishedAt'),
  }
}
/** How a container ended, in words. */
export function endWords({
  reason,
  exitCode,
  message,
}: {
  reason: string
  exitCode: number
  message: string
}): string {
  const how =
    reason === 'OOMKilled'
      ? 'ran out of memory'
      : exitCode === 0
        ? 'ended with 0'
        : exitCode > 128 && exitCode < 160
          ? `ended by signal ${String(exitCode - 128)}`
          : `ended with ${String(exitCode)}`
  return message ? `${how}: ${message.split('\n')[0] ?? ''}` : how
}

const STARTING = new Set(['ContainerCreating', 'PodInitializing'])
const WORDS: Record<string, string> = {
  ContainerCreating: 'is being made',
  PodInitializing: 'waits for the init containers',
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImagePull: 'its image cannot be pulled',
  InvalidImageName: 'its image has no valid name',
  CrashLoopBackOff: 'ends again and again',
  CreateContainerConfigError: 'a config map or secret it needs is missing',
  CreateContainerError: 'the node cannot make it',
  RunContainerError: 'the node cannot run it',
}
export const isStarting = (reason: string | undefined): boolean =>
  reason !== undefined && STARTING.has(reason)
export const waitWords = (reason: string): string => WORDS[reason] ?? reason

function standing(container: RawContainer): { sign: ObjectSign; says: string } {
  const { status } = container
  const waits = waitingReason(container)
  if (waits !== undefined)
    return { sign: isStarting(waits) ? 'starting' : 'warning', says: waitWords(waits) }
  const end = ended(status)
  if (end) return { sign: end.exitCode === 0 ? 'done' : 'failed', says: endWords(end) }
  if (at(status, 'state', 'running') !== undefined)
    return at(status, 'ready') === true || container.kind !== 'main'
      ? { sign: 'running', says: 'runs' }
      : { sign: 'starting', says: 'runs, not ready yet' }
  return { sign: 'waiting', says: 'not begun' }
}

export const toContainers = (pod: Raw): ContainerView[] =>
  containersOf(pod).map((container) => ({
    name: container.name,
    kind: container.kind,
    image: textAt(container.spec, 'image') ?? '',
    ...standing(container),
    restarts: numberAt(container.status, 'restartCount') ?? 0,
    ready: at(container.status, 'ready') === true,
    hasPrevious: ended(container.status, 'lastState') !== undefined,
  }))
