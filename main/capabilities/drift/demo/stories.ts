import type { Task } from './target'

/** What happens to a feature from some week on; the truth that findings are held against. */
export type Story =
  | { what: 'shift'; from: number; perWeek: number }
  | { what: 'jump'; from: number; by: number }
  | { what: 'wider'; from: number; times: number }
  | { what: 'stuck'; from: number; at: number }
  | { what: 'nulls'; weeks: number[]; share: number }
  | { what: 'new'; from: number; category: string; share: number }
  | { what: 'gone'; from: number; category: string }
export interface NumberFeature {
  name: string
  mean: number
  sd: number
  weight?: number
  story?: Story
}
export interface CategoryFeature {
  name: string
  shares: Record<string, number>
  story?: Story
}
/** One model of the simulated fleet: what it is given, what it answers, and what goes wrong when. Weeks count from 0; the first four are the reference. */
export interface DemoModel {
  project: string
  version: number
  about: string
  owner: string
  task: Task
  numbers: NumberFeature[]
  categories: CategoryFeature[]
  conceptFrom?: number
  incident?: { week: number; says: string }
}

const num = (
  name: string,
  [mean, sd]: [number, number],
  more: Pick<NumberFeature, 'weight' | 'story'> = {},
): NumberFeature => ({ name, mean, sd, ...more })
const cat = (name: string, shares: Record<string, number>, story?: Story): CategoryFeature => ({
  name,
  shares,
  ...(story && { story }),
})
const CHANNELS = { app: 0.5, web: 0.35, phone: 0.15 },
  REGIONS = { north: 0.3, south: 0.25, east: 0.25, west: 0.2 }
type Outline = [project: string, version: number, owner: string, about: string]
const model = (
  [project, version, owner, about]: Outline,
  rest: Pick<DemoModel, 'task' | 'numbers' | 'categories'> & Partial<DemoModel>,
): DemoModel => ({ project, version, owner, about, ...rest })

const VOICE: DemoModel[] = [
  model(['call-intent', 5, 'aino.torv', 'What a caller wants, from the first sentence.'], {
    task: 'multiclass',
    numbers: [
      num('seconds', [38, 9], { weight: 0.4 }),
      num('words', [61, 14], { weight: 0.5 }),
      num('loudness', [-19, 3], { story: { what: 'shift', from: 6, perWeek: 0.09 } }),
    ],
    categories: [
      cat(
        'language',
        { nb: 0.82, en: 0.14, sv: 0.04 },
        { what: 'new', from: 8, category: 'uk', share: 0.09 },
      ),
    ],
  }),
  model(['call-intent', 6, 'aino.torv', 'The next version, on the same calls.'], {
    task: 'multiclass',
    numbers: [num('seconds', [38, 9]), num('words', [61, 14])],
    categories: [cat('language', { nb: 0.82, en: 0.14, sv: 0.04 })],
  }),
  model(['voice-route', 3, 'emil.novak', 'Which desk a call goes to.'], {
    task: 'multiclass',
    numbers: [
      num('queue_length', [12, 4], { weight: 0.6, story: { what: 'jump', from: 9, by: 0.7 } }),
      num('hour', [13, 3.2]),
    ],
    categories: [cat('line', CHANNELS)],
    incident: { week: 9, says: 'A campaign doubled the calls' },
  }),
  model(['voice-route', 4, 'emil.novak', 'Routes calls by intent and queue.'], {
    task: 'multiclass',
    numbers: [
      num('queue_length', [12, 4]),
      num('hour', [13, 3.2]),
      num('intent_score', [0.7, 0.12]),
    ],
    categories: [cat('line', CHANNELS)],
  }),
]
const VISION: DemoModel[] = [
  model(['defect-cam', 3, 'sana.rahimi', 'Finds scratches on the line.'], {
    task: 'binary',
    numbers: [
      num('brightness', [128, 14], { weight: 0.7, story: { what: 'jump', from: 10, by: 1.1 } }),
      num('sharpness', [0.61, 0.08], { weight: -0.5 }),
      num('belt_speed', [1.4, 0.1]),
    ],
    categories: [
      cat('camera', { a: 0.34, b: 0.33, c: 0.33 }, { what: 'gone', from: 10, category: 'c' }),
    ],
    incident: { week: 10, says: 'Camera c was replaced' },
  }),
  model(['defect-cam', 4, 'sana.rahimi', 'The next camera model, in its A/B test.'], {
    task: 'binary',
    numbers: [
      num('brightness', [128, 14], { weight: 0.7 }),
      num('sharpness', [0.61, 0.08], { weight: -0.5 }),
      num('belt_speed', [1.4, 0.1]),
    ],
    categories: [cat('camera', { a: 0.34, b: 0.33, c: 0.33 })],
  }),
  model(['parcel-ocr', 2, 'jonas.weber', 'Reads addresses on parcels.'], {
    task: 'multiclass',
    numbers: [
      num('contrast', [0.52, 0.09], {
        weight: 0.5,
        story: { what: 'nulls', weeks: [7], share: 0.4 },
      }),
      num('skew_degrees', [0, 4]),
      num('letters', [42, 11]),
    ],
    categories: [cat('country', { NO: 0.7, SE: 0.15, DE: 0.1, PL: 0.05 })],
  }),
]
const SUPPLY: DemoModel[] = [
  model(['demand-14d', 8, 'nora.haugen', 'Sales of the next fortnight, per store.'], {
    task: 'regression',
    numbers: [
      num('last_week', [310, 70], {
        weight: 0.9,
        story: { what: 'shift', from: 5, perWeek: -0.12 },
      }),
      num('price', [24, 6], { weight: -0.3 }),
      num('degrees', [8, 5], { story: { what: 'shift', from: 4, perWeek: 0.22 } }),
    ],
    categories: [cat('region', REGIONS)],
  }),
  model(['demand-14d', 9, 'nora.haugen', 'With weather and holidays.'], {
    task: 'regression',
    numbers: [
      num('last_week', [310, 70], { weight: 0.9 }),
      num('price', [24, 6], { weight: -0.3 }),
      num('holiday_days', [0.8, 0.5]),
    ],
    categories: [cat('region', REGIONS)],
  }),
  model(['route-eta', 10, 'nora.haugen', 'When a van arrives.'], {
    task: 'regression',
    numbers: [
      num('km', [14, 5], { weight: 0.8 }),
      num('stops', [21, 6], { weight: 0.6, story: { what: 'wider', from: 7, times: 1.5 } }),
      num('load_kg', [420, 120]),
    ],
    categories: [cat('depot', { alna: 0.4, lier: 0.35, moss: 0.25 })],
  }),
  model(['promo-mix', 1, 'tove.dahl', 'Which goods a promotion moves.'], {
    task: 'regression',
    numbers: [
      num('discount', [0.2, 0.06], { weight: 0.7 }),
      num('basket', [31, 9], { weight: 0.4 }),
    ],
    categories: [cat('channel', CHANNELS, { what: 'gone', from: 9, category: 'phone' })],
  }),
]
const CREDIT: DemoModel[] = [
  model(['fraud-graph', 1, 'lena.ofori', 'Rings of accounts.'], {
    task: 'binary',
    numbers: [
      num('degree', [5.2, 1.8], { weight: 0.9, story: { what: 'shift', from: 6, perWeek: 0.15 } }),
      num('age_days', [410, 130], { weight: -0.5 }),
      num('amount_log', [6.1, 1.1], { weight: 0.4 }),
    ],
    categories: [cat('country', { NO: 0.64, SE: 0.16, DK: 0.12, FI: 0.08 })],
    conceptFrom: 8,
  }),
  model(['fraud-graph', 2, 'lena.ofori', 'With the second ring of neighbours.'], {
    task: 'binary',
    numbers: [
      num('degree', [5.2, 1.8], { weight: 0.9 }),
      num('age_days', [410, 130], { weight: -0.5 }),
      num('amount_log', [6.1, 1.1], { weight: 0.4 }),
    ],
    categories: [cat('country', { NO: 0.64, SE: 0.16, DK: 0.12, FI: 0.08 })],
  }),
  model(['fraud-graph', 3, 'lena.ofori', 'In its A/B test.'], {
    task: 'binary',
    numbers: [
      num('degree', [5.2, 1.8], { weight: 0.9 }),
      num('age_days', [410, 130], { weight: -0.5, story: { what: 'stuck', from: 11, at: 0 } }),
      num('amount_log', [6.1, 1.1], { weight: 0.4 }),
    ],
    categories: [cat('country', { NO: 0.64, SE: 0.16, DK: 0.12, FI: 0.08 })],
    incident: { week: 11, says: 'The age of accounts arrived as zero' },
  }),
]
const SEARCH: DemoModel[] = [
  model(['query-rank', 6, 'ivo.petrov', 'Orders what a search finds.'], {
    task: 'binary',
    numbers: [
      num('clicks_7d', [3.1, 0.9], { weight: 0.8 }),
      num('price_rank', [0.5, 0.17], { weight: -0.3 }),
      num('text_match', [0.62, 0.14], {
        weight: 0.7,
        story: { what: 'shift', from: 8, perWeek: -0.1 },
      }),
    ],
    categories: [cat('device', { phone: 0.63, desktop: 0.31, tablet: 0.06 })],
  }),
  model(['query-rank', 7, 'ivo.petrov', 'With sessions, before its decision.'], {
    task: 'binary',
    numbers: [
      num('clicks_7d', [3.1, 0.9], { weight: 0.8 }),
      num('session_seconds', [95, 30], { weight: 0.3 }),
      num('text_match', [0.62, 0.14], { weight: 0.7 }),
    ],
    categories: [cat('device', { phone: 0.63, desktop: 0.31, tablet: 0.06 })],
  }),
  model(['catalog-dedupe', 1, 'chen.wu', 'Finds goods listed twice.'], {
    task: 'binary',
    numbers: [
      num('title_distance', [0.44, 0.15], { weight: -0.9 }),
      num('price_gap', [0.12, 0.05], { weight: -0.4 }),
    ],
    categories: [
      cat(
        'supplier',
        { north: 0.5, orbit: 0.3, kilde: 0.2 },
        { what: 'new', from: 10, category: 'fjord', share: 0.18 },
      ),
    ],
  }),
]
const PRICING: DemoModel[] = [
  model(['price-elastic', 4, 'pia.nord', 'How sales answer to price.'], {
    task: 'regression',
    numbers: [
      num('price', [24, 6], { weight: -0.8, story: { what: 'jump', from: 8, by: 0.35 } }),
      num('rival_price', [23, 6], { weight: 0.6 }),
      num('week_of_year', [30, 6]),
    ],
    categories: [cat('segment', { budget: 0.45, middle: 0.4, premium: 0.15 })],
  }),
]
/** The simulated fleet beside the loan book. */
export const DEMO_FLEET: DemoModel[] = [
  ...VOICE,
  ...VISION,
  ...SUPPLY,
  ...CREDIT,
  ...SEARCH,
  ...PRICING,
]
export const demoName = ({ project, version }: Pick<DemoModel, 'project' | 'version'>) =>
  `${project}-v${version}`
/** The model whose rows are the loan book. */
export const LOANS = {
  name: 'credit-default-v14',
  project: 'credit-default',
  owner: 'lena.ofori',
  about: 'Who will pay back a loan.',
}
export const WEEKS = 12,
  REFERENCE_WEEKS = 4
