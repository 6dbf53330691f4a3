import { BOOT_S, P4D_USD_PER_HOUR, type PoolTerms, type SpotRecord } from './cloud'
import { RESTART_S, CHECKPOINT_S } from './replay'

export interface NamedSpot { name: string; record: SpotRecord }

/** What a spot node costs against on-demand. */
const SPOT_SHARE = 0.35
/** One interruption at the worst moment: everything since the last checkpoint, the restart and another boot; plus a little, since clocks differ. */
export const INTERRUPTION_S = CHECKPOINT_S + RESTART_S + BOOT_S + 40

/** Availability probes at a fixed gap, repeated without end. */
export function spotRecord(available: readonly boolean[], gapS: number): SpotRecord {
  const count = available.length
  const changes = available.flatMap((value, index) => (value === available[(index + count - 1) % count] ? [] : [index]))
  const indexAt = (timeS: number) => Math.floor(timeS / gapS)
  return {
    availableAt: (timeS) => available[indexAt(timeS) % count] === true,
    nextChangeS(timeS) {
      if (changes.length === 0) return Infinity
      const index = indexAt(timeS)
      const [round, within] = [Math.floor(index / count), index % count]
      const next = changes.find((change) => change > within)
      return (next === undefined ? (round + 1) * count + (changes[0] ?? 0) : round * count + next) * gapS
    },
    sinceS(timeS) {
      const index = indexAt(timeS)
      const [round, within] = [Math.floor(index / count), index % count]
      const last = changes.findLast((change) => change <= within)
      return Math.max(0, last === undefined ? (round - 1) * count + (changes.at(-1) ?? 0) : round * count + last) * gapS
    },
  }
}

/** On-demand nodes, and spot nodes of each zone whose record is given. */
export const cloudPools = (spots: readonly NamedSpot[] = [], usdPerNodeHour = P4D_USD_PER_HOUR): PoolTerms[] => [
  { name: 'on-demand', usdPerNodeHour },
  ...spots.map(({ name, record }) => ({ name, usdPerNodeHour: usdPerNodeHour * SPOT_SHARE, spot: record })),
]
