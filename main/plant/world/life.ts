import { timestamp } from '../../kernel/clock'
import { streamOf } from '../controllers/events'
import type { Controllers } from '../controllers'
import { JOB, NAMESPACE, WORKLOAD } from '../controllers/kinds'
import { isRefusal } from '../controllers/engine'
import { Station, type WorkEvent } from '../../../preload/contract/records/work'
import type { KubeObject, PlantApi } from '../types'
import { SOURCES } from './sources'
import { jobObject, type JobOutline } from './workloads'
import { HOUR, kindOf, MINUTE } from './words'

const TICK_MS = 9 * MINUTE
const LONGEST_QUEUE = 5
const MOST_EVENTS = 500

type Template = Pick<JobOutline, 'project' | 'by' | 'gpus'> & {
  prefix: string
  minutes: [least: number, most: number]
}
// What people of the site send to the queue, again and again.
const TEMPLATES: Template[] = [
  {
    project: 'call-intent',
    prefix: 'train',
    by: 'aino.torv',
    gpus: { kind: 'a100', count: 8 },
    minutes: [150, 320],
  },
  {
    project: 'defect-cam',
    prefix: 'train',
    by: 'sana.rahimi',
    gpus: { kind: 'a100', count: 4 },
    minutes: [90, 260],
  },
  {
    project: 'parcel-ocr',
    prefix: 'train',
    by: 'jonas.weber',
    gpus: { kind: 'a100', count: 8 },
    minutes: [60, 140],
  },
  {
    project: 'price-elastic',
    prefix: 'sweep',
    by: 'pia.nord',
    gpus: { kind: 'a100', count: 4 },
    minutes: [40, 110],
  },
  {
    project: 'demand-14d',
    prefix: 'backtest',
    by: 'nora.haugen',
    gpus: { kind: 'l40s', count: 4 },
    minutes: [40, 160],
  },
  {
    project: 'credit-default',
    prefix: 'eval',
    by: 'lena.ofori',
    gpus: { kind: 'l40s', count: 2 },
    minutes: [20, 80],
  },
  {
    project: 'route-eta',
    prefix: 'train',
    by: 'nora.haugen',
    gpus: { kind: 'l40s', count: 1 },
    minutes: [50, 170],
  },
  {
    project: 'query-rank',
    prefix: 'eval',
    by: 'ivo.petrov',
    gpus: { kind: 'l40s', count: 2 },
    minutes: [15, 60],
  },
]
// Stations that items of simulated colleagues leave by themselves; the rest waits for the person at the screen.
const MOVES = new Set(['drift', 'mlops-tools', 'deploy', 'mlops-button', 'watch'])

/**
 * Keeps a seeded site moving: sends runs to the queue, measures the data sources, and now and then takes a work item a station on.
 * What a tick does follows from its time alone, so a restarted site goes on as it would have.
 */
export function startLife(api: PlantApi, { engine }: Controllers) {
  const tick = () => {
    const now = api.clock.now()
    const nth = Math.floor(now / TICK_MS)
    const chance = streamOf(`life${String(nth)}`)
    for (const act of [
      () => submit(api, chance),
      () => {
        if (nth % 4 === 0) measure(api, now)
      },
      () => {
        if (nth % 17 === 0) moveOne(api, now, chance)
      },
    ]) {
      try {
        act()
      } catch (error) {
        if (!isRefusal(error)) throw error
      }
    }
    engine.at((nth + 1) * TICK_MS, 'life', tick)
  }
  engine.at((Math.floor(api.clock.now() / TICK_MS) + 1) * TICK_MS, 'life', tick)
}

interface Chance {
  next: () => number
}

function submit(api: PlantApi, chance: Chance) {
  const pending = api
    .list(WORKLOAD)
    .filter(
      (workload) => !(workload['status'] as { admission?: object } | undefined)?.admission,
    ).length
  if (pending >= LONGEST_QUEUE || chance.next() > 0.42) return
  const template = TEMPLATES[Math.floor(chance.next() * TEMPLATES.length)]
  if (
    !template ||
    !api.get(NAMESPACE, template.project) ||
    api.get(NAMESPACE, template.project)?.metadata.deletionTimestamp
  )
    return
  const {
    prefix,
    minutes: [least, most],
    ...rest
  } = template
  const seconds = 60 * Math.round(least + (most - least) * chance.next())
  const fails = chance.next() < 0.06 ? { fails: chance.next() < 0.5 ? 'oom x1' : 'error x1' } : {}
  // People guess how long it takes; the guess is off by a third at most.
  const expectedSeconds = Math.round(seconds * (0.75 + 0.58 * chance.next()))
  api.create(
    jobObject({
      ...rest,
      ...fails,
      name: `${prefix}-${nextNumber(api, template)}`,
      seconds,
      expectedSeconds,
      priority: chance.next() < 0.15 ? 'urgent' : 'batch',
    }),
    template.by,
  )
}

function nextNumber(api: PlantApi, { project, prefix }: Template): string {
  const names = api
    .list(JOB, { namespace: project })
    .map((job) => job.metadata.name)
    .filter((name) => name.startsWith(`${prefix}-`))
  const last = Math.max(100, ...names.map((name) => Number(name.slice(prefix.length + 1)) || 0))
  const width = Math.max(0, ...names.map((name) => name.length - prefix.length - 1))
  return String(last + 1).padStart(width, '0')
}

/** Data that should be fresh becomes so; what is late stays late, and what was never measured stays unknown. */
function measure(api: PlantApi, now: number) {
  for (const source of SOURCES) {
    const record =
      source.age === undefined || source.name === 'returns'
        ? undefined
        : api.get(kindOf('DataSource'), source.name)
    if (!record) continue
    const status = record['status'] as { changedAt?: string } | undefined
    const due = Date.parse(status?.changedAt ?? '') + Math.min(source.within ?? 24, 24) * 0.7 * HOUR
    api.updateStatus(
      {
        ...record,
        status: {
          ...status,
          measuredAt: timestamp(now),
          ...(due <= now && { changedAt: timestamp(now) }),
        },
      },
      'takt',
    )
  }
}

interface WorkItem extends KubeObject {
  spec: { owner: string }
  status?: { station?: string; events?: WorkEvent[]; rolledEvents?: number }
}
function moveOne(api: PlantApi, now: number, chance: Chance) {
  const items = (api.list(kindOf('WorkItem')) as WorkItem[])
    .filter(({ status }) => MOVES.has(status?.station ?? '') && !isHeld(status?.events ?? []))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
  const item = items[Math.floor(chance.next() * items.length)]
  const from = Station.options.find((station) => station === item?.status?.station)
  if (!item || !from) return
  const to = Station.options[Station.options.indexOf(from) + 1] ?? from
  const at = timestamp(now)
  const added: WorkEvent[] = [
    { id: `left-${from}-${at}`, at, type: 'left', station: from, by: item.spec.owner },
    { id: `entered-${to}-${at}`, at, type: 'entered', station: to, by: item.spec.owner },
  ]
  api.updateStatus(
    {
      ...item,
      status: {
        ...item.status,
        station: to,
        events: [...(item.status?.events ?? []), ...added].slice(-MOST_EVENTS),
      },
    },
    'takt',
  )
}
const isHeld = (events: WorkEvent[]) =>
  events.findLast(({ type }) => type === 'cord-pulled' || type === 'cord-cleared')?.type ===
  'cord-pulled'
