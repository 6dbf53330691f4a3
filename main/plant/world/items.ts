import type { Station } from '../../../preload/contract/records/work'
import { HOUR } from './words'

/** One question on its way: where it stands, since how many hours, and what it waits for. */
export interface ItemOutline {
  project: string
  version: number
  station: Station
  hours: number
  by: string
  cause?: string
  held?: string
  revision?: number
  source: string
}
type More = Partial<Pick<ItemOutline, 'cause' | 'held' | 'revision'>>
interface Place {
  station: Station
  hours: number
}
const item = (
  [project, version]: [project: string, version: number],
  { station, hours }: Place,
  [by, source, more = {}]: [by: string, source: string, more?: More],
): ItemOutline => ({ project, version, station, hours, by, source, ...more })
const d = (days: number, hours = 0) => days * 24 + hours

const DISCOVERY: ItemOutline[] = [
  item(['price-churn', 1], { station: 'define', hours: 5 }, ['rosa.berg', 'price-history']),
  item(['voice-spoof', 1], { station: 'environment', hours: 0.006 }, [
    'emil.novak',
    'voice-prompts',
  ]),
  item(['promo-mix', 1], { station: 'data', hours: d(3, 2.4) }, [
    'tove.dahl',
    'promo-calendar',
    { cause: 'data' },
  ]),
  item(['parcel-ocr', 4], { station: 'data', hours: 6 }, ['chen.wu', 'parcels']),
  item(['call-intent', 6], { station: 'work', hours: d(1, 5) }, ['aino.torv', 'calls-2026-11']),
  item(['parcel-ocr', 3], { station: 'work', hours: d(2, 3) }, [
    'jonas.weber',
    'parcels',
    { cause: 'hardware' },
  ]),
  item(['price-elastic', 5], { station: 'work', hours: d(1, 20) }, [
    'pia.nord',
    'price-history',
    { cause: 'hardware' },
  ]),
  item(['query-rank', 10], { station: 'work', hours: d(2) }, ['ivo.petrov', 'clicks']),
  item(['catalog-dedupe', 3], { station: 'save', hours: 0.73 }, ['chen.wu', 'catalog']),
  item(['fraud-graph', 4], { station: 'drift', hours: 2 }, [
    'lena.ofori',
    'fraud-edges',
    { revision: 7 },
  ]),
]
const BACKLOG: ItemOutline[] = [
  item(['route-eta', 11], { station: 'backlog', hours: d(9, 1) }, [
    'nora.haugen',
    'routes-gps',
    { revision: 12, cause: 'capacity' },
  ]),
  item(['defect-cam', 5], { station: 'backlog', hours: d(2, 6) }, [
    'sana.rahimi',
    'line-cam',
    { revision: 31, cause: 'capacity' },
  ]),
  item(['query-rank', 8], { station: 'backlog', hours: 5 }, [
    'ivo.petrov',
    'clicks',
    { revision: 8, cause: 'capacity' },
  ]),
]
const MLOPS: ItemOutline[] = [
  item(['catalog-dedupe', 2], { station: 'mlops-tools', hours: 2 }, [
    'ivo.petrov',
    'catalog',
    { revision: 9 },
  ]),
  item(['fraud-graph', 3], { station: 'deploy', hours: 6 }, [
    'lena.ofori',
    'fraud-edges',
    { revision: 5 },
  ]),
  item(['defect-cam', 4], { station: 'deploy', hours: d(1, 3) }, [
    'sana.rahimi',
    'line-cam',
    { revision: 27 },
  ]),
  item(['query-rank', 9], { station: 'deploy', hours: d(4) }, [
    'ivo.petrov',
    'clicks',
    { revision: 6 },
  ]),
  item(['demand-14d', 9], { station: 'watch', hours: 23 }, [
    'nora.haugen',
    'store-sales',
    { revision: 18 },
  ]),
  item(['fraud-graph', 2], { station: 'watch', hours: 19 }, [
    'lena.ofori',
    'fraud-edges',
    { revision: 3 },
  ]),
  item(['voice-route', 4], { station: 'watch', hours: d(1) }, [
    'emil.novak',
    'voice-prompts',
    { revision: 14 },
  ]),
  item(['credit-default', 15], { station: 'decide', hours: 9 }, [
    'mara.lind',
    'applications',
    { revision: 41, held: 'Approval share of under 25s fell by 6 points' },
  ]),
  item(['query-rank', 7], { station: 'decide', hours: 0.33 }, [
    'ivo.petrov',
    'clicks',
    { revision: 4, cause: 'approval' },
  ]),
]
const inUse: [project: string, version: number, days: number, by: string, source: string][] = [
  ['demand-14d', 8, 21, 'nora.haugen', 'store-sales'],
  ['call-intent', 5, 34, 'aino.torv', 'calls-2026-11'],
  ['defect-cam', 3, 6, 'sana.rahimi', 'line-cam'],
  ['parcel-ocr', 2, 17, 'jonas.weber', 'parcels'],
  ['price-elastic', 4, 26, 'pia.nord', 'price-history'],
  ['query-rank', 6, 12, 'ivo.petrov', 'clicks'],
  ['fraud-graph', 1, 19, 'lena.ofori', 'fraud-edges'],
  ['credit-default', 14, 24, 'lena.ofori', 'applications'],
  ['voice-route', 3, 15, 'emil.novak', 'voice-prompts'],
  ['route-eta', 10, 28, 'nora.haugen', 'routes-gps'],
  ['catalog-dedupe', 1, 9, 'chen.wu', 'catalog'],
]
const done: [project: string, version: number, days: number, by: string, source: string][] = [
  ['demand-14d', 7, 20.9, 'nora.haugen', 'store-sales'],
  ['defect-cam', 2, 5.9, 'sana.rahimi', 'line-cam'],
  ['credit-default', 13, 23.5, 'lena.ofori', 'applications'],
  ['query-rank', 5, 11.8, 'ivo.petrov', 'clicks'],
  ['voice-route', 2, 14.7, 'emil.novak', 'voice-prompts'],
]

export const ITEMS: ItemOutline[] = [
  ...DISCOVERY,
  ...BACKLOG,
  ...MLOPS,
  ...inUse.map(([project, version, days, by, source]) =>
    item([project, version], { station: 'in-use', hours: d(days) }, [
      by,
      source,
      { revision: version * 3 + 1 },
    ]),
  ),
  ...done.map(([project, version, days, by, source]) =>
    item([project, version], { station: 'done', hours: d(days) }, [
      by,
      source,
      { revision: version * 3 + 1 },
    ]),
  ),
]
export const itemName = (outline: Pick<ItemOutline, 'project' | 'version'>) =>
  `${outline.project}-v${String(outline.version)}`
export const enteredAt = (outline: ItemOutline, now: number) =>
  now - Math.round(outline.hours * HOUR)
