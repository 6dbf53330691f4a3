import type { KubeObject } from '../../types'
import { isRecord, listAt, numberAt, recordAt, textAt } from '../cluster'
import type { Column } from '../resource'
import { AGE, age, NAME, NONE, said, text, wide } from './format'

type Status = Record<string, unknown>
const statuses = (pod: KubeObject, list: 'containerStatuses' | 'initContainerStatuses'): Status[] =>
  listAt(pod, 'status', list).filter(isRecord)
const condition = (pod: KubeObject, type: string): Status | undefined =>
  listAt(pod, 'status', 'conditions')
    .filter(isRecord)
    .find((one) => one['type'] === type)
const exitWords = (terminated: Status): string => {
  const signal = numberAt(terminated, 'signal') ?? 0
  return (
    textAt(terminated, 'reason') ||
    (signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}`)
  )
}
/** What holds a pod back in its init containers; undefined where they have done their work. */
function initWords(pod: KubeObject): string | undefined {
  const all = statuses(pod, 'initContainerStatuses')
  for (const [index, container] of all.entries()) {
    const terminated = recordAt(container, 'state', 'terminated')
    if (terminated && (numberAt(terminated, 'exitCode') ?? 0) === 0) continue
    if (terminated) return `Init:${exitWords(terminated)}`
    const waiting = textAt(container, 'state', 'waiting', 'reason')
    return waiting && waiting !== 'PodInitializing'
      ? `Init:${waiting}`
      : `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`
  }
  return undefined
}
const isRunning = (container: Status): boolean =>
  container['ready'] === true && recordAt(container, 'state', 'running') !== undefined
function containerWords(pod: KubeObject): string | undefined {
  const words = statuses(pod, 'containerStatuses').flatMap((container) => {
    const waiting = textAt(container, 'state', 'waiting', 'reason')
    const terminated = recordAt(container, 'state', 'terminated')
    return waiting ? [waiting] : terminated ? [exitWords(terminated)] : []
  })
  const [first] = words
  if (first !== 'Completed' || !statuses(pod, 'containerStatuses').some(isRunning)) return first
  return condition(pod, 'Ready')?.['status'] === 'True' ? 'Running' : 'NotReady'
}
/** The one word for the state of a pod that people know from kubectl. */
export function podStatus(pod: KubeObject): string {
  const phase = said(pod, 'status', 'phase')
  if (pod.metadata.deletionTimestamp && phase !== 'Succeeded' && phase !== 'Failed')
    return 'Terminating'
  const own =
    textAt(pod, 'status', 'reason') ||
    (condition(pod, 'PodScheduled')?.['reason'] === 'SchedulingGated' ? 'SchedulingGated' : phase)
  return initWords(pod) ?? containerWords(pod) ?? own
}
function restarts(pod: KubeObject, now: number): string {
  const all = statuses(pod, 'containerStatuses')
  const times = all.reduce((sum, container) => sum + (numberAt(container, 'restartCount') ?? 0), 0)
  const last = all
    .flatMap((container) => textAt(container, 'lastState', 'terminated', 'finishedAt') ?? [])
    .sort()
    .at(-1)
  return times > 0 && last ? `${times} (${age(last, now)} ago)` : String(times)
}
function gates(pod: KubeObject): string {
  const wanted = listAt(pod, 'spec', 'readinessGates').map(
    (gate) => textAt(gate, 'conditionType') ?? '',
  )
  return wanted.length === 0
    ? NONE
    : `${wanted.filter((type) => condition(pod, type)?.['status'] === 'True').length}/${wanted.length}`
}
export const podColumns: Column[] = [
  NAME,
  text(
    'Ready',
    (pod) =>
      `${statuses(pod, 'containerStatuses').filter(isRunning).length}/${listAt(pod, 'spec', 'containers').length}`,
  ),
  text('Status', podStatus),
  text('Restarts', restarts),
  AGE,
  wide(text('IP', (pod) => said(pod, 'status', 'podIP') || NONE)),
  wide(text('Node', (pod) => said(pod, 'spec', 'nodeName') || NONE)),
  wide(text('Nominated Node', (pod) => said(pod, 'status', 'nominatedNodeName') || NONE)),
  wide(text('Readiness Gates', gates)),
]
