import type { CategoricalSide, Tools } from '../score'
import type { NumericPair, NumericTally } from '../numeric'
import { alibi } from './alibi'
import { evidently } from './evidently'
import { nannyml } from './nannyml'

export const PRESETS = ['takt', 'evidently-0.7', 'nannyml-0.13', 'alibi-0.13'] as const
export type Preset = (typeof PRESETS)[number]
/** Presets that stand for another tool. */
export type PresetName = Exclude<Preset, 'takt'>

export type PresetColumn =
  | {
      kind: 'numeric'
      pair: NumericPair
      inOrder: Float64Array
      tallies: { reference: NumericTally; current: NumericTally }
    }
  | { kind: 'categorical'; reference: CategoricalSide; current: CategoricalSide }
export type PresetPair<K extends PresetColumn['kind']> = Extract<PresetColumn, { kind: K }>

export interface MethodScore {
  value: number
  threshold: number | null
  drifted: boolean
}
/** What the other tool would have reported by default, all its methods, and the fault that is known of it. */
export interface PresetScore extends MethodScore {
  method: string
  methods: Record<string, MethodScore | { error: string }>
  fault: string
}

export function scorePreset(preset: PresetName, column: PresetColumn, tools: Tools): PresetScore {
  switch (preset) {
    case 'evidently-0.7':
      return evidently(column, tools)
    case 'nannyml-0.13':
      return nannyml(column, tools)
    case 'alibi-0.13':
      return alibi(column, tools)
  }
}
