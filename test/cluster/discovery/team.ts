import { GROUP, VERSION } from '../../../preload/contract/records'
import type { DataSourceSpec, ToolSpec } from '../../../preload/contract/records/catalog'
import type { BudgetSpec } from '../../../preload/contract/records/money'
import type { Draft } from '../../../preload/contract/projects'
import type { Manifest } from '../stack/manifests'
import type { Plane } from '../stack/plane'
import { until } from '../stack/servers'

const API = `${GROUP}/${VERSION}`
const DAY_MS = 86_400_000

const tool: ToolSpec = {
  title: 'JupyterLab',
  version: '4.4',
  kind: 'jupyter',
  image: `registry.example/jupyter@sha256:${'4'.repeat(64)}`,
  port: 8888,
  probePath: '/api',
  minimum: { cpuCores: 1, memoryGi: 2 },
  severalReplicas: false,
  stage: 'approved',
  owner: 'lea',
  notes: [],
}
const budget: BudgetSpec = {
  title: 'Vision',
  team: 'vision',
  owner: 'lea',
  period: 'month',
  capUsd: 50_000,
}
/** A source that may be used on one site. */
export const sourceOf = (
  site: string,
  spec: Pick<DataSourceSpec, 'kind' | 'location' | 'title'>,
): DataSourceSpec => ({
  description: 'Made for a test.',
  site,
  owner: 'lea',
  team: 'vision',
  classification: 'internal',
  mayGoTo: [site],
  ...spec,
})

/** What a team has before anybody starts: a lead, a budget, a tool, and data in a namespace of its own. */
export async function moveIn(plane: Plane, site: string): Promise<void> {
  const record = (kind: string, name: string, spec: object): Manifest => ({
    apiVersion: API,
    kind,
    metadata: { name },
    spec,
  })
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'takt-lead' }
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'leads' }]
  await plane.applyManifests([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'takt-leads' },
      roleRef,
      subjects,
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shared-data' } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'images', namespace: 'shared-data' },
      spec: {
        accessModes: ['ReadWriteMany'],
        storageClassName: 'standard',
        resources: { requests: { storage: '20Gi' } },
      },
    },
    record('Budget', 'vision', budget),
    record('Tool', 'jupyter', tool),
    record(
      'DataSource',
      'images',
      sourceOf(site, {
        kind: 'volume',
        title: 'Images',
        location: { namespace: 'shared-data', claim: 'images' },
      }),
    ),
    record(
      'DataSource',
      'archive',
      sourceOf(site, { kind: 's3', title: 'Archive', location: { uri: 's3://archive/images/' } }),
    ),
  ])
  const claim = '/api/v1/namespaces/shared-data/persistentvolumeclaims/images'
  await until(
    async () =>
      (await plane.admin.ask<{ status: { phase?: string } }>(claim)).status.phase === 'Bound',
    { seconds: 60, why: () => 'the claim of the shared data was not bound' },
  )
}

/** A wizard filled in to the last page. */
export function draftOf(name: string, more: Partial<Draft> & { site: string }): Draft {
  const { site, ...rest } = more
  const now = Date.now()
  const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    id: `draft-${name}`,
    step: 'button',
    name,
    project: {
      title: `Project ${name}`,
      question: 'Which parts wear out first?',
      owner: 'lea',
      team: 'vision',
      members: [{ kind: 'User', name: 'eve', role: 'engineer' }],
      costCentre: 'vision',
      timeBox: { start: instant(now), due: instant(now + 30 * DAY_MS) },
      budgetUsd: 2000,
      sites: [site],
    },
    size: {
      name: '1 × A100',
      cpuCores: 4,
      memoryGi: 16,
      gpu: { resource: 'nvidia.com/gpu', count: 1, model: 'NVIDIA-A100-SXM4-80GB' },
    },
    availability: 'single',
    replicas: 1,
    hoursToLive: 24,
    pauseAfterMinutes: 45,
    workspaceGi: 10,
    tool: 'jupyter',
    data: [{ source: 'images' }, { source: 'archive' }],
    ...rest,
  }
}
