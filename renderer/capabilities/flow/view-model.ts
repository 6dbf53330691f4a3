import type { MapView, StationItem, StationView } from '../../../preload/contract/flow'
import type { SiteState } from '../../../preload/contract/sites'
import { hrefOf, type Known } from '../../client'
import { formatMoment, formatShortDuration, formatWhen } from '../../design'
import { words } from './words'

/** How many items of a part of the line stand, wait and are held. */
export function summarise(stations: readonly StationView[]) {
  const items = stations.flatMap((station) => station.items)
  return {
    items: stations.reduce((sum, { count }) => sum + count, 0),
    waiting: items.filter(({ state }) => state === 'waiting').length,
    held: items.filter(({ state }) => state === 'held').length,
  }
}
export const lineOf = (map: MapView, line: StationView['line']): StationView[] =>
  map.stations.filter((station) => station.line === line && station.id !== 'done')

const URGENCY: Record<StationItem['state'], number> = {
  held: 0,
  waiting: 1,
  'worked-on': 2,
  planned: 3,
}
/** The items a card has room for: held first, then waiting, each oldest first; and how many are left out. */
export function shownItems(
  { items, count }: StationView,
  room: number,
): { items: StationItem[]; more: number } {
  const sorted = [...items].sort(
    (a, b) => URGENCY[a.state] - URGENCY[b.state] || b.sinceSeconds - a.sinceSeconds,
  )
  // Drafts of this machine are shown too, though the line does not count them yet.
  const all = Math.max(count, items.length)
  const shown = all <= room ? sorted : sorted.slice(0, room - 1)
  return { items: shown, more: Math.max(0, all - shown.length) }
}
export type ItemTone = 'normal' | 'late' | 'held'
/** Red only for what is held, yellow for what waits longer than the 85th percentile. */
export function toneOf(item: StationItem, p85Seconds: number | undefined): ItemTone {
  if (item.state === 'held') return 'held'
  return item.state === 'waiting' && p85Seconds !== undefined && item.sinceSeconds > p85Seconds
    ? 'late'
    : 'normal'
}
/** How many items wait for this very person: theirs, and held or waiting too long. */
export function waitingFor({ stations }: MapView, person: string | undefined): number {
  return stations.flatMap(({ items, p85Seconds }) =>
    items.filter((item) => item.owner === person && toneOf(item, p85Seconds) !== 'normal'),
  ).length
}
export const stateSays: Record<StationItem['state'], string> = {
  'worked-on': words.workedOn,
  waiting: words.waiting,
  held: words.heldWord,
  planned: words.planned,
}
/** What a screen reader hears of an item: state, age and cause. */
export const itemSays = (item: StationItem) =>
  [
    stateSays[item.state],
    item.state === 'planned' ? undefined : formatShortDuration(item.sinceSeconds),
    item.says ?? item.cause,
  ]
    .filter(Boolean)
    .join(', ')
/** The age in the narrow column of a card. */
export const ageSays = (item: StationItem) =>
  item.state === 'planned'
    ? words.draft
    : item.state === 'held'
      ? `${words.heldWord} ${formatShortDuration(item.sinceSeconds)}`
      : formatShortDuration(item.sinceSeconds)
/** Where an item opens: a draft where it is being written, anything else on its line. */
export const itemPlace = (item: StationItem) =>
  item.state === 'planned' ? hrefOf(['discover']) : hrefOf(['line', item.namespace, item.name])

const PLACES: Partial<Record<StationView['id'], string>> = {
  define: '#/discover',
  environment: '#/discover',
  tools: '#/data?tab=tools',
  data: '#/data',
}
/** Where one works on what stands at a station. */
export const placeOf = (station: StationView['id']): string =>
  PLACES[station] ?? `#/line?station=${station}`

/** As of when, once it matters: last seen figures, and live ones whose home site has stopped answering. */
export function mapAge(
  { value: map, asOf }: Known<MapView>,
  home: SiteState['state'] | undefined,
  now: number,
): string | undefined {
  if (!map.live) return formatMoment(map.asOf)
  return home === 'stale' || home === 'failed' ? formatWhen(asOf, now) : undefined
}
/** What the cloud costs now, in USD per hour; undefined where machines run that no price is known for. */
export function cloudNow({ demand, lanes }: Pick<MapView, 'demand' | 'lanes'>): number | undefined {
  const runs = lanes.some(
    ({ place, nodes }) =>
      place === 'cloud' &&
      nodes.some(({ gpus }) =>
        gpus.some(({ state }) => state === 'taken' || state === 'idle' || state === 'free'),
      ),
  )
  return runs && demand.cloudUsdPerHour === 0 ? undefined : demand.cloudUsdPerHour
}
export interface DemandPoint {
  at: number
  onPrem: number
  cloud: number
}
/** Demand of the site's own day, from its midnight until now, with the day's bounds. */
export function demandToday({ demand, siteClock }: Pick<MapView, 'demand' | 'siteClock'>): {
  points: DemandPoint[]
  from: number
  to: number
  now: number
} {
  const now = Date.parse(siteClock)
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  const from = midnight.getTime()
  const to = from + 86_400_000
  return {
    points: demand.hours
      .map(({ at, onPrem, cloud }) => ({ at: Date.parse(at), onPrem, cloud }))
      .filter(({ at }) => at >= from && at <= now),
    from,
    to,
    now,
  }
}
/** The lanes as rows, one per GPU. */
export function laneRows(map: MapView): (string | number | undefined)[][] {
  return map.lanes.flatMap(({ site, nodes }) =>
    nodes.flatMap(({ name, model, gpus }) =>
      gpus.map(({ state, use }, index) => [
        site,
        name,
        model,
        index + 1,
        words.gpu[state],
        use === undefined ? undefined : Math.round(use * 100) / 100,
      ]),
    ),
  )
}
/** A GPU model as short as people say it: A100-SXM4-80GB is A100 80G. */
export const modelSays = (model: string) =>
  model
    .replace(/-(SXM\d*|PCIE|PG\d+)(?=-|$)/gi, '')
    .replace(/-(\d+)GB$/, ' $1G')
    .replace(/-/g, ' ')
/** A node in words: how many of its GPUs stand how. */
export function nodeSays(node: MapView['lanes'][number]['nodes'][number]): string {
  const counts = new Map<string, number>()
  for (const { state } of node.gpus)
    counts.set(words.gpu[state], (counts.get(words.gpu[state]) ?? 0) + 1)
  return words.node(node.name, [...counts].map(([says, count]) => `${count} ${says}`).join(', '))
}
