import type { StationItem, StationView } from '../../../../preload/contract/flow'
import type { Project, WorkItem } from '../../../../preload/contract/records'
import {
  DISCOVERY_STATIONS,
  MLOPS_STATIONS,
  type Station,
} from '../../../../preload/contract/records/work'
import { lampOf, openCall, worst, type Call } from './lamps'
import { currentVisit, percentile, visitsOf, type Visit } from './visits'

type Shown = Exclude<Station, 'done'>
const PLACES: Record<Shown, { code: string; title: string; limit?: number }> = {
  define: { code: 'D1', title: 'Define', limit: 2 },
  environment: { code: 'D2', title: 'Environment', limit: 3 },
  tools: { code: 'D3', title: 'Tools' },
  data: { code: 'D4', title: 'Data', limit: 3 },
  button: { code: 'D5', title: 'Push the button' },
  work: { code: 'D6', title: 'Work', limit: 5 },
  save: { code: 'D7', title: 'Save' },
  drift: { code: 'D8', title: 'Drift check', limit: 2 },
  backlog: { code: 'B', title: 'Backlog', limit: 6 },
  'mlops-tools': { code: 'M1', title: 'Tools', limit: 2 },
  deploy: { code: 'M2', title: 'Deploy and A/B test', limit: 4 },
  'mlops-button': { code: 'M3', title: 'Push the button' },
  watch: { code: 'M4', title: 'Watch', limit: 6 },
  decide: { code: 'M5', title: 'Decide', limit: 3 },
  'in-use': { code: 'M6', title: 'In use' },
}
export const SHOWN: Shown[] = [...DISCOVERY_STATIONS, 'backlog', ...MLOPS_STATIONS]
/** Work in progress the stations allow together; the backlog is a queue between them and has a limit of its own. */
export const WIP_LIMIT = SHOWN.filter((station) => station !== 'backlog').reduce(
  (sum, station) => sum + (PLACES[station].limit ?? 0),
  0,
)
const LEAST_SAMPLES = 10
const MOST_ITEMS = 200

/** A work item with its stays worked out once. */
export interface Tracked {
  item: WorkItem
  team: string
  visits: Visit[]
  now: number
  call: Call | undefined
  at: Visit | undefined
}
export function track(items: WorkItem[], projects: Project[], now: number): Tracked[] {
  const teams = new Map(projects.map(({ meta, spec }) => [meta.name, spec.team]))
  return items.map((item) => {
    const visits = visitsOf(item.status.events ?? [], now)
    return {
      item,
      team: teams.get(item.spec.project) ?? '',
      visits,
      now,
      call: openCall(item.status.events ?? []),
      at: currentVisit(visits),
    }
  })
}
/** Where an item stands: its open stay, else what its record says. */
export const stationOf = ({ at, item }: Tracked): Station =>
  at?.station ?? item.status.station ?? 'define'
const since = ({ at, item, now }: Tracked) =>
  Math.max(0, (now - (at?.from ?? Date.parse(item.meta.createdAt))) / 1000)

function itemView(tracked: Tracked, late: boolean): StationItem {
  const { item, call, at, team } = tracked
  const wait = at?.waits.findLast(({ open }) => open)
  const state = call?.held ? 'held' : wait ? 'waiting' : 'worked-on'
  const says = call
    ? call.why
    : wait
      ? `waits for ${wait.cause}`
      : late
        ? 'longer here than 85 % of items'
        : undefined
  return {
    namespace: item.meta.namespace ?? '',
    name: item.meta.name,
    title: item.spec.title,
    state,
    sinceSeconds: Math.round(since(tracked)),
    owner: item.spec.owner,
    team,
    ...(says !== undefined && { says: says.slice(0, 200) }),
    ...(wait && state === 'waiting' && { cause: wait.cause }),
  }
}

/** The stays at a station that ended, in seconds. */
const stays = (all: Tracked[], station: Station) =>
  all.flatMap(({ visits }) =>
    visits.flatMap((visit) =>
      visit.station === station && visit.to !== undefined ? [(visit.to - visit.from) / 1000] : [],
    ),
  )

const isLate = (tracked: Tracked, p85: number | undefined) =>
  p85 !== undefined &&
  tracked.at?.waits.at(-1)?.open === true &&
  stationOf(tracked) !== 'in-use' &&
  since(tracked) > p85
/** The lamp of one item among all. */
export const itemLamp = (tracked: Tracked, p85: number | undefined) =>
  lampOf(tracked.call, { now: tracked.now, late: isLate(tracked, p85) })

/** One station with what stands there, oldest first. `all` are all items ever seen, `shown` those of the filter; drafts are plans of this machine. */
export function stationView(
  station: Shown,
  { all, shown, planned }: { all: Tracked[]; shown: Tracked[]; planned: StationItem[] },
): StationView {
  const { code, title, limit } = PLACES[station]
  const p85 =
    station === 'in-use' ? undefined : percentile(stays(all, station), 0.85, LEAST_SAMPLES)
  const here = shown
    .filter((tracked) => stationOf(tracked) === station)
    .sort((a, b) => since(b) - since(a))
  const lefts = all.flatMap(({ visits, now }) =>
    visits.flatMap((visit) =>
      visit.station === station && visit.to !== undefined ? [(now - visit.to) / 1000] : [],
    ),
  )
  const oldest = here[0] && Math.round(since(here[0]))
  return {
    id: station,
    code,
    title,
    line: station === 'backlog' ? 'backlog' : code.startsWith('D') ? 'discovery' : 'mlops',
    lamp: worst(here.map((tracked) => itemLamp(tracked, p85))),
    count: here.length,
    ...(limit !== undefined && { limit }),
    waiting: here.filter(({ at, call }) => !call?.held && at?.waits.some(({ open }) => open))
      .length,
    items: [...here.map((tracked) => itemView(tracked, isLate(tracked, p85))), ...planned].slice(
      0,
      MOST_ITEMS,
    ),
    people: [...new Set(here.map(({ item }) => item.spec.owner))],
    ...(oldest !== undefined && { oldestSeconds: oldest }),
    ...(p85 !== undefined && { p85Seconds: Math.round(p85) }),
    ...(here.length === 0 &&
      lefts.length > 0 && { emptySinceSeconds: Math.round(Math.min(...lefts)) }),
  }
}
/** Lamps of all items: how many stop the line, how many call. */
export function countLamps(all: Tracked[], shown: Tracked[]): { stopped: number; called: number } {
  const limits = new Map(
    SHOWN.map((station) => [
      station as Station,
      station === 'in-use' ? undefined : percentile(stays(all, station), 0.85, LEAST_SAMPLES),
    ]),
  )
  const lamps = shown
    .filter((tracked) => stationOf(tracked) !== 'done')
    .map((tracked) => itemLamp(tracked, limits.get(stationOf(tracked))))
  return {
    stopped: lamps.filter((lamp) => lamp === 'stopped').length,
    called: lamps.filter((lamp) => lamp === 'called').length,
  }
}
