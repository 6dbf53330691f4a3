import { succeed } from '../../main/kernel/outcome'
import type { Store } from '../../main/platform/store'

/** The settings of a store, in memory: what is written can be looked at. */
export function memorySettings(
  kept = new Map<string, unknown>(),
): Store['settings'] & { kept: Map<string, unknown> } {
  return {
    kept,
    get: (key) => kept.get(key),
    set: (key, value) => {
      kept.set(key, structuredClone(value))
      return succeed(undefined)
    },
    remove: (key) => {
      kept.delete(key)
      return succeed(undefined)
    },
  }
}
