import { seeded } from '../../../kernel/random'
import { BOOT_S, P4D_USD_PER_HOUR, type PoolTerms, type SpotRecord } from './cloud'
import { RESTART_S, CHECKPOINT_S } from './replay'

export interface NamedSpot {
  name: string
  record: SpotRecord
}

/** What a spot node costs against on-demand. */
const SPOT_SHARE = 0.35
/** One interruption at the worst moment: everything since the last checkpoint, the restart and another boot; plus a little, since clocks differ. */
export const INTERRUPTION_S = CHECKPOINT_S + RESTART_S + BOOT_S + 40

/** How long a zone is supposed to stay up before anything is known of it. */
const SUPPOSED_UP_S = 4 * 3600
/** What an interruption costs on average: half a checkpoint, the restart and another boot. */
export const MEAN_LOSS_S = CHECKPOINT_S / 2 + RESTART_S + BOOT_S

/** Availability probes at a fixed gap, repeated without end. */
export function spotRecord(available: readonly boolean[], gapS: number): SpotRecord {
  const count = available.length
  const changes = available.flatMap((value, index) =>
    value === available[(index + count - 1) % count] ? [] : [index],
  )
  const upBefore = upGaps(available, changes)
  const indexAt = (timeS: number) => Math.floor(timeS / gapS)
  return {
    availableAt: (timeS) => available[indexAt(timeS) % count] === true,
    nextChangeS(timeS) {
      if (changes.length === 0) return Infinity
      const index = indexAt(timeS)
      const [round, within] = [Math.floor(index / count), index % count]
      const next = changes.find((change) => change > within)
      return (
        (next === undefined ? (round + 1) * count + (changes[0] ?? 0) : round * count + next) * gapS
      )
    },
    meanUpS(timeS) {
      const index = Math.min(indexAt(timeS), count)
      const before = changes.findLastIndex((change) => change <= index)
      const up =
        (upBefore[before] ?? 0) +
        (available[changes[before] ?? 0] ? index - (changes[before] ?? 0) : 0)
      return (up * gapS + SUPPOSED_UP_S) / (Math.ceil((before + 1) / 2) + 1)
    },
    sinceS(timeS) {
      const index = indexAt(timeS)
      const [round, within] = [Math.floor(index / count), index % count]
      const last = changes.findLast((change) => change <= within)
      return (
        Math.max(
          0,
          last === undefined ? (round - 1) * count + (changes.at(-1) ?? 0) : round * count + last,
        ) * gapS
      )
    },
  }
}

/** For each change, how many gaps the zone was up before it. */
function upGaps(available: readonly boolean[], changes: readonly number[]): number[] {
  let [up, last] = [0, 0]
  return changes.map((change) => {
    if (available[last]) up += change - last
    last = change
    return up
  })
}

/** On-demand nodes, and spot nodes of each zone whose record is given. */
export const cloudPools = (
  spots: readonly NamedSpot[] = [],
  usdPerNodeHour = P4D_USD_PER_HOUR,
): PoolTerms[] => [
  { name: 'on-demand', usdPerNodeHour },
  ...spots.map(({ name, record }) => ({
    name,
    usdPerNodeHour: usdPerNodeHour * SPOT_SHARE,
    spot: record,
  })),
]

/** Probes of one zone as they go to a thread. */
export interface ProbedZone {
  name: string
  available: boolean[]
  gapS: number
}
/** What is supposed of spot capacity where no records are at hand: zones that come and go, each by itself. */
export const SUPPOSED_SPOT = { zones: 3, upHours: 8, awayHours: 2, days: 60 } as const
const PROBE_S = 600
/** Zones as supposed, the same for the same seed; spells of both kinds have exponential lengths. */
export function supposedZones(seed: number): ProbedZone[] {
  const { zones, upHours, awayHours, days } = SUPPOSED_SPOT
  return Array.from({ length: zones }, (_, zone) => {
    const random = seeded(seed * zones + zone)
    const available: boolean[] = []
    for (
      let up = random.next() < upHours / (upHours + awayHours);
      available.length < (days * 86_400) / PROBE_S;
      up = !up
    ) {
      const spell = -Math.log(1 - random.next()) * (up ? upHours : awayHours) * 3600
      for (let probes = Math.max(1, Math.round(spell / PROBE_S)); probes > 0; probes -= 1)
        available.push(up)
    }
    return { name: `supposed-${zone + 1}`, available, gapS: PROBE_S }
  })
}
