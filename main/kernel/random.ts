/** Where chance comes from. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/**
 * A reproducible stream of chance for a seed: mulberry32 (Tommy Ettinger, public domain), 32 bits of state, good enough for
 * simulations and back-off jitter, never for secrets.
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}
