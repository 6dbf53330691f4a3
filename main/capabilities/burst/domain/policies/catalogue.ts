import type { Policy } from '../replay'
import { backfill, fifo } from './onprem-only'
import { takt, type TaktSettings } from './takt'
import { uniformProgress } from './uniform-progress'
import { constantWait, lastSafe, noWait, skypilot, starburst, starWait } from './waiting'

/** Makes a fresh policy for each replay: policies remember. */
export type MakePolicy = () => Policy

interface Entry {
  usual: (settings: TaktSettings) => Policy
  knob?: readonly number[]
  at?: (knob: number, settings: TaktSettings) => Policy
}

// Each knob runs from "hardly any wait" to well beyond two fifths of the mean running time on traces of any load.
const CATALOGUE: Readonly<Record<string, Entry>> = {
  'no-wait': { usual: noWait },
  fifo: { usual: fifo },
  backfill: { usual: backfill },
  constant: {
    usual: () => constantWait(1),
    knob: [0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 20],
    at: (hours) => constantWait(hours),
  },
  starburst: {
    usual: () => starburst(),
    at: (c) => starburst(c),
    knob: [
      0.0005, 0.001, 0.002, 0.004, 0.007, 0.01, 0.014, 0.02, 0.03, 0.04, 0.055, 0.076, 0.11, 0.15,
      0.22, 0.3, 0.45, 0.7, 1, 1.5, 2.5, 4, 8, 16,
    ],
  },
  'star-wait': {
    usual: () => starWait(),
    knob: [0.1, 0.2, 0.4, 0.75, 1.5, 3, 6],
    at: (scale) => starWait(scale),
  },
  skypilot: {
    usual: () => skypilot(),
    knob: [2, 5, 10, 20, 40, 80, 160, 320, 640],
    at: (minutes) => skypilot(minutes),
  },
  'last-safe': {
    usual: () => lastSafe(),
    knob: [0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1],
    at: (share) => lastSafe(share),
  },
  'uniform-progress': { usual: uniformProgress },
  takt: {
    usual: takt,
    at: (usdPerWaitHour, settings) => takt({ ...settings, usdPerWaitHour, paced: false }),
    knob: [
      10_000, 5000, 2500, 1500, 1000, 700, 450, 300, 200, 130, 90, 60, 40, 27, 18, 12, 8, 5, 3, 2,
      1.2, 0.7, 0.4,
    ],
  },
}

export const BOUNDS = ['bound-divisible', 'bound-slack'] as const
export const POLICY_NAMES: readonly string[] = [...Object.keys(CATALOGUE), ...BOUNDS]

/** The policies of one name: one with its usual settings, or one for each place of its knob. */
export function policies(name: string, settings: TaktSettings, sweep: boolean): MakePolicy[] {
  const entry = CATALOGUE[name]
  if (!entry) return []
  const { usual, knob, at } = entry
  return sweep && knob && at
    ? knob.map((value) => () => at(value, settings))
    : [() => usual(settings)]
}
