import type { KubeObject } from '../../../types'
import { listAt, recordAt, textAt, type Attempt, type Cluster } from '../../cluster'
import { forbidden, invalidObject } from '../../errors'
import { BASELINE } from './baseline'
import {
  isTightened,
  labelFaults,
  policyOf,
  spoken,
  type LevelVersion,
  type Policy,
} from './levels'
import { podFacts, type Check, type Violation } from './pod'
import { RESTRICTED } from './restricted'

const CHECKS: Record<LevelVersion['level'], readonly Check[]> = {
  privileged: [],
  baseline: BASELINE,
  restricted: RESTRICTED,
}
/** Every check of a level that a pod or template violates. Rules are those of the newest version, whatever version is named. */
function violationsOf({ level }: LevelVersion, template: unknown): Violation[] {
  const pod = podFacts(template)
  return CHECKS[level].flatMap((check) => check(pod) ?? [])
}
const told = (level: LevelVersion, violations: readonly Violation[]) =>
  `PodSecurity "${spoken(level)}": ${violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')}`

const namespacePolicy = (cluster: Cluster, namespace: string | undefined): Policy =>
  policyOf(cluster.store.get('/namespaces', namespace ?? '')?.object.metadata.labels ?? {})

const imagesOf = (pod: KubeObject): string[] =>
  ['initContainers', 'containers'].flatMap((list) =>
    listAt(pod, 'spec', list).map((container) => textAt(container, 'image') ?? ''),
  )
/** Only a changed image makes a server look again: nothing else of a pod that it judges can change. */
const isJudgedAgain = (object: KubeObject, before: KubeObject) =>
  imagesOf(object).join('\n') !== imagesOf(before).join('\n')

function judgePod({ cluster, resource, object, before, how }: Attempt): void {
  if (how.subresource !== undefined || (before && !isJudgedAgain(object, before))) return
  const { enforce, warn } = namespacePolicy(cluster, object.metadata.namespace)
  const refused = violationsOf(enforce, object)
  if (refused.length > 0)
    throw forbidden(resource, object.metadata.name, `violates ${told(enforce, refused)}`)
  warnOf(warn, object, how)
}
function warnOf(warn: LevelVersion, template: unknown, { warn: say }: Attempt['how']): void {
  const violations = violationsOf(warn, template)
  if (violations.length > 0) say?.(`would violate ${told(warn, violations)}`)
}

const TEMPLATES: Record<string, readonly string[]> = {
  '/ReplicationController': ['spec', 'template'],
  '/PodTemplate': ['template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
}

/** Pods in a namespace that a new level would not let in, as warnings. */
function* warningsFor(cluster: Cluster, name: string, enforce: LevelVersion): Generator<string> {
  const byReason = new Map<string, string[]>()
  for (const { object } of cluster.store.all('/pods', name)) {
    const reason = violationsOf(enforce, object)
      .map(({ reason: one }) => one)
      .join(', ')
    if (reason !== '')
      byReason.set(reason, [...(byReason.get(reason) ?? []), object.metadata.name].sort())
  }
  if (byReason.size === 0) return
  yield `existing pods in namespace "${name}" violate the new PodSecurity enforce level "${spoken(enforce)}"`
  const others = (count: number) =>
    count === 0 ? '' : ` (and ${String(count)} other ${count === 1 ? 'pod' : 'pods'})`
  yield* [...byReason]
    .map(([reason, [first = '', ...rest]]) => `${first}${others(rest.length)}: ${reason}`)
    .sort()
}
function judgeNamespace({ cluster, resource, object, before, how }: Attempt): void {
  if (how.subresource !== undefined) return
  const [labels, old] = [object.metadata.labels ?? {}, before?.metadata.labels ?? {}]
  const faults = labelFaults(labels)
  const same = before && JSON.stringify(faults) === JSON.stringify(labelFaults(old))
  if (faults.length > 0 && !same) throw invalidObject(resource, object.metadata.name, faults)
  const { enforce } = policyOf(labels)
  if (!before || !isTightened(policyOf(old).enforce, enforce)) return
  for (const warning of warningsFor(cluster, object.metadata.name, enforce)) how.warn?.(warning)
}

/** The built-in admission plugin PodSecurity, as a server has it that was told nothing about it. Throws 403, or 422 for labels. */
export function enforcePodSecurity(attempt: Attempt): void {
  const { cluster, resource, object, how } = attempt
  const kind = `${resource.group}/${resource.kind}`
  if (kind === '/Namespace') return judgeNamespace(attempt)
  if (kind === '/Pod') return judgePod(attempt)
  const path = TEMPLATES[kind]
  if (!path || how.subresource !== undefined) return
  const template = recordAt(object, ...path)
  if (template) warnOf(namespacePolicy(cluster, object.metadata.namespace).warn, template, how)
}
