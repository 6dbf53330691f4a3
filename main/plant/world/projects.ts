import { LABEL } from '../../kernel/manifest'
import { podSecurityLabels } from '../../kernel/pod-security'
import type { KubeObject } from '../types'
import { membersOf, teamOf } from './people'
import { at, DAY, record } from './words'

export interface ProjectOutline {
  name: string
  team: string
  owner: string
  question: string
  /** Days since it began and until it is due. */
  age: number
  due: number
  budgetUsd: number
  cloud: boolean
  gpus: Record<string, number>
}

const project = (
  name: string,
  team: string,
  more: Omit<ProjectOutline, 'name' | 'team' | 'cloud' | 'gpus'> & Partial<ProjectOutline>,
): ProjectOutline => ({ cloud: false, gpus: {}, ...more, name, team })
const A100_SLICE = 'nvidia.com/mig-1g.10gb'
const GPU = 'nvidia.com/gpu'

export const PROJECTS: ProjectOutline[] = [
  project('parcel-ocr', 'Vision', {
    owner: 'jonas.weber',
    question: 'Can we read every label, even the torn ones?',
    age: 39,
    due: 12,
    budgetUsd: 900,
    cloud: true,
    gpus: { [GPU]: 10 },
  }),
  project('price-elastic', 'Pricing', {
    owner: 'pia.nord',
    question: 'Which prices do customers not notice?',
    age: 34,
    due: 9,
    budgetUsd: 400,
    gpus: { [GPU]: 4, [A100_SLICE]: 1 },
  }),
  project('demand-14d', 'Supply', {
    owner: 'nora.haugen',
    question: 'How much of each product will we sell in 14 days?',
    age: 62,
    due: 30,
    budgetUsd: 700,
    cloud: true,
    gpus: { [GPU]: 8 },
  }),
  project('call-intent', 'Voice', {
    owner: 'aino.torv',
    question: 'What does a caller want, within five seconds?',
    age: 55,
    due: 16,
    budgetUsd: 600,
    gpus: { [GPU]: 9 },
  }),
  project('query-rank', 'Search', {
    owner: 'ivo.petrov',
    question: 'Which result did they mean?',
    age: 48,
    due: 20,
    budgetUsd: 800,
    cloud: true,
    gpus: { [GPU]: 3, [A100_SLICE]: 1 },
  }),
  project('fraud-graph', 'Credit', {
    owner: 'lena.ofori',
    question: 'Which applications belong to one ring?',
    age: 44,
    due: 11,
    budgetUsd: 650,
    gpus: { [GPU]: 5 },
  }),
  project('defect-cam', 'Vision', {
    owner: 'sana.rahimi',
    question: 'Which parts leave the line broken?',
    age: 70,
    due: 25,
    budgetUsd: 900,
    cloud: true,
    gpus: { [GPU]: 6 },
  }),
  project('credit-default', 'Credit', {
    owner: 'lena.ofori',
    question: 'Who will not pay back, and can we say why?',
    age: 66,
    due: 14,
    budgetUsd: 550,
    gpus: { [GPU]: 3, [A100_SLICE]: 1 },
  }),
  project('catalog-dedupe', 'Search', {
    owner: 'chen.wu',
    question: 'Which offers are the same product?',
    age: 31,
    due: 18,
    budgetUsd: 700,
    cloud: true,
    gpus: { [A100_SLICE]: 1 },
  }),
  project('voice-spoof', 'Voice', {
    owner: 'emil.novak',
    question: "Who spoofs a caller's voice?",
    age: 2,
    due: 15,
    budgetUsd: 300,
    gpus: { [GPU]: 1 },
  }),
  project('promo-mix', 'Supply', {
    owner: 'tove.dahl',
    question: 'Which promotions bring new money?',
    age: 12,
    due: 21,
    budgetUsd: 350,
    gpus: { [A100_SLICE]: 1 },
  }),
  project('price-churn', 'Pricing', {
    owner: 'rosa.berg',
    question: 'Who leaves after a price rise?',
    age: 1,
    due: 28,
    budgetUsd: 250,
  }),
  project('route-eta', 'Supply', {
    owner: 'nora.haugen',
    question: 'When does the van arrive?',
    age: 41,
    due: 8,
    budgetUsd: 500,
    cloud: true,
    gpus: { [GPU]: 1, [A100_SLICE]: 1 },
  }),
  project('voice-route', 'Voice', {
    owner: 'emil.novak',
    question: 'Which desk should take the call?',
    age: 58,
    due: 22,
    budgetUsd: 450,
    gpus: { [GPU]: 1 },
  }),
]

export const projectOf = (name: string): ProjectOutline => {
  const found = PROJECTS.find((each) => each.name === name)
  if (!found) throw new Error(`No project ${name}`)
  return found
}

export const projectRecord = (
  outline: ProjectOutline,
  { began, now }: { began: number; now: number },
): KubeObject =>
  record(
    'Project',
    { name: outline.name },
    {
      title: outline.name,
      question: outline.question,
      owner: outline.owner,
      team: outline.team,
      costCentre: teamOf(outline.team).costCentre,
      budgetUsd: outline.budgetUsd,
      members: [
        ...membersOf(outline.team).map(({ user, role }) => ({ kind: 'User', name: user, role })),
        { kind: 'User', name: 'mara.lind', role: 'lead' },
        ...(outline.team === 'Credit'
          ? [{ kind: 'User', name: 'emil.novak', role: 'engineer' }]
          : []),
      ],
      timeBox: { start: at(began), due: at(now + outline.due * DAY) },
      sites: outline.cloud ? ['oslo', 'aws-burst'] : ['oslo'],
      repository: `https://git.oslo.example/${outline.team.toLowerCase()}/${outline.name}.git`,
    },
  )

/** The namespace of a project with its quota, limits, bindings, network policy and queue. */
export function namespaceObjects(outline: ProjectOutline): KubeObject[] {
  const { name, team } = outline
  const labels = { [LABEL.managedBy]: 'takt', [LABEL.project]: name }
  const inside = (metadataName: string) => ({ name: metadataName, namespace: name, labels })
  const subjects = (role: string) =>
    [
      ...membersOf(team)
        .filter((each) => each.role === role)
        .map((each) => each.user),
      ...(role === 'lead' ? ['mara.lind'] : []),
      ...(role === 'engineer' && !membersOf(team).some((each) => each.role === 'engineer')
        ? ['emil.novak']
        : []),
    ].map((user) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }))
  const bindings = ['lead', 'engineer', 'analyst'].flatMap((role) =>
    subjects(role).length === 0
      ? []
      : [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: inside(`takt-${role}s`),
            roleRef: {
              apiGroup: 'rbac.authorization.k8s.io',
              kind: 'ClusterRole',
              name: `takt-${role}`,
            },
            subjects: subjects(role),
          },
        ],
  )
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: {
          ...labels,
          [LABEL.owner]: outline.owner,
          ...podSecurityLabels(),
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: inside('takt-quota'),
      spec: {
        hard: {
          'requests.cpu': '240',
          'requests.memory': '2600Gi',
          'requests.storage': '2Ti',
          persistentvolumeclaims: '20',
          pods: '40',
          services: '20',
          [`requests.${GPU}`]: String(outline.gpus[GPU] ?? 0),
          [`requests.${A100_SLICE}`]: String(outline.gpus[A100_SLICE] ?? 0),
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: inside('takt-defaults'),
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '1', memory: '2Gi' },
            defaultRequest: { cpu: '250m', memory: '512Mi' },
          },
        ],
      },
    },
    ...bindings,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: inside('takt-inventory'),
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'takt-inventory',
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'leads' }],
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: inside('takt-default'),
      spec: {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: {} }] }],
        egress: [{}],
      },
    },
    {
      apiVersion: 'kueue.x-k8s.io/v1beta1',
      kind: 'LocalQueue',
      metadata: inside('training'),
      spec: { clusterQueue: 'oslo' },
    },
  ]
}
