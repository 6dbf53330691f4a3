import { podSecurityLabels } from '../../../main/kernel/pod-security'
import { LABEL, type Manifest } from '../../../main/kernel/manifest'
import { dig } from '../conformance/see'
import type { Answer, Session } from '../conformance/target'
import type { Attempt } from './asking'

const RBAC = 'rbac.authorization.k8s.io'
const WEAR = { [LABEL.managedBy]: 'takt', [LABEL.project]: 'wear', ...podSecurityLabels() }
const bound = (
  kind: 'ClusterRoleBinding' | 'RoleBinding',
  name: string,
  [role, subjectKind, subject]: [role: string, kind: string, name: string],
): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind,
  metadata: { name, ...(kind === 'RoleBinding' && { namespace: 'wear' }) },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: RBAC, kind: subjectKind, name: subject }],
})
/** A prepared cluster with a lead, one project of an engineer and an analyst, and a namespace that is nobody's business. */
export const WORLD: Manifest[] = [
  bound('ClusterRoleBinding', 'takt-leads', ['takt-lead', 'Group', 'leads']),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'wear', labels: WEAR } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payroll' } },
  bound('RoleBinding', 'takt-engineers', ['takt-engineer', 'User', 'eve']),
  bound('RoleBinding', 'takt-analysts', ['takt-analyst', 'User', 'ann']),
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'takt-quota', namespace: 'wear' },
    spec: { hard: { pods: '10' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'books', namespace: 'payroll' },
    spec: {
      schedulerName: 'nobody',
      containers: [{ name: 'main', image: 'registry.example/image:1' }],
    },
  },
  {
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: 'vision' },
    spec: { title: 'Vision', team: 'vision', owner: 'lea', period: 'month', capUsd: 50_000 },
  },
]
const PLURALS: Record<string, string> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
}
export function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  return `${root}${place}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`
}

export const sent = (
  session: Session,
  { as, method = 'POST', path, body }: Attempt,
): Promise<Answer> =>
  session.send(method, path, {
    as,
    ...(body !== undefined && { body }),
    ...(method === 'PATCH' && { headers: { 'content-type': 'application/merge-patch+json' } }),
  })
export const told = ({ body }: Answer): string => {
  const message = dig(body, 'message')
  return typeof message === 'string' ? message : JSON.stringify(body)
}
/** "done", "no right" for a refusal by roles, else the words of the refusal. */
export function endOf(answer: Answer): string {
  if (answer.status < 300) return 'done'
  const words = told(answer)
  return answer.status === 403 && / cannot \w+ resource /.test(words) ? 'no right' : words
}
