import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Place, Timestamp } from './common'
import { Station } from './records/work'

export const Lamp = z.enum(['flowing', 'called', 'stopped'])
export type Lamp = z.infer<typeof Lamp>
export const StationItem = z.object({
  namespace: z.string(),
  name: z.string(),
  title: z.string(),
  state: z.enum(['worked-on', 'waiting', 'held', 'planned']),
  sinceSeconds: z.number(),
  says: z.string().optional(),
  cause: z.string().optional(),
  owner: z.string(),
  team: z.string(),
})
export type StationItem = z.infer<typeof StationItem>
export const StationView = z.object({
  id: Station,
  code: z.string(),
  title: z.string(),
  line: z.enum(['discovery', 'backlog', 'mlops']),
  lamp: Lamp,
  count: z.number().int(),
  limit: z.number().int().optional(),
  waiting: z.number().int(),
  items: z.array(StationItem).max(200),
  people: z.array(z.string()),
  oldestSeconds: z.number().optional(),
  p85Seconds: z.number().optional(),
  emptySinceSeconds: z.number().optional(),
})
export type StationView = z.infer<typeof StationView>
export const GpuCell = z.object({
  state: z.enum(['taken', 'idle', 'faulted', 'free', 'booting', 'off']),
  use: z.number().min(0).max(1).optional(),
})
export type GpuCell = z.infer<typeof GpuCell>
export const NodeView = z.object({
  name: z.string(),
  model: z.string(),
  gpus: z.array(GpuCell).max(64),
  meta: z.string(),
  holders: z.array(
    z.object({ label: z.string(), from: z.number().int(), count: z.number().int() }),
  ),
})
export type NodeView = z.infer<typeof NodeView>
export const LaneView = z.object({
  site: z.string(),
  place: Place,
  simulated: z.boolean(),
  lines: z.array(z.string()),
  nodes: z.array(NodeView).max(200),
  asOf: Timestamp.optional(),
  useKnown: z.boolean(),
})
export type LaneView = z.infer<typeof LaneView>
export const WaitingJob = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  gpus: z.string(),
  waitsSeconds: z.number(),
  says: z.string(),
})
export type WaitingJob = z.infer<typeof WaitingJob>
/** Everything the home screen shows. */
export const MapView = z.object({
  asOf: Timestamp,
  live: z.boolean(),
  siteClock: Timestamp,
  stations: z.array(StationView),
  lanes: z.array(LaneView),
  waiting: z.array(WaitingJob),
  waitingGpus: z.number(),
  figures: z.object({
    open: z.number().int(),
    wipLimit: z.number().int().optional(),
    leadDaysMedian: z.number().optional(),
    taktDays: z.number().optional(),
    flowEfficiency: z.number().optional(),
    topWait: z.object({ cause: z.string(), share: z.number() }).optional(),
    firstPassYield: z.number().optional(),
    discoveryDaysMedian: z.number().optional(),
    mlopsDaysMedian: z.number().optional(),
    newQuestions: z.number().int(),
    finished: z.number().int(),
  }),
  demand: z.object({
    capacity: z.number(),
    hours: z.array(z.object({ at: Timestamp, onPrem: z.number(), cloud: z.number() })).max(400),
    basis: z.string(),
    cloudUsdPerHour: z.number(),
    cloudUsdToday: z.number().optional(),
    idleUsdToday: z.number().optional(),
  }),
  lamps: z.object({ stopped: z.number().int(), called: z.number().int() }),
  filters: z.object({ teams: z.array(z.string()), projects: z.array(z.string()) }),
})
export type MapView = z.infer<typeof MapView>

const Seconds = z.number().describe('Seconds')
const Day = z.iso.date().describe('A local day, as in 2026-10-01')
const Waits = z
  .record(z.string(), Seconds)
  .describe('Seconds waited by cause, the largest first; causes without a second are left out')
const LittlesLaw = z.object({
  why: z
    .enum(['open items', 'events missing', 'uneven'])
    .nullable()
    .describe('Why both sides are over a fifth apart; null where they are not'),
  throughput: z.number().int(),
  meanSeconds: Seconds.nullable(),
  expected: z.number(),
  seen: z.number(),
  seenWithoutOpen: z.number(),
  apart: z.number().nullable(),
})
const ForecastDate = z.object({ days: z.number().int(), date: Day }).nullable()
/** What the line did in a window of whole local days; a figure that nothing stands behind is null. */
export const FlowReport = z.object({
  window: z.object({ from: Day, to: Day, zone: z.string(), hours: z.number() }),
  items: z.number().int(),
  incomplete: z.array(z.string()),
  finished: z.array(z.string()),
  throughputPerWeek: z.number(),
  lead: z.object({
    medianSeconds: Seconds.nullable(),
    p85Seconds: Seconds.nullable(),
    meanSeconds: Seconds.nullable(),
  }),
  perItem: z.record(
    z.string(),
    z.object({ leadSeconds: Seconds, touchSeconds: Seconds, waits: Waits }),
  ),
  touchSeconds: Seconds,
  waitSeconds: Seconds,
  flowEfficiency: z.number().nullable(),
  finishedWaits: Waits,
  windowWaits: Waits,
  gates: z.record(
    z.string(),
    z.object({
      entered: z.number().int(),
      passed: z.number().int(),
      waived: z.number().int(),
      yield: z.number(),
    }),
  ),
  rolledYield: z.number().nullable(),
  handOffs: z.record(
    z.string(),
    z.object({
      received: z.number().int(),
      sentBack: z.number().int(),
      completeAndAccurate: z.number(),
    }),
  ),
  rolledCompleteAndAccurate: z.number().nullable(),
  wip: z.object({ atEnd: z.number().int(), mean: z.number() }),
  ages: z.record(z.string(), Seconds),
  overP85: z.array(z.string()),
  valueStream: z
    .array(
      z.object({
        station: Station,
        touchSeconds: Seconds,
        waitSeconds: Seconds,
        cause: z.string().nullable().describe('What was waited for most'),
      }),
    )
    .describe('The mean finished item, station by station'),
  agesAtStations: z
    .array(
      z.object({
        station: Station,
        p50Seconds: Seconds.nullable(),
        p85Seconds: Seconds.nullable(),
      }),
    )
    .describe('How old finished items were when they left each station'),
  stations: z.record(
    z.string(),
    z.object({
      stays: z.number().int(),
      p50Seconds: Seconds.nullable(),
      p85Seconds: Seconds.nullable(),
    }),
  ),
  little: z.object({
    all: LittlesLaw,
    discovery: LittlesLaw,
    backlog: LittlesLaw,
    mlops: LittlesLaw,
  }),
  dora: z.object({
    deployments: z.number().int(),
    deploymentsPerWeek: z.number(),
    changeLeadTimeMedianSeconds: Seconds.nullable(),
    changeFailRate: z.number().nullable(),
    recoveryMedianSeconds: Seconds.nullable(),
    notYetRecovered: z.number().int(),
    reworkRate: z.number().nullable(),
  }),
  takt: z.object({ newQuestions: z.number().int(), secondsPerQuestion: Seconds.nullable() }),
  dailyFinished: z.array(z.number().int()),
  forecast: z
    .object({
      items: z.number().int(),
      from: Day.describe('The first day that is drawn'),
      p50: ForecastDate,
      p85: ForecastDate,
      p95: ForecastDate,
      cdf: z.array(z.number()),
    })
    .nullable(),
})
export type FlowReport = z.infer<typeof FlowReport>

export const flow = {
  map: entry
    .meta({
      says: 'Both lines, lanes, queue and demand, first as last seen, then live, at most four times a second.',
    })
    .input(z.object({ team: z.string().optional(), project: z.string().optional() }))
    .output(eventIterator(MapView)),
  item: entry
    .meta({
      says: 'One work item: its stations with touch and wait time, its events, its revisions.',
    })
    .input(z.object({ namespace: z.string(), name: z.string() }))
    .output(
      z.object({
        stations: z.array(
          z.object({
            station: Station,
            enteredAt: Timestamp,
            leftAt: Timestamp.optional(),
            touchSeconds: z.number(),
            waitSeconds: z.number(),
          }),
        ),
        causes: z.array(z.object({ cause: z.string(), seconds: z.number() })),
      }),
    ),
  report: entry
    .meta({
      says: 'What the line did in a window of whole local days: waits, yields, DORA, ages, a forecast; times in seconds.',
    })
    .input(
      z.object({
        from: Day,
        to: Day.describe('The day after the last'),
        zone: z.string().max(100).describe('A zone of the tz database, as in Europe/Oslo'),
        ask: z.number().int().min(0).max(10_000).default(0).describe('Items to forecast'),
        team: z.string().max(253).optional(),
      }),
    )
    .output(
      FlowReport.extend({
        asOf: Timestamp.describe('The clock of the home site; nothing is known after it'),
        titles: z.record(z.string(), z.string()).describe('What each item is called'),
        at: z.record(z.string(), Station).describe('Where each open item stands'),
      }),
    ),
}
export const money = {
  budgets: entry
    .meta({
      says: 'Cost centres with their caps, what was spent and what is committed by what runs, in USD.',
    })
    .output(
      z.array(
        z.object({
          costCentre: z.string(),
          title: z.string(),
          team: z.string(),
          capUsd: z.number(),
          spentUsd: z.number(),
          committedUsdPerHour: z.number(),
          leftUsd: z.number(),
          asOf: Timestamp,
        }),
      ),
    ),
}
