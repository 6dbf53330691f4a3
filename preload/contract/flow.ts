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
