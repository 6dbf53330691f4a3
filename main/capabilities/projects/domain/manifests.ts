import { GROUP, VERSION } from '../../../../preload/contract/records'
import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'
import type { Subject } from '../../../../preload/contract/common'
import type { WorkItemSpec } from '../../../../preload/contract/records/work'
import { LABEL, labelValue, slug, type Manifest } from '../../../kernel/manifest'
import { podSecurityLabels } from '../../../kernel/pod-security'
import type { Hard } from './quota'

export const QUOTA_NAME = 'takt-quota'
const ROLES = ['lead', 'engineer', 'analyst'] as const
/** Keeps the title of the first work item on a request until somebody fulfils it. */
export const FIRST_WORK_ITEM = 'takt.dev/first-work-item'
const labelsOf = (project: string) => ({ [LABEL.managedBy]: 'takt', [LABEL.project]: project })

/** The name of a project's first work item. */
export const workItemName = (project: string, title: string): string => slug(title, project)

/** Everybody who is bound, each with one role; the owner works as an engineer where nothing else is said. */
export function boundMembers(spec: ProjectSpec): Member[] {
  const owned = spec.members.some(({ kind, name }) => kind === 'User' && name === spec.owner)
  return [
    ...(owned ? [] : [{ kind: 'User' as const, name: spec.owner, role: 'engineer' as const }]),
    ...spec.members,
  ]
}
/** Members of each role. */
function subjectsOf(spec: ProjectSpec, role: (typeof ROLES)[number]) {
  return boundMembers(spec)
    .filter((member) => member.role === role)
    .map(({ kind, name }) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name }))
}

/** Bindings of the members to the three roles; with `emptied`, also of a role nobody has any more. */
export const roleBindings = (project: string, spec: ProjectSpec, emptied = false): Manifest[] =>
  ROLES.flatMap((role) => {
    const subjects = subjectsOf(spec, role)
    if (subjects.length === 0 && !emptied) return []
    return [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: `takt-${role}s`, namespace: project, labels: labelsOf(project) },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: `takt-${role}`,
        },
        subjects,
      },
    ]
  })

/** The bindings that a change of members touches: a role that nobody has before or after needs none. */
export function changedBindings(
  project: string,
  before: ProjectSpec,
  after: ProjectSpec,
): Manifest[] {
  const old = roleBindings(project, before, true)
  return roleBindings(project, after, true).filter(
    (binding, index) => JSON.stringify(binding) !== JSON.stringify(old[index]),
  )
}

export const quotaManifest = (project: string, hard: Hard): Manifest => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: QUOTA_NAME, namespace: project, labels: labelsOf(project) },
  spec: { hard },
})

/** Pods that say nothing get a little, so that the quota can count everything. */
const limits = (project: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'takt-defaults', namespace: project, labels: labelsOf(project) },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '1', memory: '2Gi' },
        defaultRequest: { cpu: '250m', memory: '512Mi' },
      },
    ],
  },
})

/** Nobody reaches in but pods of the same namespace; everything may reach out, name resolution included. */
const network = (project: string): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'takt-default', namespace: project, labels: labelsOf(project) },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{}],
  },
})

const record = (kind: string, metadata: Manifest['metadata'], spec: object): Manifest => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind,
  metadata,
  spec,
})

export const firstWorkItem = (
  project: string,
  spec: ProjectSpec,
  title: string,
): { name: string; spec: WorkItemSpec } => ({
  name: workItemName(project, title),
  spec: {
    project,
    title: title.slice(0, 80),
    question: spec.question,
    description: '',
    owner: spec.owner,
    due: spec.timeBox.due,
    waivers: [],
  },
})

export const projectRecord = (name: string, spec: ProjectSpec): Manifest =>
  record('Project', { name, labels: { [LABEL.managedBy]: 'takt' } }, spec)

/** The labels of a namespace that was adopted: the project's use of it, and nothing that says Takt made it. */
export const adoptedLabels = (project: string) => ({ [LABEL.project]: project })

export const namespaceManifest = (
  name: string,
  spec: ProjectSpec,
  { adopted }: { adopted: boolean },
): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: adopted
      ? adoptedLabels(name)
      : {
          ...labelsOf(name),
          [LABEL.owner]: labelValue(spec.owner),
          ...podSecurityLabels(),
        },
  },
})

/** Lets the leads list every kind in the namespace, so that they can see what would go with it. */
const inventoryBinding = (project: string, leads: Subject[]): Manifest[] =>
  leads.length === 0
    ? []
    : [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'takt-inventory', namespace: project, labels: labelsOf(project) },
          roleRef: {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'ClusterRole',
            name: 'takt-inventory',
          },
          subjects: leads.map(({ kind, name }) => ({
            apiGroup: 'rbac.authorization.k8s.io',
            kind,
            name,
          })),
        },
      ]

export interface ProjectMaking {
  workItemTitle: string
  hard: Hard
  /** Who may list what the namespace holds. */
  leads?: Subject[] | undefined
  adopt?: { uid: string } | undefined
}
/** Everything a new project consists of, in the order it has to be made. */
export function projectManifests(name: string, spec: ProjectSpec, more: ProjectMaking): Manifest[] {
  const item = firstWorkItem(name, spec, more.workItemTitle)
  return [
    namespaceManifest(name, spec, { adopted: more.adopt !== undefined }),
    projectRecord(name, spec),
    quotaManifest(name, more.hard),
    limits(name),
    ...roleBindings(name, spec),
    ...inventoryBinding(name, more.leads ?? []),
    network(name),
    record('WorkItem', { name: item.name, namespace: name, labels: labelsOf(name) }, item.spec),
  ]
}
