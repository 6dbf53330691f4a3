import type { LaneView, MapView, StationItem } from '../../../preload/contract/flow'
import type { Draft } from '../../../preload/contract/projects'
import type { Inventory } from '../../kernel/inventory'
import { timestamp } from '../../kernel/clock'
import { demandOf, type Sample } from './domain/demand'
import { figuresOf } from './domain/figures'
import { laneOf, type UseFacts } from './domain/lanes'
import { countLamps, SHOWN, stationView, track } from './domain/stations'
import { waitingOf, type QueuedJob } from './domain/waiting'
import type { FlowPorts } from './ports'

export interface Filter {
  team?: string | undefined
  project?: string | undefined
}
/** What a site tells beyond its nodes and pods, asked for now and then. */
export interface Extra {
  queued: QueuedJob[]
  use: UseFacts | undefined
}
/** Demand sums over everything remembered, so it is worked out now and then, not on every paint. */
export interface Observed {
  inventories: Inventory[]
  extras: Map<string, Extra>
  demand: MapView['demand'] | undefined
  last: MapView | undefined
}

const plannedAt = (drafts: Draft[], station: string): StationItem[] =>
  drafts
    .filter(({ step }) => step === station)
    .map((draft) => ({
      namespace: '',
      name: draft.name || draft.id,
      title: draft.project.title || draft.name || 'New project',
      state: 'planned',
      sinceSeconds: 0,
      owner: draft.project.owner ?? '',
      team: draft.project.team ?? '',
      says: 'a draft on this machine',
    }))

/** GPUs wanted today over all sites. */
export function demandNow(
  { sites, gpuUsdPerHour }: FlowPorts,
  { inventories, extras }: Pick<Observed, 'inventories' | 'extras'>,
  { now, samples }: { now: number; samples: Sample[] },
): MapView['demand'] {
  const states = new Map(sites.states().map(({ id, place }) => [id, place]))
  const facts = inventories.map((inventory) => ({
    place: states.get(inventory.site) ?? ('on-prem' as const),
    inventory,
    queued: extras.get(inventory.site)?.queued ?? [],
  }))
  const rented = facts
    .filter(({ place }) => place === 'cloud')
    .reduce(
      (sum, { place, inventory }) =>
        sum +
        inventory.nodes.reduce(
          (all, node) =>
            all + (gpuUsdPerHour(node, place) ?? 0) * (node.capacity['nvidia.com/gpu'] ?? 0),
          0,
        ),
      0,
    )
  return demandOf({ now, sites: facts, samples, cloudUsdPerHour: Math.round(rented * 100) / 100 })
}

type Lines = Pick<MapView, 'stations' | 'figures' | 'lamps' | 'filters'>
/** Both lines, from the records as they are known. */
function lines({ records, drafts }: FlowPorts, filter: Filter, now: number): Lines {
  const projects = records.known('Project').items
  const all = track(records.known('WorkItem').items, projects, now)
  const shown = all.filter(
    ({ item, team }) =>
      (filter.team === undefined || team === filter.team) &&
      (filter.project === undefined || item.spec.project === filter.project),
  )
  // A draft whose project is there stands on the line as what it became, even while its operation runs.
  const open = drafts().filter(
    ({ name, existingProject }) =>
      existingProject !== undefined || !projects.some(({ meta }) => meta.name === name),
  )
  const plans = filter.team === undefined && filter.project === undefined ? open : []
  return {
    stations: SHOWN.map((station) =>
      stationView(station, { all, shown, planned: plannedAt(plans, station) }),
    ),
    figures: figuresOf(shown, now),
    lamps: countLamps(all, shown),
    filters: {
      teams: [...new Set(projects.map(({ spec }) => spec.team))].sort(),
      projects: projects.map(({ meta }) => meta.name).sort(),
    },
  }
}

type Sites = Pick<MapView, 'lanes' | 'waiting' | 'waitingGpus' | 'demand'>
/** Lanes, queue and demand, from the sites that are watched now. */
function siteViews(ports: FlowPorts, seen: Observed, at: { filter: Filter; now: number }): Sites {
  const states = ports.sites.states()
  const known = seen.inventories.map((inventory) => ({
    inventory,
    state: states.find(({ id }) => id === inventory.site),
    extra: seen.extras.get(inventory.site),
  }))
  const lanes = known.map(({ inventory, state, extra }): LaneView =>
    laneOf({
      inventory,
      place: state?.place ?? 'on-prem',
      simulated: state?.simulated ?? false,
      use: extra?.use,
      usdPerHour: (node) => ports.gpuUsdPerHour(node, state?.place ?? 'on-prem'),
      asOf: timestamp(inventory.at),
    }),
  )
  const missing = (seen.last?.lanes ?? []).filter(
    ({ site }) =>
      !known.some(({ inventory }) => inventory.site === site) &&
      states.some(({ id }) => id === site),
  )
  const mine = new Set(
    ports.records
      .known('Project')
      .items.filter(
        ({ meta, spec }) =>
          (at.filter.team === undefined || spec.team === at.filter.team) &&
          (at.filter.project === undefined || meta.name === at.filter.project),
      )
      .map(({ meta, status }) => status.namespace ?? meta.name),
  )
  const filtered = at.filter.team !== undefined || at.filter.project !== undefined
  const waits = known.map(({ inventory, extra }) =>
    waitingOf(
      filtered
        ? { ...inventory, pods: inventory.pods.filter(({ namespace }) => mine.has(namespace)) }
        : inventory,
      (extra?.queued ?? []).filter(({ namespace }) => !filtered || mine.has(namespace)),
    ),
  )
  return {
    lanes: [...lanes, ...missing].sort(
      (a, b) =>
        Number(a.place === 'cloud') - Number(b.place === 'cloud') || a.site.localeCompare(b.site),
    ),
    waiting: waits.flatMap(({ jobs }) => jobs).sort((a, b) => b.waitsSeconds - a.waitsSeconds),
    waitingGpus: waits.reduce((sum, { gpus }) => sum + gpus, 0),
    demand: seen.demand ?? demandNow(ports, seen, { now: at.now, samples: [] }),
  }
}

const NO_SITES: Sites = {
  lanes: [],
  waiting: [],
  waitingGpus: 0,
  demand: { capacity: 0, hours: [], basis: 'no site has answered yet', cloudUsdPerHour: 0 },
}
/** The home screen: live once the home site's records and lists are; until then as last seen, with its age. */
export function mapView(ports: FlowPorts, seen: Observed, filter: Filter): MapView {
  const home = ports.sites.home()
  const items = ports.records.known('WorkItem')
  const live =
    home.ok && items.live && seen.inventories.some(({ site }) => site === home.value.site)
  if (live) {
    const now = home.value.clock.now()
    return {
      asOf: timestamp(now),
      live,
      siteClock: timestamp(now),
      ...lines(ports, filter, now),
      ...siteViews(ports, seen, { filter, now }),
    }
  }
  // Ages stand still at the moment they were true: nobody knows what happened since.
  const asOf = seen.last ? Date.parse(seen.last.asOf) : items.asOf
  const last = seen.last ?? NO_SITES
  const at = Number.isFinite(asOf) && asOf > 0 ? asOf : ports.clock.now()
  return {
    asOf: timestamp(at),
    live,
    siteClock: timestamp(home.ok ? home.value.clock.now() : at),
    ...lines(ports, filter, at),
    lanes: last.lanes,
    waiting: last.waiting,
    waitingGpus: last.waitingGpus,
    demand: last.demand,
  }
}
