import type { KubeObject } from '../../types'
import { isRecord, listAt, numberAt, recordAt, textAt } from '../cluster'
import type { Column } from '../resource'
import {
  AGE,
  age,
  bool,
  count,
  CREATED,
  humanDuration,
  integer,
  labelsText,
  NAME,
  NONE,
  said,
  SELECTOR,
  selectorText,
  templateColumns,
  text,
  wide,
} from './format'

const holds = (object: KubeObject, type: string): boolean =>
  listAt(object, 'status', 'conditions')
    .filter(isRecord)
    .some((one) => one['type'] === type && one['status'] === 'True')
function jobStatus(job: KubeObject): string {
  if (holds(job, 'Complete')) return 'Complete'
  if (holds(job, 'Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp) return 'Terminating'
  return (
    ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => holds(job, type)) ??
    'Running'
  )
}
function completions(job: KubeObject): string {
  const wanted = numberAt(job, 'spec', 'completions')
  const done = count(job, 'status', 'succeeded')
  if (wanted !== undefined) return `${done}/${wanted}`
  const parallel = count(job, 'spec', 'parallelism')
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}
function jobDuration(job: KubeObject, now: number): string {
  const start = textAt(job, 'status', 'startTime')
  const end = textAt(job, 'status', 'completionTime')
  return start ? humanDuration((end ? Date.parse(end) : now) - Date.parse(start)) : ''
}
const ready = (object: KubeObject): string =>
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`
const either = (object: KubeObject, field: string): string => {
  const value = recordAt(object, 'spec')?.[field]
  return value === undefined ? 'N/A' : String(value)
}
const names =
  (kind: string) =>
  (object: KubeObject): string =>
    listAt(object, 'subjects')
      .filter((subject) => textAt(subject, 'kind') === kind)
      .map((subject) =>
        kind === 'ServiceAccount'
          ? `${textAt(subject, 'namespace') ?? ''}/${textAt(subject, 'name') ?? ''}`
          : (textAt(subject, 'name') ?? ''),
      )
      .join(', ')
const bindingColumns: Column[] = [
  NAME,
  text('Role', (object) => `${said(object, 'roleRef', 'kind')}/${said(object, 'roleRef', 'name')}`),
  AGE,
  wide(text('Users', names('User'))),
  wide(text('Groups', names('Group'))),
  wide(text('ServiceAccounts', names('ServiceAccount'))),
]
const created = { ...CREATED, cell: (object: KubeObject) => object.metadata.creationTimestamp }

export const workloadColumns: Record<string, Column[]> = {
  'apps/Deployment': [
    NAME,
    text('Ready', ready),
    text('Up-to-date', (object) => count(object, 'status', 'updatedReplicas')),
    text('Available', (object) => count(object, 'status', 'availableReplicas')),
    AGE,
    ...templateColumns('spec', 'template'),
    SELECTOR,
  ],
  'apps/StatefulSet': [NAME, text('Ready', ready), AGE, ...templateColumns('spec', 'template')],
  'apps/ReplicaSet': [
    NAME,
    integer('Desired', (object) => count(object, 'spec', 'replicas')),
    integer('Current', (object) => count(object, 'status', 'replicas')),
    integer('Ready', (object) => count(object, 'status', 'readyReplicas')),
    AGE,
    ...templateColumns('spec', 'template'),
    SELECTOR,
  ],
  'apps/DaemonSet': [
    NAME,
    integer('Desired', (object) => count(object, 'status', 'desiredNumberScheduled')),
    integer('Current', (object) => count(object, 'status', 'currentNumberScheduled')),
    integer('Ready', (object) => count(object, 'status', 'numberReady')),
    integer('Up-to-date', (object) => count(object, 'status', 'updatedNumberScheduled')),
    integer('Available', (object) => count(object, 'status', 'numberAvailable')),
    text('Node Selector', (object) =>
      labelsText(recordAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
    ),
    AGE,
    ...templateColumns('spec', 'template'),
    SELECTOR,
  ],
  'batch/Job': [
    NAME,
    text('Status', jobStatus),
    text('Completions', completions),
    text('Duration', jobDuration),
    AGE,
    ...templateColumns('spec', 'template'),
    SELECTOR,
  ],
  'batch/CronJob': [
    NAME,
    text('Schedule', (object) => said(object, 'spec', 'schedule')),
    text('Timezone', (object) => said(object, 'spec', 'timeZone') || NONE),
    bool('Suspend', (object) => recordAt(object, 'spec')?.['suspend'] === true),
    integer('Active', (object) => listAt(object, 'status', 'active').length),
    text('Last Schedule', (object, now) =>
      said(object, 'status', 'lastScheduleTime')
        ? age(said(object, 'status', 'lastScheduleTime'), now)
        : NONE,
    ),
    AGE,
    ...templateColumns('spec', 'jobTemplate', 'spec', 'template'),
    wide(
      text('Selector', (object) =>
        selectorText(recordAt(object, 'spec', 'jobTemplate', 'spec', 'selector')),
      ),
    ),
  ],
  'policy/PodDisruptionBudget': [
    NAME,
    text('Min Available', (object) => either(object, 'minAvailable')),
    text('Max Unavailable', (object) => either(object, 'maxUnavailable')),
    integer('Allowed Disruptions', (object) => count(object, 'status', 'disruptionsAllowed')),
    AGE,
  ],
  'rbac.authorization.k8s.io/RoleBinding': bindingColumns,
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindingColumns,
  'rbac.authorization.k8s.io/Role': [NAME, created],
  'rbac.authorization.k8s.io/ClusterRole': [NAME, created],
}
