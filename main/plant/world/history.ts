import { timestamp } from '../../kernel/clock'
import { Station, type WorkEvent } from '../../../preload/contract/records/work'
import { streamOf } from '../controllers/events'
import { enteredAt, itemName, type ItemOutline } from './items'
import { DAY, HOUR, MINUTE } from './words'

type Passed = Exclude<Station, 'done'>
interface Course {
  days: number
  waits: number
  causes: string[]
}

// How long an item stays at a station in days, which share of that it waits, and for what.
const COURSE: Record<Passed, Course> = {
  define: { days: 0.7, waits: 0.5, causes: ['hand-off'] },
  environment: { days: 0.3, waits: 0.6, causes: ['quota', 'provisioning'] },
  tools: { days: 0.1, waits: 0.2, causes: ['review'] },
  data: { days: 1.6, waits: 0.75, causes: ['data access', 'hand-off', 'approval'] },
  button: { days: 0.02, waits: 0, causes: [] },
  work: { days: 3.6, waits: 0.6, causes: ['provisioning', 'quota', 'quota'] },
  save: { days: 0.3, waits: 0.3, causes: ['review'] },
  drift: { days: 0.8, waits: 0.6, causes: ['review', 'data access'] },
  backlog: { days: 2.4, waits: 1, causes: ['hand-off'] },
  'mlops-tools': { days: 0.6, waits: 0.5, causes: ['hand-off'] },
  deploy: { days: 2.3, waits: 0.65, causes: ['approval', 'quota', 'quota'] },
  'mlops-button': { days: 0.04, waits: 0, causes: [] },
  watch: { days: 2.6, waits: 0.7, causes: ['data access', 'review'] },
  decide: { days: 0.7, waits: 0.8, causes: ['approval'] },
  'in-use': { days: 30, waits: 0, causes: [] },
}
const ORDER = Station.options.filter((station): station is Passed => station !== 'done')
// So often a gate refuses at first.
const FAILS_FIRST = 0.42

interface Stay {
  station: Passed
  from: number
  to: number | undefined
}

/** The stations an item has passed, ending with where it stands; the past is drawn from the item's own name. */
function staysOf(item: ItemOutline, now: number): Stay[] {
  const chance = streamOf(`stays${itemName(item)}`)
  const entered = enteredAt(item, now)
  const standsAt = item.station === 'done' ? ORDER.length : ORDER.indexOf(item.station)
  const stays: Stay[] =
    item.station === 'done' ? [] : [{ station: item.station, from: entered, to: undefined }]
  let to = entered
  for (const station of ORDER.slice(0, standsAt).reverse()) {
    const span = COURSE[station].days * DAY * (0.45 + 1.2 * chance.next())
    const from = Math.round((to - span) / 1000) * 1000
    stays.unshift({ station, from, to })
    to = from
  }
  return stays
}

export const firstMoment = (item: ItemOutline, now: number) => staysOf(item, now)[0]?.from ?? now

/** Everything that was observed of an item, oldest first. */
export function historyOf(item: ItemOutline, now: number): WorkEvent[] {
  const events = staysOf(item, now).flatMap((stay) => eventsOf(item, stay))
  if (item.station === 'done')
    events.push(
      make('entered', enteredAt(item, now), {
        station: 'done',
        by: item.by,
        text: 'Replaced by the next version',
      }),
    )
  // The sort is stable, so that of one second "left" stays before "entered".
  return [...events, ...present(item, now)]
    .filter(({ at }) => Date.parse(at) <= now)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function make(type: WorkEvent['type'], at: number, more: Partial<WorkEvent>): WorkEvent {
  const text = timestamp(at)
  return { id: `${type}-${more.station ?? ''}-${text}`, at: text, type, ...more }
}

function eventsOf(item: ItemOutline, { station, from, to }: Stay): WorkEvent[] {
  const { by } = item
  const entered = make('entered', from, { station, by })
  if (to === undefined) return [entered]
  const chance = streamOf(`${itemName(item)}${station}`)
  return [
    entered,
    ...waitsIn(
      { station, from, to },
      { by, share: COURSE[station].waits * (0.75 + 0.4 * chance.next()), chance },
    ),
    ...gateOf({ station, from, to }, { by, name: itemName(item), chance }),
    make('left', to, { station, by }),
  ]
}

interface Waiting {
  by: string
  share: number
  chance: { next: () => number }
}
/** One or two waits that together take a share of a stay. */
function waitsIn(
  { station, from, to }: Stay & { to: number },
  { by, share, chance }: Waiting,
): WorkEvent[] {
  const { causes } = COURSE[station]
  const span = to - from
  if (causes.length === 0 || span < 20 * MINUTE) return []
  if (share >= 0.95) return [make('waiting', from, { station, by, cause: causes[0] ?? 'hand-off' })]
  const count = span > DAY && chance.next() > 0.4 ? 2 : 1
  return Array.from({ length: count }, (_unused, nth) => {
    const begins = from + (span / count) * nth + (span / count) * 0.08
    const cause = causes[Math.floor(chance.next() * causes.length)] ?? 'hand-off'
    const ends = begins + (span / count) * Math.min(0.9, share)
    return [make('waiting', begins, { station, by, cause }), make('resumed', ends, { station, by })]
  }).flat()
}

interface Gated {
  by: string
  name: string
  chance: { next: () => number }
}
function gateOf(
  { station, from, to }: Stay & { to: number },
  { by, name, chance }: Gated,
): WorkEvent[] {
  if (station === 'save')
    return [make('revision-saved', to - 2 * MINUTE, { station, by, object: `Revision/${name}` })]
  if (station !== 'drift' && station !== 'decide') return []
  const failsFirst = chance.next() < FAILS_FIRST / 2
  const middle = from + (to - from) * 0.45
  return [
    ...(station === 'drift' ? [make('drift-checked', to - 20 * MINUTE, { station, by })] : []),
    ...(failsFirst
      ? [
          make('gate-failed', middle, {
            station,
            by,
            text:
              station === 'drift'
                ? 'Drift was not checked on the window that will be served'
                : 'Quality below the model in use',
          }),
        ]
      : []),
    make('gate-passed', to - MINUTE, { station, by }),
  ]
}

/** What goes on with an item right now. */
function present(item: ItemOutline, now: number): WorkEvent[] {
  const { station, by } = item
  if (item.held) return [make('cord-pulled', now - 3 * HOUR, { station, by, text: item.held })]
  if (!item.cause) return []
  const since =
    item.station === 'backlog' || item.cause === 'data'
      ? enteredAt(item, now) + 1000
      : Math.max(
          enteredAt(item, now) + 1000,
          now - (item.project === 'parcel-ocr' ? 72 : 38) * MINUTE,
        )
  return [make('waiting', since, { station, by, cause: item.cause })]
}
