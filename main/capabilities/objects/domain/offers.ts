import type { ObjectAction } from '../../../../preload/contract/objects'
import { groupKind, type Raw } from './raw'
import { isSuspended, SUSPEND_AT } from './describe'
import { canRollBack } from './templates'

/** A right an action takes. */
export interface Needs {
  verb: string
  group: string
  resource: string
  subresource?: string
}
const SCALABLE = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/ReplicaSet'])
export const RESTARTABLE: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
])
const WITH_PODS = new Set([
  '/Pod',
  'batch/Job',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/ReplicaSet',
  'apps/DaemonSet',
  'batch/CronJob',
  'trainer.kubeflow.org/TrainJob',
  'kubeflow.org/PyTorchJob',
  'jobset.x-k8s.io/JobSet',
  'kubeflow.org/Notebook',
  'takt.dev/Environment',
])
const POD = { group: '', resource: 'pods' }
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'

/** Whether a queue decides when this runs: then its Workload is switched off and on, for the queue would undo anything else. */
export const isQueued = (raw: Raw): boolean =>
  groupKind(raw) === 'batch/Job' && raw.metadata.labels?.[QUEUE_LABEL] !== undefined
export const canScale = (raw: Raw): boolean => SCALABLE.has(groupKind(raw))
export const canRestart = (raw: Raw): boolean => RESTARTABLE.has(groupKind(raw))

/** What can be done to an object at all, with the right each takes. What makes no sense for its kind is left out, and deletion where the object `keeps`. */
export function actionsFor(
  raw: Raw,
  own: { group: string; plural: string },
  { keeps = false }: { keeps?: boolean } = {},
): { action: ObjectAction; needs: Needs }[] {
  const resource = { group: own.group, resource: own.plural }
  const patch = { verb: 'patch', ...resource }
  const suspended = isSuspended(raw)
  const suspend = isQueued(raw)
    ? { verb: 'patch', group: 'kueue.x-k8s.io', resource: 'workloads' }
    : patch
  return [
    ...(WITH_PODS.has(groupKind(raw))
      ? [
          { action: 'logs' as const, needs: { verb: 'get', ...POD, subresource: 'log' } },
          { action: 'terminal' as const, needs: { verb: 'create', ...POD, subresource: 'exec' } },
        ]
      : []),
    ...(['/Pod', '/Service'].includes(groupKind(raw))
      ? [
          {
            action: 'forward' as const,
            needs: { verb: 'create', ...POD, subresource: 'portforward' },
          },
        ]
      : []),
    ...(canScale(raw)
      ? [{ action: 'scale' as const, needs: { ...patch, subresource: 'scale' } }]
      : []),
    ...(canRestart(raw) ? [{ action: 'restart' as const, needs: patch }] : []),
    ...(canRollBack(raw)
      ? [{ action: 'rollback' as const, needs: { verb: 'update', ...resource } }]
      : []),
    ...(SUSPEND_AT[groupKind(raw)]
      ? [{ action: suspended ? ('resume' as const) : ('suspend' as const), needs: suspend }]
      : []),
    { action: 'edit', needs: { verb: 'update', ...resource } },
    ...(keeps ? [] : [{ action: 'delete' as const, needs: { verb: 'delete', ...resource } }]),
  ]
}
export const DOES: Record<ObjectAction, string> = {
  logs: 'read logs',
  terminal: 'open a terminal',
  forward: 'forward ports',
  edit: 'edit it',
  scale: 'scale it',
  restart: 'restart it',
  rollback: 'roll it back',
  suspend: 'suspend it',
  resume: 'resume it',
  delete: 'delete it',
}
