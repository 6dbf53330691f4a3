import type {
  Budget,
  DataSource,
  Environment,
  PriceBook,
  Project,
  Revision,
  Tool,
  WorkItem,
} from '../../../preload/contract/records'
import type { WorkEvent } from '../../../preload/contract/records/work'
import { NOW } from './inventory'

const meta = (name: string, namespace?: string) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: `uid-${name}`,
  resourceVersion: '1',
  createdAt: new Date(NOW - 86_400_000).toISOString(),
})
export const at = (minutesAgo: number) =>
  new Date(NOW - minutesAgo * 60_000).toISOString().replace(/\.\d{3}Z$/, 'Z')
export const ANY_IMAGE = `registry.example/tools/jupyter@sha256:${'9f'.repeat(32)}`

export const aProjectSpec = (more: Partial<Project['spec']> = {}): Project['spec'] => ({
  title: 'Voice',
  question: 'Who spoofs a caller?',
  owner: 'emil.novak',
  team: 'Voice',
  members: [],
  costCentre: '4410',
  timeBox: { start: at(60), due: at(-15 * 1440) },
  budgetUsd: 200,
  sites: ['oslo'],
  ...more,
})
export const aProject = (name: string, more: Partial<Project['spec']> = {}): Project => ({
  kind: 'Project',
  meta: meta(name),
  spec: aProjectSpec(more),
  status: { namespace: name },
})
export const aBudget = (
  name = '4410',
  more: Partial<Budget['spec']> = {},
  status: Budget['status'] = {},
): Budget => ({
  kind: 'Budget',
  meta: meta(name),
  spec: {
    title: 'Voice',
    team: 'Voice',
    owner: 'mara.lind',
    period: 'month',
    capUsd: 1200,
    ...more,
  },
  status,
})
export const aPriceBook = (more: Partial<PriceBook['spec']> = {}): PriceBook => ({
  kind: 'PriceBook',
  meta: meta('default'),
  status: {},
  spec: {
    version: 'v7',
    asOf: at(1440),
    currency: 'USD',
    cpuUsdPerCoreHour: 0.02,
    memoryUsdPerGiHour: 0.002,
    storageUsdPerGiMonth: 0.05,
    gpus: [
      { model: 'A100 80GB', resource: 'nvidia.com/gpu', usdPerHour: 1.1 },
      { model: 'L40S', resource: 'nvidia.com/gpu', usdPerHour: 0.7 },
    ],
    ...more,
  },
})
export const aTool = (name = 'jupyter', more: Partial<Tool['spec']> = {}): Tool => ({
  kind: 'Tool',
  meta: meta(name),
  status: {},
  spec: {
    title: 'Jupyter',
    version: '4.4',
    kind: 'jupyter',
    image: ANY_IMAGE,
    port: 8888,
    probePath: '/api',
    minimum: { cpuCores: 1, memoryGi: 2 },
    severalReplicas: false,
    stage: 'approved',
    owner: 'mara.lind',
    notes: [],
    ...more,
  },
})
export const aSource = (name: string, more: Partial<DataSource['spec']> = {}): DataSource => ({
  kind: 'DataSource',
  meta: meta(name),
  status: {},
  spec: {
    title: name,
    description: '',
    kind: 'volume',
    location: { namespace: 'datasets', claim: name },
    site: 'oslo',
    owner: 'jonas.weber',
    team: 'Vision',
    classification: 'internal',
    mayGoTo: ['oslo'],
    ...more,
  },
})
export const anItem = (
  name: string,
  events: WorkEvent[] = [],
  more: Partial<WorkItem['spec']> = {},
): WorkItem => ({
  kind: 'WorkItem',
  meta: meta(name, more.project ?? 'voice'),
  spec: {
    project: 'voice',
    title: name,
    question: 'Who?',
    description: '',
    owner: 'emil.novak',
    waivers: [],
    ...more,
  },
  status: {
    events,
    ...(events.length > 0 && {
      station: events.findLast(({ type }) => type === 'entered')?.station,
    }),
  } as WorkItem['status'],
})
/** An event so many minutes ago. */
export const anEvent = (
  type: WorkEvent['type'],
  minutesAgo: number,
  more: Partial<WorkEvent> = {},
): WorkEvent => ({
  id: `${type}-${String(minutesAgo)}-${more.station ?? ''}`,
  at: at(minutesAgo),
  type,
  ...more,
})
export const anEnvironment = (
  name: string,
  more: Partial<Environment['spec']> = {},
): Environment => ({
  kind: 'Environment',
  meta: meta(name, 'voice'),
  status: {},
  spec: {
    project: 'voice',
    workItem: 'voice',
    owner: 'emil.novak',
    site: 'oslo',
    size: { name: 'CPU small', cpuCores: 4, memoryGi: 16 },
    availability: 'single',
    replicas: 1,
    tool: { name: 'jupyter', image: ANY_IMAGE, port: 8888, probePath: '/api' },
    data: [],
    workspace: { gi: 50 },
    expiresAt: at(-1440),
    state: 'running',
    ...more,
  },
})
export const aRevision = (
  name: string,
  status: Revision['status'] = {},
  more: Partial<Revision['spec']> = {},
): Revision => ({
  kind: 'Revision',
  meta: meta(name, 'voice'),
  status,
  spec: {
    workItem: 'spoof',
    environment: 'voice-nb',
    number: 1,
    savedBy: 'emil.novak',
    note: '',
    code: { kind: 'none' },
    data: [],
    parameters: {},
    images: [],
    packages: [],
    metrics: {},
    size: { name: 'CPU small', cpuCores: 4, memoryGi: 16 },
    ...more,
  },
})
