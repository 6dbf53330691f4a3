import { LABEL } from '../../kernel/manifest'
import { POD } from '../controllers/kinds'
import type { KubeObject, PlantApi } from '../types'
import { A100, A100_40, L40S } from './hardware'
import { historyOf, firstMoment } from './history'
import { enteredAt, itemName, ITEMS, type ItemOutline } from './items'
import { TEAMS } from './people'
import { projectOf, type ProjectOutline } from './projects'
import {
  revisionName,
  revisionRecord,
  revisionStatus,
  snapshotRecord,
  snapshotStatus,
} from './revisions'
import { SOURCES, sourceRecord, sourceStatus } from './sources'
import { bornAt, TOOLS, toolRecord, toolStatus } from './tools'
import { at, DAY, HOUR, kindOf, MINUTE, ready, record } from './words'

/** Something that happens at a moment of the history. */
export interface Happening {
  at: number
  act: () => void
}

const AFTER_DATA = new Set([
  'button',
  'work',
  'save',
  'drift',
  'backlog',
  'mlops-tools',
  'deploy',
  'mlops-button',
  'watch',
  'decide',
  'in-use',
  'done',
])
const priceBook = (now: number) =>
  record(
    'PriceBook',
    { name: 'default' },
    {
      version: 'v7',
      asOf: at(now - 17 * DAY),
      currency: 'USD',
      cpuUsdPerCoreHour: 0.011,
      memoryUsdPerGiHour: 0.0015,
      storageUsdPerGiMonth: 0.04,
      gpus: [
        { model: A100, resource: 'nvidia.com/gpu', usdPerHour: 0.826 },
        { model: A100, resource: 'nvidia.com/mig-1g.10gb', usdPerHour: 0.104 },
        { model: L40S, resource: 'nvidia.com/gpu', usdPerHour: 0.704 },
        { model: A100_40, resource: 'nvidia.com/gpu', usdPerHour: 2.745 },
      ],
    },
  )

/** What waiting is worth to the teams, and that a lead agrees before anything costs cloud money. */
const burstPolicy = () =>
  record(
    'BurstPolicy',
    { name: 'default' },
    {
      title: 'leads-2',
      mode: 'approve',
      waiting: [
        { team: '', usdPerHour: 20 },
        { team: 'Vision', usdPerHour: 40 },
        { team: 'Voice', usdPerHour: 30 },
      ],
      keepDeadlines: true,
      caps: [{ scope: 'team', name: 'Supply', period: 'month', capUsd: 400, hard: false }],
      weights: [],
      oldestPriceHours: 72,
      to: 'aws-burst',
      spot: false,
      maxNodes: 6,
    },
  )

/** When a project began: as told, or before the first of its work items. */
export const projectBegan = (outline: ProjectOutline, now: number) =>
  Math.min(
    now - outline.age * DAY,
    ...ITEMS.filter(({ project }) => project === outline.name).map(
      (item) => firstMoment(item, now) - HOUR,
    ),
  )

/** The shared records of the world, each at the moment it was made, with the status that was observed since. */
export function recordHappenings(api: PlantApi, now: number): Happening[] {
  const made = (moment: number, object: KubeObject, status?: object): Happening => ({
    at: moment,
    act: () => {
      const created = api.create(object, 'takt')
      if (status && Object.keys(status).length > 0) api.updateStatus({ ...created, status }, 'takt')
    },
  })
  return [
    ...TEAMS.map((team) =>
      made(
        now - 100 * DAY,
        record(
          'Budget',
          { name: team.costCentre },
          {
            title: `${team.name} ${team.costCentre}`,
            team: team.name,
            owner: 'mara.lind',
            period: 'month',
            capUsd: team.capUsd,
          },
        ),
        { spentUsd: team.spentUsd, asOf: at(now - HOUR) },
      ),
    ),
    made(now - 17 * DAY, priceBook(now)),
    made(now - 12 * DAY, burstPolicy()),
    ...TOOLS.map((tool) => made(bornAt(tool, now), toolRecord(tool, now), toolStatus(tool, now))),
    ...SOURCES.map((source, index) =>
      made(now - (95 - 4 * index) * DAY, sourceRecord(source), sourceStatus(source, now)),
    ),
    ...ITEMS.flatMap((item) => itemHappenings(made, item, now)),
  ]
}

type Make = (moment: number, object: KubeObject, status?: object) => Happening
function itemHappenings(made: Make, item: ItemOutline, now: number): Happening[] {
  const events = historyOf(item, now)
  const leftAt = (station: string) =>
    Date.parse(
      events.find((event) => event.type === 'left' && event.station === station)?.at ?? '',
    ) || enteredAt(item, now)
  const savedAt = leftAt('save') - 2 * MINUTE
  const status = {
    station: item.station,
    events,
    rolledEvents: 0,
    conditions: ready(enteredAt(item, now), 'Observed', 'Its station follows from its events'),
  }
  return [
    made(
      firstMoment(item, now),
      record(
        'WorkItem',
        {
          name: itemName(item),
          namespace: item.project,
          labels: { [LABEL.project]: item.project },
        },
        itemSpec(item, now),
      ),
      status,
    ),
    ...(AFTER_DATA.has(item.station)
      ? [made(leftAt('data'), snapshotRecord(item), snapshotStatus(item, leftAt('data')))]
      : []),
    ...(item.revision ? [made(savedAt, revisionRecord(item), revisionStatus(item, savedAt))] : []),
  ]
}

function itemSpec(item: ItemOutline, now: number) {
  const { question, due } = projectOf(item.project)
  const described = AFTER_DATA.has(item.station)
    ? `${question} Version ${String(item.version)} on ${item.source}.`
    : ''
  return {
    project: item.project,
    title: item.version > 1 ? `${item.project} v${String(item.version)}` : item.project,
    question,
    description: described,
    owner: item.by,
    due: at(now + due * DAY),
    version: item.version,
    waivers: [],
    ...(item.revision && item.station !== 'drift' && { revision: revisionName(item) }),
  }
}

interface SeenPod extends KubeObject {
  spec: { nodeName?: string }
  status?: { conditions?: { type: string; status: string; lastTransitionTime?: string }[] }
}
interface SeenEnvironment extends KubeObject {
  spec: { state: 'running' | 'paused' }
}

/** What the environments of a site look like from their pods, for records nobody has watched yet. */
export function writeEnvironmentStatus(api: PlantApi, now: number) {
  for (const environment of api.list(kindOf('Environment')) as SeenEnvironment[]) {
    const { name, namespace } = environment.metadata
    const pod = api.get(POD, `${name}-0`, namespace) as SeenPod | undefined
    const readyAt = pod?.status?.conditions?.find(
      (each) => each.type === 'Ready' && each.status === 'True',
    )?.lastTransitionTime
    const [phase, reason, message] = standing(
      environment.spec.state === 'paused',
      readyAt !== undefined,
      pod?.spec.nodeName,
    )
    const condition = {
      type: 'Ready',
      status: phase === 'Ready' ? 'True' : 'False',
      reason,
      message,
      lastTransitionTime: readyAt ?? at(now),
    }
    api.updateStatus(
      {
        ...environment,
        status: {
          phase,
          workload: `Notebook/${name}`,
          ...(pod && placeOf(pod)),
          ...(readyAt !== undefined && { readyAt }),
          conditions: [condition],
        },
      },
      'takt',
    )
  }
}
function standing(
  paused: boolean,
  serving: boolean,
  node = 'a node',
): [phase: string, reason: string, message: string] {
  if (paused) return ['Paused', 'Paused', 'Paused; its volume is kept.']
  return serving
    ? ['Ready', 'Serving', `Answers on ${node}.`]
    : ['Starting', 'Starting', 'Its server is starting.']
}
const placeOf = ({ metadata, spec }: SeenPod) => ({
  pod: metadata.name,
  startedAt: metadata.creationTimestamp,
  ...(spec.nodeName !== undefined && { node: spec.nodeName }),
})
